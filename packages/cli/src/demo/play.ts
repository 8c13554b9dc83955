import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type KpiAnswer, kpiById } from '@vigie/kpis';
import { askKpi, readWindow } from '../ask/ask-kpi.ts';
import { valueText } from '../ask/render-kpi.ts';
import { CliError, exitCodes } from '../console/cli-error.ts';
import type { Output } from '../console/output.ts';
import { count } from '../console/progress.ts';
import type { Context } from '../context.ts';
import { importEvents } from '../ingest/import-events.ts';
import { waitUntilCounted } from '../ingest/wait-until-counted.ts';
import type { Stack } from '../stack/start-stack.ts';
import { isProved, renderVerify } from '../verify/render-verify.ts';
import { runVerify } from '../verify/run-verify.ts';
import { cancelBurst, OpenSubscriptions } from './cancel-burst.ts';
import type { DataSet } from './data-set.ts';
import { demoRules, limitAbove } from './demo-rules.ts';
import type { Drawing } from './keep-drawing.ts';
import type { Delivery, WebhookReceiver } from './receive-webhooks.ts';
import { renderDelivery } from './render-delivery.ts';
import type { Screen } from './screen.ts';

export interface Scene {
  readonly output: Output;
  readonly screen: Screen;
  readonly say: (line: string) => void;
  readonly folder: string;
  readonly dataSet: DataSet;
}

/** What the demo goes through, in one hand. */
export interface Act {
  readonly scene: Scene;
  readonly stack: Stack;
  readonly context: Context;
  readonly receiver: WebhookReceiver;
  readonly table: Drawing;
}

const rulesFileName = 'rules.yaml';
const stallMs = 60_000;
/** A full minute to be judged, and time to deliver it on a slow machine. */
const alertDeadlineMs = 100_000;
/** `vigie verify` looks at more; these show every kind of window within seconds. */
const provedWindows = ['24h', '30d', '365d', 'this_month', 'last_month'];

/** Data, limit, wave, alert, proof; true when the alert came signed and every number was equal. */
export async function play(act: Act): Promise<boolean> {
  const { scene, stack, context, table } = act;
  await stack.start('consumer');
  const open = await playDataSet(scene, context);
  await table.show();
  const alerted = await provoke(act, open);
  await table.show();
  const proved = await prove(scene, context);
  return alerted && proved;
}

async function playDataSet(scene: Scene, context: Context): Promise<OpenSubscriptions> {
  const { dataSet, say, output } = scene;
  say(output.talkColors.bold(`Importing ${dataSet.title}`));
  const open = new OpenSubscriptions();
  const startMs = performance.now();
  const result = await importEvents(context, {
    events: async function* () {
      for await (const event of dataSet.events()) {
        open.follow(event);
        yield event;
      }
    },
    source: 'demo',
    tenant: 'default',
    shiftToNow: true,
    nowMs: Date.now(),
    onProgress: () => {},
    onProblem: (number, problem) => say(`event ${number} of the data set was refused: ${problem}`),
  });
  await waitUntilCounted(context, { stallMs, untilStored: true, onProgress: () => {} });
  const seconds = (performance.now() - startMs) / 1000;
  const span = `${new Date(result.firstMs).toISOString().slice(0, 10)} to ${new Date(result.lastMs).toISOString().slice(0, 10)}`;
  say(`${count(result.publishedCount)} events, ${span}, published and counted in ${seconds.toFixed(1)} s`);
  return open;
}

/** Puts a limit just above where the churn is, has customers cancel until it is crossed, and waits for the alert. */
async function provoke({ scene, stack, context, receiver }: Act, open: OpenSubscriptions): Promise<boolean> {
  const { say, folder, output } = scene;
  const { bold } = output.talkColors;
  const churn = await currentChurn(context);
  const limit = limitAbove(churn);
  const rulesFile = resolve(folder, rulesFileName);
  writeFileSync(rulesFile, demoRules(limit, receiver.url));
  say(`The churn of the last 30 days is ${valueText(churn)}; the rule in ${rulesFile} raises an alert at ${limit.limit} %`);
  await stack.start('monitor', { VIGIE_RULES_FILE: rulesFile, VIGIE_WEBHOOK_SECRET: receiver.secret });
  const leaving = open.take(limit.cancelCount);
  await cancelBurst(context, leaving);
  const burstMs = Date.now();
  const judgedAt = new Date(Math.ceil(burstMs / 60_000) * 60_000).toISOString().slice(11, 19);
  say(bold(`${count(leaving.length)} customers cancelled at once.`) + ` The monitor judges whole minutes, the next one at ${judgedAt} UTC`);
  const delivery = await nextFiring(receiver, alertDeadlineMs);
  if (delivery === null) {
    say(`expected an alert within ${alertDeadlineMs / 1000} s, found none; see the log of the monitor in ${folder}`);
    return false;
  }
  say(`${bold('ALERT')}, as the receiver on ${receiver.url} got it:`);
  scene.screen.print(renderDelivery(delivery, output));
  return delivery.verified;
}

async function currentChurn(context: Context): Promise<KpiAnswer> {
  const settings = context.settings.of('default');
  const window = readWindow('30d', settings.zone, Date.now());
  const { total } = await askKpi(context, { def: kpiById('customer_churn_rate')!, tenant: 'default', settings, window, by: null }, 'live');
  if (total === null || total.value === null) {
    throw new CliError(
      `expected a churn rate to put a limit on, found null (${total?.reason ?? 'no answer'}); is the data set empty?`,
      exitCodes.wrong,
    );
  }
  return total;
}

async function nextFiring(receiver: WebhookReceiver, deadlineMs: number): Promise<Delivery | null> {
  for (const endMs = performance.now() + deadlineMs; performance.now() < endMs; await pause(50)) {
    const delivery = receiver.deliveries.find(({ body }) => body.includes('"alert.firing"'));
    if (delivery !== undefined) return delivery;
  }
  return null;
}

async function prove(scene: Scene, context: Context): Promise<boolean> {
  const { say, output, screen } = scene;
  say(output.talkColors.bold('verify: every KPI and slice, recomputed from the raw events, against Redis and against SQL'));
  const report = await runVerify(context, {
    windows: provedWindows,
    deadlineMs: stallMs,
    report: (line) => say(line),
    onProgress: (done, total) => screen.status(`verify: ${done} of ${total} questions compared`),
  });
  screen.print(renderVerify(report, output));
  return isProved(report);
}
