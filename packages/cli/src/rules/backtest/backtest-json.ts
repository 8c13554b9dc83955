import type { FiringSpan, ReplaySummary } from '@vigie/alerting';
import type { BacktestReport, RuleBacktest } from './run-backtest.ts';

const time = (ms: number): string => new Date(ms).toISOString();

/** The report as JSON: everything that the pictures show, transitions with the ids that the monitor gives them. */
export function backtestJson({ range, completeThroughMs, generation, rules, notifications, sweep }: BacktestReport): unknown {
  return {
    since: time(range.sinceMs),
    until: time(range.untilMs),
    complete_through: completeThroughMs === null ? null : time(completeThroughMs),
    generation,
    notifications,
    rules: rules.map((rule) => ruleJson(rule, range)),
    sweep:
      sweep === null
        ? null
        : {
            ...{ rule: sweep.asked.uid, severity: sweep.asked.severity },
            steps: sweep.steps.map((step) => ({
              ...{ limit: step.limit, recovery: step.recovery, is_current: step.isCurrent },
              ...summaryJson(step.summary),
              notifications: step.notifications,
            })),
          },
  };
}

function ruleJson({ history, report, notifications, records, timeline }: RuleBacktest, range: BacktestReport['range']): unknown {
  const { rule } = history;
  const widthMs = (range.untilMs - range.sinceMs) / range.columnCount;
  return {
    ...{ rule: rule.uid, name: rule.name, tenant: rule.tenant, kpi: rule.kpi, window: rule.size, every_ms: rule.everyMs },
    limits: rule.limits,
    window_count: report.windowCount,
    left_out_by_max_instances: report.overflowCount,
    ...summaryJson(report.whole),
    notifications,
    slices: rule.groupBy === null ? [] : report.slices.map((slice) => ({ slice: slice.slice, ...summaryJson(slice) })),
    firing: report.spans.map(spanJson),
    transitions: records.map(({ transition, slice, judged, limit }) => ({
      ...{
        id: transition.id,
        kind: transition.kind,
        severity: transition.severity,
        episode: transition.episode,
        sequence: transition.sequence,
      },
      ...{ slice: slice?.value ?? null, window_end: time(transition.windowEndMs), value: judged, limit: limit?.limit ?? null },
    })),
    timeline: {
      from: time(range.sinceMs),
      column_ms: widthMs,
      slices: timeline.map(({ slice, worst, isUnknown }) => ({ slice, worst, unknown: isUnknown })),
    },
  };
}

function spanJson({ slice, severity, episode, fromMs, toMs, isOpen }: FiringSpan): unknown {
  return { slice, severity, episode, from: time(fromMs), to: time(toMs), still_firing: isOpen };
}

function summaryJson(summary: ReplaySummary): Record<string, unknown> {
  const { longest } = summary;
  return {
    firing_count: summary.firingCount,
    firing_minutes: summary.firingMs / 60_000,
    flap_count: summary.flapCount,
    transition_count: summary.transitionCount,
    judgement_count: summary.judgementCount,
    inconclusive_share: summary.inconclusiveShare,
    inconclusive: summary.inconclusive,
    longest:
      longest === null
        ? null
        : {
            ...{ slice: longest.slice, from: time(longest.fromMs), to: time(longest.toMs) },
            ...{ minutes: (longest.toMs - longest.fromMs) / 60_000, still_firing: longest.isOpen },
          },
  };
}
