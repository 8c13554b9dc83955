import { writeFileSync } from 'node:fs';
import type { KpiAnswer } from '@vigie/kpis';
import { askKpi, readQuestion } from '../ask/ask-kpi.ts';
import { valueText } from '../ask/render-kpi.ts';
import { CliError, exitCodes } from '../console/cli-error.ts';
import type { Context } from '../context.ts';
import type { Service } from '../stack/service.ts';
import type { Stack } from '../stack/start-stack.ts';
import { cacRule, churnRule, type DemoRule, demoRulesFile } from './demo-rules.ts';
import type { Drawing } from './keep-drawing.ts';
import { planWave, type WaveSize, type WaveTimes, sizeWave } from './plan-wave.ts';
import { prove } from './prove.ts';
import type { Delivery, WebhookReceiver } from './receive-webhooks.ts';
import { alertsIn } from './received.ts';
import type { Scene } from './scene.ts';
import { tellHistory } from './tell-history.ts';
import { waitFor } from './wait-for.ts';

/** What the demo goes through, in one hand. */
export interface Act {
  readonly scene: Scene;
  readonly stack: Stack;
  readonly context: Context;
  readonly receiver: WebhookReceiver;
  readonly table: Drawing;
}

/** What a person can go on with when the story is told. */
export interface Told {
  readonly isGood: boolean;
  readonly simulatorUrl: string;
  readonly rules: readonly DemoRule[];
}

/** Whom the price rise hits: the plan, and the segment that its customers make up. */
const hit = { plan: 'basic', segment: 'self-serve' };
/** A complete minute is judged and told within a second or two. A busy machine may take longer, and may need one minute more. */
const lateMsMax = 120_000;

/**
 * Tells the story: history, live, a limit, a wave of cancellations, the alert, recovery, its end, and the proof.
 *
 * Holds    good only if alert and end came signed, and every part of the proof held
 */
export async function tellStory(act: Act): Promise<Told> {
  const { stack, scene, table, context } = act;
  await stack.start('consumer');
  const simulator = await tellHistory(act);
  await table.show();
  const { rules, size } = await writeRules(act);
  const judgedFromMs = Math.floor(Date.now() / 60_000) * 60_000;
  const monitor = await stack.start('monitor', { VIGIE_WEBHOOK_SECRET: act.receiver.secret });
  const wave = planWave(Date.now());
  await beginWave(act, { simulator, wave, size });
  const told = { simulatorUrl: simulator.url, rules };
  const fired = await awaitAlert(act, { wave, monitor });
  if (fired === null) return { ...told, isGood: false };
  await table.show();
  const ended = await awaitEnd(act, { wave, monitor });
  if (ended === null) return { ...told, isGood: false };
  const toMs = Math.max(...alertsIn(ended).map(({ window }) => (window === null ? 0 : Date.parse(window.to))));
  const isProved = await prove({ scene, context, simulator, rules, deliveries: act.receiver.deliveries }, { fromMs: judgedFromMs, toMs });
  return { ...told, isGood: isProved && fired.verified && ended.verified };
}

async function writeRules({ context, scene, receiver }: Act): Promise<{ rules: readonly DemoRule[]; size: WaveSize }> {
  const churn = await ask(context, 'customer_churn_rate');
  const segment = (await ask(context, 'customer_churn_rate', 'segment')).find(({ slice }) => slice?.value === hit.segment);
  const channels = await ask(context, 'cac_by_channel');
  const [total] = churn;
  if (total === undefined || segment === undefined || total.value === null) {
    throw new CliError('expected a churn rate to put a limit on, found none; look at the logs of simulator and consumer', exitCodes.wrong);
  }
  const size = sizeWave(crowdOf(total), crowdOf(segment));
  const rules = [churnRule(size), cacRule(Math.max(...channels.map(({ value }) => Number(value ?? 0))))];
  writeFileSync(scene.rulesFile, demoRulesFile(rules, receiver.url));
  const { bold } = scene.output.talkColors;
  scene.say(
    `${bold('A limit on churn.')} It is ${valueText(total)} over 30 days; the rule raises an alert at ${size.limit} % and judges every minute`,
  );
  scene.say(`  ${scene.rulesFile} also watches the acquisition cost of ${channels.length} channels and Vigie's own pipeline`);
  scene.say(`  alerts go to a webhook receiver on ${receiver.url} that checks their signatures`);
  return { rules, size };
}

async function ask(context: Context, kpi: string, by?: string): Promise<readonly KpiAnswer[]> {
  const question = readQuestion({ kpi, window: '30d', by, tenant: 'default' }, context.settings.of('default'), Date.now());
  const { total, slices } = await askKpi(context, question, 'live');
  return total !== null && by === undefined ? [total] : slices;
}

const crowdOf = ({ numerator, denominator }: KpiAnswer) => ({ lost: Number(numerator), atStart: Number(denominator) });

interface Wave {
  readonly simulator: Awaited<ReturnType<typeof tellHistory>>;
  readonly wave: WaveTimes;
  readonly size: WaveSize;
}

async function beginWave({ scene }: Act, { simulator, wave, size }: Wave): Promise<void> {
  const { say, screen, output } = scene;
  const { bold } = output.talkColors;
  const staged = await simulator.churnWave({ ...wave, ...hit, share: size.share });
  const startMs = Date.parse(staged.start);
  if (startMs - Date.now() > 1_000) say(`a calm minute first; the wave begins at ${clock(startMs)} UTC`);
  await waitFor({ screen, what: 'a churn wave begins', dueMs: startMs, graceMs: 0 }, () => (Date.now() >= startMs ? true : undefined));
  const share = (size.share * 100).toFixed(1);
  say(
    `${bold(`The price of plan ${hit.plan} rises, and ${share} % of its customers leave`)} until shortly before ${clock(wave.judgedMs)} UTC, when the monitor judges the next minute`,
  );
}

interface Awaiting {
  readonly wave: WaveTimes;
  readonly monitor: Service;
}

async function awaitAlert(act: Act, { wave, monitor }: Awaiting): Promise<Delivery | null> {
  const { scene } = act;
  const what = `the monitor judges the minute that ends at ${clock(wave.judgedMs)} UTC`;
  const delivery = await awaitDelivery(act, { what, dueMs: wave.judgedMs, kind: 'firing' });
  if (delivery === null) scene.say(`expected the alert by ${clock(wave.judgedMs + lateMsMax)} UTC, found none; look at ${monitor.logFile}`);
  else scene.say(`the alert came ${seconds(delivery.receivedMs - wave.judgedMs)} after the minute ended`);
  return delivery;
}

async function awaitEnd(act: Act, { wave, monitor }: Awaiting): Promise<Delivery | null> {
  const { say, output } = act.scene;
  const nextMs = wave.judgedMs + 60_000;
  say(
    `${output.talkColors.bold('Now the price goes back, and most are won back')}: they withdrew in time, and that news comes late. It restates the past,`,
  );
  say(`  so the minute that ends at ${clock(nextMs)} UTC should be in order again`);
  const what = `the minute that ends at ${clock(nextMs)} UTC should be in order again`;
  const delivery = await awaitDelivery(act, { what, dueMs: nextMs, kind: 'resolved' });
  if (delivery === null) say(`expected the end of the alert by ${clock(nextMs + lateMsMax)} UTC, found none; look at ${monitor.logFile}`);
  return delivery;
}

interface AwaitedDelivery {
  readonly what: string;
  readonly dueMs: number;
  readonly kind: string;
}

async function awaitDelivery({ scene, receiver }: Act, { what, dueMs, kind }: AwaitedDelivery): Promise<Delivery | null> {
  const isIt = (delivery: Delivery): boolean => alertsIn(delivery).some((alert) => alert.rule.uid === 'churn-30d' && alert.kind === kind);
  return waitFor({ screen: scene.screen, what, dueMs, graceMs: lateMsMax }, () => receiver.deliveries.find(isIt));
}

const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 19);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
