import {
  type AlertRecord,
  judgeWindows,
  limitOf,
  type MessageKind,
  replayAnnouncements,
  type ReplayedMessage,
  type ReplayReport,
  type ReplaySummary,
  ReplaySummarizer,
  type Rule,
  type RuleSet,
  type StoredRecord,
} from '@vigie/alerting';
import { subtractDecimals } from './decimals.ts';
import type { Sweep } from './options.ts';
import { type HistorySource, readHistories, type RuleHistory } from './read-history.ts';
import { type TimelineColumns, TimelineFold, type TimelineRange } from './timeline.ts';

/** Would-be messages by channel, then by kind. */
export type ToldCounts = Readonly<Record<string, Readonly<Partial<Record<MessageKind, number>>>>>;

export interface BacktestOptions {
  /** Routes, channels, mute timings and inhibitions are its own; only `rules` are judged. */
  readonly ruleSet: RuleSet;
  readonly rules: readonly Rule[];
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly sweep: Sweep | null;
  /** How finely timelines are cut. */
  readonly columnCount: number;
}

export interface RuleBacktest {
  readonly history: RuleHistory;
  readonly report: ReplayReport;
  /** Messages that tell of this rule. */
  readonly notifications: ToldCounts;
  readonly records: readonly AlertRecord[];
  readonly timeline: readonly TimelineColumns[];
}
export interface SweepStep {
  readonly limit: string;
  readonly recovery: string;
  /** Whether it is the limit that the file has. */
  readonly isCurrent: boolean;
  readonly summary: ReplaySummary;
  readonly notifications: ToldCounts;
}
export interface BacktestReport {
  readonly range: TimelineRange;
  readonly completeThroughMs: number | null;
  readonly generation: number;
  readonly rules: readonly RuleBacktest[];
  /** Of all rules together; one message may tell of several. */
  readonly notifications: ToldCounts;
  readonly sweep: { readonly asked: Sweep; readonly steps: readonly SweepStep[] } | null;
}

/**
 * Runs rules over the history that ClickHouse holds, by the functions that the monitor runs, and sends nothing.
 *
 * Holds    the transitions, ids included, are those of a monitor that ran through the same windows and saw the same numbers; numbers are those of
 *          today, late events included
 * Errors   CliError when there is more than the bounds allow
 */
export async function runBacktest(source: HistorySource, options: BacktestOptions): Promise<BacktestReport> {
  const { ruleSet, sweep, sinceMs, untilMs, columnCount } = options;
  const range = { sinceMs, untilMs, columnCount };
  const histories = await readHistories(source, options);
  const judged = histories.map((history) => judge(history, range));
  const messages = announce(
    ruleSet,
    judged.flatMap(({ stored }) => stored),
    untilMs,
  );
  return {
    range,
    completeThroughMs: source.standing.completeThroughMs,
    generation: source.standing.generation,
    rules: judged.map(({ history, report, timeline, stored }) => ({
      ...{ history, report, timeline },
      records: stored.map(({ record }) => record),
      notifications: countByChannel(
        messages.filter(({ message }) => message.alerts.some(({ record }) => record.rule.uid === history.rule.uid)),
      ),
    })),
    notifications: countByChannel(messages),
    sweep: sweep === null ? null : { asked: sweep, steps: runSweep(sweep, { histories, ruleSet, untilMs }) },
  };
}

interface Judged {
  readonly history: RuleHistory;
  readonly report: ReplayReport;
  readonly stored: readonly StoredRecord[];
  readonly timeline: readonly TimelineColumns[];
}

function judge(history: RuleHistory, range: TimelineRange): Judged {
  const { rule } = history;
  const summarizer = new ReplaySummarizer(rule);
  const timeline = new TimelineFold(rule, range);
  const stored: StoredRecord[] = [];
  for (const window of judgeWindows(rule, history.windows())) {
    summarizer.add(window);
    timeline.add(window);
    for (const record of window.decision.records) stored.push({ record, storedMs: window.windowEndMs + rule.settleMs });
  }
  return { history, report: summarizer.report(), stored, timeline: timeline.columns() };
}

function announce(ruleSet: RuleSet, stored: readonly StoredRecord[], untilMs: number): ReplayedMessage[] {
  const inOrder = stored.toSorted((a, b) => a.storedMs - b.storedMs);
  return replayAnnouncements(ruleSet, inOrder, { untilMs, overlays: { silences: [], acknowledgements: [] } });
}

function countByChannel(messages: readonly ReplayedMessage[]): ToldCounts {
  const counts: Record<string, Partial<Record<MessageKind, number>>> = {};
  for (const { channel, message } of messages) {
    const own = (counts[channel] ??= {});
    own[message.kind] = (own[message.kind] ?? 0) + 1;
  }
  return counts;
}

function runSweep(
  { uid, severity, limits }: Sweep,
  at: { histories: readonly RuleHistory[]; ruleSet: RuleSet; untilMs: number },
): SweepStep[] {
  const history = at.histories.find(({ rule }) => rule.uid === uid)!;
  const level = limitOf(history.rule.limits, severity)!;
  const margin = subtractDecimals(level.limit, level.recovery);
  return limits.map((limit) => {
    const recovery = subtractDecimals(limit, margin);
    const rule = alone(history.rule, { ...level, limit, recovery });
    const summarizer = new ReplaySummarizer(rule);
    const stored: StoredRecord[] = [];
    for (const window of judgeWindows(rule, history.windows())) {
      summarizer.add(window);
      for (const record of window.decision.records) stored.push({ record, storedMs: window.windowEndMs + rule.settleMs });
    }
    const notifications = countByChannel(announce(at.ruleSet, stored, at.untilMs));
    return { limit, recovery, isCurrent: Number(limit) === Number(level.limit), summary: summarizer.report().whole, notifications };
  });
}

/** The rule with one limit and no other, so that what the limit does is not mixed with what the others do. */
function alone(rule: Rule, level: Rule['limits'][number]): Rule {
  const { severity } = level;
  const overrides = rule.overrides.map(({ match, limits }) => ({ match, limits: limits.filter((one) => one.severity === severity) }));
  const zero = rule.onZeroDenominator;
  return { ...rule, limits: [level], overrides, onZeroDenominator: zero?.severity === severity ? zero : null };
}
