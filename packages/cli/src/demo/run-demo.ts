import { join, resolve } from 'node:path';
import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type KpiAnswer, kpiById } from '@vigie/kpis';
import { askKpi, readWindow } from '../ask/ask-kpi.ts';
import { valueText } from '../ask/render-kpi.ts';
import { CliError, exitCodes, type ExitCode } from '../console/cli-error.ts';
import type { Output } from '../console/output.ts';
import { count } from '../console/progress.ts';
import { type Context, openContext } from '../context.ts';
import { importEvents } from '../ingest/import-events.ts';
import { waitUntilCounted } from '../ingest/wait-until-counted.ts';
import { startStack, type Stack } from '../stack/start-stack.ts';
import type { Interrupted } from '../stack/until-interrupted.ts';
import { runVerify } from '../verify/run-verify.ts';
import { renderVerify, isProved } from '../verify/render-verify.ts';
import { cancelBurst, OpenSubscriptions } from './cancel-burst.ts';
import { claimFolder } from './claim-folder.ts';
import { chooseDataSet, type DataSet } from './data-set.ts';
import { demoRules, limitAbove } from './demo-rules.ts';
import { kpiTable } from './kpi-table.ts';
import { type Delivery, receiveWebhooks, type WebhookReceiver } from './receive-webhooks.ts';
import { renderDelivery } from './render-delivery.ts';
import { createScreen, type Screen } from './screen.ts';

export interface DemoOptions {
  readonly output: Output;
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  readonly data: string | undefined;
  /** Ends by itself when everything was shown. */
  readonly exits: boolean;
  readonly interrupted: Interrupted;
}

/** What the demo goes through, in one hand. */
interface Scene extends DemoOptions {
  readonly screen: Screen;
  readonly say: (line: string) => void;
  readonly folder: string;
  readonly dataSet: DataSet;
}

const settingsFileName = 'settings.yaml';
const rulesFileName = 'rules.yaml';
const stallMs = 60_000;
/** A full minute to be judged, and time to deliver it on a slow machine. */
const alertDeadlineMs = 100_000;

/**
 * Plays the whole way once: real servers, a data set, live KPIs, a wave of cancellations, the signed alert, the proof.
 *
 * Holds    exit code 0 only if the alert arrived with a good signature and verify found every number equal
 */
export async function runDemo(options: DemoOptions): Promise<ExitCode> {
  const startedMs = performance.now();
  const screen = createScreen();
  const { bold, dim } = options.output.talkColors;
  const say = (line: string): void =>
    screen.talk(`${dim(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(3)} s`)}  ${line}`);
  const dataSet = await chooseDataSet(options.data, Date.now());
  const { folder, release } = claimFolder(options.dataDir);
  const scene: Scene = { ...options, screen, say, folder, dataSet };
  let good = false;
  try {
    writeFileSync(join(folder, settingsFileName), dataSet.settings);
    say(bold('Starting real Kafka, Redis and ClickHouse'));
    const stack = await startStack({
      dataDir: folder,
      env: withoutAddresses(options.env),
      report: (line) => say(dim(line)),
      extra: { VIGIE_SETTINGS_FILE: resolve(folder, settingsFileName) },
    });
    try {
      good = await untilStopped(options.interrupted, () => play(scene, stack));
    } finally {
      say(dim('stopping services and servers ...'));
      await stack.stop();
    }
  } finally {
    // After a failure the logs are what one wants to read.
    if (good) rmSync(folder, { recursive: true, force: true });
    else screen.talk(`The demo's data and logs stay in ${folder}`);
    release();
  }
  return good ? exitCodes.ok : exitCodes.wrong;
}

/** The demo's servers are its own: addresses in the environment are those of real work. */
function withoutAddresses(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^VIGIE_(KAFKA|REDIS|CLICKHOUSE|SETTINGS|RULES|DATA)_/.test(name)));
}

async function untilStopped(interrupted: Interrupted, work: () => Promise<boolean>): Promise<boolean> {
  const stopped = interrupted.first.then((): never => {
    throw new CliError('interrupted', exitCodes.interrupted);
  });
  return Promise.race([work(), stopped]);
}

async function play(scene: Scene, stack: Stack): Promise<boolean> {
  const context = openContext({ env: stack.environment, dataDir: scene.folder });
  const receiver = await receiveWebhooks();
  const table = keepDrawing(scene, context);
  try {
    await stack.start('consumer');
    const open = await playDataSet(scene, context);
    await table.show();
    const alerted = await provoke(scene, { stack, context, receiver, open });
    await table.show();
    const proved = await prove(scene, context);
    const good = alerted && proved;
    scene.say(good ? 'Done: the alert arrived, signed, and every number is proved.' : 'Done, and not all is well: see above.');
    if (!scene.exits) await stayLive(scene, stack);
    return good;
  } finally {
    await table.stop();
    await receiver.close();
    await context.close();
  }
}

/** Draws the table again and again where there is a terminal. */
function keepDrawing(scene: Scene, context: Context): { show: () => Promise<void>; stop: () => Promise<void> } {
  const stopping = new AbortController();
  const loop = async (): Promise<void> => {
    while (scene.screen.live && !stopping.signal.aborted) {
      // Before the consumer's first step there is nothing to read; a restart of it is waited out too.
      const table = await kpiTable(context, scene.dataSet.kpis, scene.output).catch(() => null);
      if (table !== null && !stopping.signal.aborted) scene.screen.draw(table);
      await pause(1_000, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const drawing = loop();
  return {
    show: async () => {
      if (!scene.screen.live) scene.screen.print(await kpiTable(context, scene.dataSet.kpis, scene.output));
    },
    stop: async () => {
      stopping.abort();
      await drawing;
    },
  };
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
  await waitUntilCounted(context, { stallMs, untilStored: false, onProgress: () => {} });
  const seconds = (performance.now() - startMs) / 1000;
  const span = `${new Date(result.firstMs).toISOString().slice(0, 10)} to ${new Date(result.lastMs).toISOString().slice(0, 10)}`;
  say(`${count(result.publishedCount)} events, ${span}, published and counted in ${seconds.toFixed(1)} s`);
  return open;
}

interface Act {
  readonly stack: Stack;
  readonly context: Context;
  readonly receiver: WebhookReceiver;
  readonly open: OpenSubscriptions;
}

/** Puts a limit just above where the churn is, has customers cancel until it is crossed, and waits for the alert. */
async function provoke(scene: Scene, { stack, context, receiver, open }: Act): Promise<boolean> {
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
  const { say, output } = scene;
  say(output.talkColors.bold('verify: every KPI, slice and window, recomputed from the raw events, against Redis and against SQL'));
  const report = await runVerify(context, { deadlineMs: stallMs, report: (line) => say(line), onProgress: () => {} });
  scene.screen.print(renderVerify(report, output));
  return isProved(report);
}

async function stayLive(scene: Scene, stack: Stack): Promise<void> {
  const pid = stack.services.find(({ name }) => name === 'consumer')?.pid();
  scene.say(
    `It stays live until Ctrl-C. In another terminal: npm run vigie -- kpi explain customer_churn_rate --data-dir ${scene.folder}, ` +
      `or kill the consumer (kill -9 ${pid}) as often as you like and run npm run vigie -- verify --data-dir ${scene.folder}`,
  );
  await scene.interrupted.first;
}
