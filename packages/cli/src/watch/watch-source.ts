import { labelsOf, type Matcher, type Rule } from '@vigie/alerting';
import { acknowledge } from '../alerts/acknowledge.ts';
import type { Alert } from '../alerts/alerts-of.ts';
import type { Board } from '../alerts/board.ts';
import { type Desk, openDesk, readAlerts, zoneOf } from '../alerts/desk.ts';
import { shortIds } from '../alerts/ids.ts';
import { idsOf } from '../alerts/list.ts';
import { alertText } from '../alerts/show.ts';
import { putSilence } from '../alerts/silences.ts';
import type { Output } from '../console/output.ts';
import type { Context } from '../context.ts';
import type { WatchModel } from './frame.ts';
import { kpiRows } from './kpi-rows.ts';
import { NumbersReader, rulesMax } from './read-numbers.ts';

/** The rules file is read again this often: the monitor takes changes over while it runs, and so does the screen. */
const rulesEveryMs = 10_000;

/** Where the screen gets what it shows from, and what its keys do. */
export interface WatchSource {
  readonly read: (nowMs: number) => Promise<WatchModel>;
  readonly details: (alert: Alert, nowMs: number) => Promise<string>;
  readonly acknowledge: (alert: Alert & { readonly episode: string }, comment: string, nowMs: number) => Promise<void>;
  readonly silence: (alert: Alert, silence: { lengthMs: number; comment: string }, nowMs: number) => Promise<void>;
}

export function createWatchSource(context: Context, { author, colors }: { author: string; colors: Output['colors'] }): WatchSource {
  const numbers = new NumbersReader(context);
  let desk = openDesk(context);
  let rulesReadMs = Date.now();
  return {
    read: async (nowMs) => {
      if (nowMs - rulesReadMs >= rulesEveryMs) {
        desk = { ...openDesk(context), store: desk.store };
        rulesReadMs = nowMs;
      }
      return readModel(desk, numbers, nowMs);
    },
    details: (alert, nowMs) => alertText(desk, { written: alert.episode ?? alert.instance.id, nowMs }, colors),
    acknowledge: async (alert, comment, nowMs) => {
      await acknowledge(desk.store, alert, { author, comment, nowMs });
    },
    silence: async (alert, { lengthMs, comment }, nowMs) => {
      await putSilence(desk.store, { matchers: matchersOf(alert), endsMs: nowMs + lengthMs, author, comment }, nowMs);
    },
  };
}

/** Matches this alert at any severity, and no other. */
function matchersOf({ rule, slice, severity }: Pick<Alert, 'rule' | 'slice' | 'severity'>): readonly Matcher[] {
  const matchers: Matcher[] = [
    { label: 'tenant', op: '=', value: rule.tenant },
    { label: 'rule', op: '=', value: rule.uid },
  ];
  // A dimension may have the name of a label that Vigie gives; then it cannot be matched.
  if (slice === null || labelsOf(rule, slice, severity)[slice.dimension] !== slice.value) return matchers;
  return [...matchers, { label: slice.dimension, op: '=', value: slice.value }];
}

async function readModel(desk: Desk, numbers: NumbersReader, nowMs: number): Promise<WatchModel> {
  const { board, alerts } = await readAlerts(desk, nowMs);
  const rules = rulesOf(board);
  const read = await numbers.read(rules, nowMs);
  const conditions = new Map(board.rules.flatMap(({ state }) => state.instances.map(({ id, condition }) => [id, condition] as const)));
  const rows = read.map((one) => kpiRows(one, (instance) => conditions.get(instance) ?? { state: 'OK' }));
  const live = read.flatMap(({ now }) => now.filter(({ source }) => source === 'live'));
  return {
    readMs: nowMs,
    zone: zoneOf(
      desk,
      rules.map(({ tenant }) => tenant),
    ),
    settings: desk.context.settings,
    completeThroughMs:
      live.length === 0
        ? null
        : live.reduce<number | null>(
            (least, { completeThroughMs }) => (least === null || completeThroughMs === null ? null : Math.min(least, completeThroughMs)),
            Infinity,
          ),
    kpis: rows.flatMap((one) => one.rows),
    moreKpiCount: rows.reduce((sum, { moreCount }) => sum + moreCount, 0) + Math.max(0, rules.length - rulesMax),
    ...{ board, alerts, shortOf: shortIds(idsOf(alerts)) },
  };
}

/** Those of the file; where it cannot be read, those that the monitor judged last. */
function rulesOf({ ruleSet, rules }: Board): readonly Rule[] {
  const all = ruleSet?.rules ?? rules.flatMap(({ state }) => (state.rule === null ? [] : [state.rule]));
  return all.filter(({ kind }) => kind === 'kpi');
}
