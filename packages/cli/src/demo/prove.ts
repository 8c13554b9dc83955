import type { Output } from '../console/output.ts';
import { plural } from '../alerts/words.ts';
import { count } from '../console/progress.ts';
import { renderTable } from '../console/table.ts';
import type { Context } from '../context.ts';
import { isProved, renderVerify } from '../verify/render-verify.ts';
import { runVerify } from '../verify/run-verify.ts';
import { askKpi, readQuestion } from '../ask/ask-kpi.ts';
import { compareWithLedger, type LedgerComparison, type LedgerPair } from './compare-with-ledger.ts';
import { type DemoRule, expectedRule } from './demo-rules.ts';
import type { Delivery } from './receive-webhooks.ts';
import { compareTransitions, type SeenTransition, transitionsIn } from './received.ts';
import type { Scene } from './scene.ts';
import type { Simulator } from './simulator.ts';

export interface Trial {
  readonly scene: Scene;
  readonly context: Context;
  readonly simulator: Simulator;
  readonly rules: readonly DemoRule[];
  readonly deliveries: readonly Delivery[];
}

const tenant = 'default';
const stallMs = 60_000;
/** `vigie verify` looks at more; these show every kind of window within seconds. */
const provedWindows = ['24h', '30d', '365d', 'this_month', 'last_month'];
const ledgerWindows = ['24h', '7d', '30d', '90d', '365d'];
const slicedWindow = '30d';
const differencesMax = 10;

/** Three proofs, each against something else: the company's own books, twice, and the raw events. */
export async function prove(trial: Trial, judged: { fromMs: number; toMs: number }): Promise<boolean> {
  const { say, output } = trial.scene;
  say(output.talkColors.bold("The proof. The simulator's ledger knows what is true, and shares no code with Vigie"));
  const areAlertsRight = await proveAlerts(trial, judged);
  const areNumbersRight = await proveNumbers(trial, judged.toMs);
  const isVerified = await proveStores(trial);
  return areAlertsRight && areNumbersRight && isVerified;
}

async function proveAlerts(
  { scene, context, simulator, rules, deliveries }: Trial,
  judged: { fromMs: number; toMs: number },
): Promise<boolean> {
  const expected: SeenTransition[] = [];
  let watchedCount = 0;
  for (const rule of rules) {
    for (const slice of await slicesOf(context, rule)) {
      watchedCount++;
      const found = await simulator.expected(expectedRule(rule, slice), judged);
      expected.push(...found.map((transition) => ({ rule: rule.uid, slice, ...transition })));
    }
  }
  const received = transitionsIn(
    deliveries,
    rules.map(({ uid }) => uid),
  );
  const { equal, missing, extra } = compareTransitions(expected, received);
  const { green, red } = scene.output.colors;
  const isRight = missing.length === 0 && extra.length === 0 && equal.length > 0;
  const minutes = `${watchedCount} watched numbers over ${(judged.toMs - judged.fromMs) / 60_000 + 1} minutes`;
  scene.screen.print(
    [
      `${isRight ? `${green('equal')}: the alerts that came are those` : `${red('different')}: the alerts that came are not those`} that the ledger expects (${minutes})`,
      ...equal.map((text) => `  ${green('expected and received')}  ${text}`),
      ...missing.map((text) => `  ${red('expected, not received')}  ${text}`),
      ...extra.map((text) => `  ${red('received, not expected')}  ${text}`),
    ].join('\n'),
  );
  return isRight;
}

async function slicesOf(context: Context, { kpi, by }: DemoRule): Promise<readonly (string | null)[]> {
  if (by === null) return [null];
  const question = readQuestion({ kpi, window: '30d', by, tenant }, context.settings.of(tenant), Date.now());
  const { slices } = await askKpi(context, question, 'live');
  return slices.flatMap(({ slice }) => (slice === null ? [] : [slice.value]));
}

async function proveNumbers({ scene, context, simulator }: Trial, toMs: number): Promise<boolean> {
  const startMs = performance.now();
  scene.screen.status('  asking Vigie and the ledger for every KPI ...');
  const comparison = await compareWithLedger(context, simulator, { tenant, windows: ledgerWindows, slicedWindow, toMs, stallMs });
  const tookS = (performance.now() - startMs) / 1000;
  scene.screen.print(`${comparisonText(comparison, scene.output)} (${tookS.toFixed(1)} s)`);
  return comparison.movingCount === 0 && comparison.pairs.length > 0 && comparison.pairs.every(({ isEqual }) => isEqual);
}

function comparisonText({ pairs, movingCount }: LedgerComparison, { colors }: Output): string {
  const { green, red, dim } = colors;
  const different = pairs.filter(({ isEqual }) => !isEqual);
  const rows = [...Map.groupBy(pairs, ({ question }) => question.kpi)].map(([kpi, own]) => rowOf(kpi, own, colors));
  const columns = ['KPI', 'window, slice', 'Vigie', 'ledger', 'compared', 'equal'].map((title, index) =>
    index < 2 ? { title } : { title, align: 'right' as const },
  );
  const numbers = `${count(pairs.length)} numbers, ${ledgerWindows.join(', ')}, and all slices of ${slicedWindow}`;
  const verdict =
    different.length === 0
      ? `${green('equal')}: Vigie has what the ledger has, to the last unit`
      : `${red('different')}: ${plural(different.length, 'number')}`;
  return [
    renderTable(columns, rows, dim),
    ...different
      .slice(0, differencesMax)
      .map((pair) => `  ${red('different')} ${placeOf(pair)}: Vigie ${fraction(pair.vigie)}, ledger ${fraction(pair.ledger)}`),
    ...(movingCount === 0 ? [] : [`  ${red('not compared')}: ${movingCount} numbers that late events moved at every look`]),
    `${verdict} (${numbers})`,
  ].join('\n');
}

/** One pair stands for all of a KPI: one that differs, else that of the sliced window. */
function rowOf(kpi: string, pairs: readonly LedgerPair[], { green, red }: Output['colors']): string[] {
  const shown = pairs.find(({ isEqual }) => !isEqual) ?? pairs.find(({ window }) => window === slicedWindow) ?? pairs[0]!;
  const equalCount = pairs.filter(({ isEqual }) => isEqual).length;
  const verdict = equalCount === pairs.length ? green('all') : red(`${equalCount}`);
  return [kpi, placeOf(shown), shown.vigie.value ?? 'null', shown.ledger.value ?? 'null', String(pairs.length), verdict];
}

const placeOf = ({ window, question: { slice } }: LedgerPair): string =>
  `${window}${slice === null ? '' : `, ${slice.dimension} ${slice.value}`}`;
const fraction = ({ value, numerator, denominator }: LedgerPair['vigie']): string => `${value ?? 'null'} (${numerator} / ${denominator})`;

async function proveStores({ scene, context }: Trial): Promise<boolean> {
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
