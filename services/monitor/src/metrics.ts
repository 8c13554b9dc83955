import { transitionKinds, type RuleHealth, type TransitionKind, type Verdict } from '@vigie/alerting';
import type { Metrics } from '@vigie/runtime';

const verdictKinds = ['breach', 'band', 'clear', 'inconclusive', 'no_data', 'error'] as const satisfies readonly Verdict['kind'][];
export const deliveryOutcomes = ['sent', 'retry', 'dead'] as const;
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];

const unhealthyStates = ['NO_DATA', 'ERROR', 'BROKEN'] as const;
const reloadOutcomes = ['swapped', 'refused'] as const;

/** Rules that get a series of their own; the rest shares `other`. */
const ruleSeriesMax = 200;
const channelSeriesMax = 50;

const rule = { valueCountMax: ruleSeriesMax };
const channel = { valueCountMax: channelSeriesMax };

/** What the monitor tells Prometheus. */
export function createMonitorMetrics(metrics: Metrics) {
  return { ...judgingMetrics(metrics), ...tellingMetrics(metrics), ...keepingMetrics(metrics) };
}
export type MonitorMetrics = ReturnType<typeof createMonitorMetrics>;

function judgingMetrics({ counter, gauge }: Metrics) {
  const windows = counter({ name: 'vigie_monitor_windows_total', help: 'Windows judged', labels: { rule } });
  const skipped = counter({
    name: 'vigie_monitor_windows_skipped_total',
    help: 'Missed windows too many to make up for',
    labels: { rule },
  });
  const verdicts = counter({ name: 'vigie_monitor_verdicts_total', help: 'Verdicts by kind', labels: { kind: verdictKinds } });
  const transitions = counter({ name: 'vigie_monitor_transitions_total', help: 'Stored transitions', labels: { kind: transitionKinds } });
  const overflow = counter({ name: 'vigie_monitor_slices_unwatched_total', help: 'Slices past the bound of a rule', labels: { rule } });
  const failures = counter({ name: 'vigie_monitor_rule_failures_total', help: 'Evaluations that threw', labels: { rule } });
  const lag = gauge({
    name: 'vigie_monitor_evaluation_lag_seconds',
    help: 'Age of the oldest window that waits for complete numbers',
    labels: { rule },
  });
  const health = gauge({
    name: 'vigie_monitor_rule_unhealthy',
    help: '1 while a rule cannot be judged, by why',
    labels: { rule, health: unhealthyStates },
  });
  return {
    onWindow: (uid: string, judged: readonly { verdict: Verdict }[]) => {
      windows.add({ rule: uid });
      for (const { verdict } of judged) verdicts.add({ kind: verdict.kind });
    },
    onTransition: (kind: TransitionKind) => transitions.add({ kind }),
    onSkipped: (uid: string, count: number) => skipped.add({ rule: uid }, count),
    onOverflow: (uid: string, count: number) => overflow.add({ rule: uid }, count),
    onFailure: (uid: string) => failures.add({ rule: uid }),
    onLag: (uid: string, lagMs: number) => lag.set({ rule: uid }, lagMs / 1000),
    onHealth: (uid: string, now: RuleHealth['state']) => {
      for (const state of unhealthyStates) health.set({ rule: uid, health: state }, state === now ? 1 : 0);
    },
  };
}

function tellingMetrics({ counter, gauge, histogram }: Metrics) {
  const announced = counter({
    name: 'vigie_monitor_notifications_total',
    help: 'Notifications put into the outbox',
    labels: { channel },
  });
  const deliveries = counter({
    name: 'vigie_monitor_deliveries_total',
    help: 'Delivery attempts by outcome',
    labels: { channel, outcome: deliveryOutcomes },
  });
  const latency = histogram({
    name: 'vigie_monitor_delivery_seconds',
    help: 'From a message put together to its being accepted',
    buckets: [0.1, 0.5, 1, 2, 5, 15, 60, 300, 1800, 7200, 86_400],
  });
  const outbox = gauge({ name: 'vigie_monitor_outbox_notifications', help: 'Notifications that wait to be delivered' });
  return {
    onAnnounced: (name: string, count: number) => announced.add({ channel: name }, count),
    onDelivery: (name: string, outcome: DeliveryOutcome) => deliveries.add({ channel: name, outcome }),
    onDelivered: (latencyMs: number) => latency.observe({}, latencyMs / 1000),
    onOutbox: (count: number) => outbox.set({}, count),
  };
}

function keepingMetrics({ counter, gauge }: Metrics) {
  const refused = counter({
    name: 'vigie_monitor_commits_refused_total',
    help: 'Decisions that another monitor had stored already',
  });
  const reloads = counter({
    name: 'vigie_monitor_rules_reloads_total',
    help: 'Changes of the rules file, by outcome',
    labels: { outcome: reloadOutcomes },
  });
  const journal = gauge({ name: 'vigie_monitor_journal_entries', help: 'Writes of alert state that are not in ClickHouse yet' });
  return {
    onRefused: () => refused.add({}),
    onReload: (outcome: (typeof reloadOutcomes)[number]) => reloads.add({ outcome }),
    onJournal: (count: number) => journal.set({}, count),
  };
}
