/** A board with alerts to look at; the store's own things, put together by hand. */
import { type Instance, type Lane, laneOf, type Rule, type RuleSet, type Severity } from '@vigie/alerting';
import type { LaneView } from '@vigie/redis';
import { alertsFromMs, anAlertRecord, anAlertRule } from '@vigie/testkit';
import type { Board, JudgedRule } from './board.ts';

export const hourMs = 3_600_000;
export const nowMs = alertsFromMs + 2 * hourMs;

const route: RuleSet['route'] = {
  ...{ id: 'default', matchers: [], channels: ['log', 'desk'], groupBy: ['rule'], groupWaitMs: 30_000, groupIntervalMs: 300_000 },
  ...{ repeatIntervalMs: 24 * hourMs, mute: [], flap: null, continues: false, children: [] },
};
const ruleSet: RuleSet = { rules: [anAlertRule(), anAlertRule('cac')], route, muteTimings: [], inhibitions: [], channels: [] };

export const laneTo = (channel: string, uid = 'churn'): Lane => laneOf(route, channel, { rule: uid });

export function firing(id: string, over: { severity?: Severity; startedMs?: number; uid?: string } = {}): Instance {
  const { severity = 'warning', startedMs = alertsFromMs, uid = 'churn' } = over;
  const episode = { id: `e-${id}`, sinceMs: startedMs, startedMs, transitionCount: 1 };
  const lanes = [laneTo('log', uid), laneTo('desk', uid)];
  return { id, labels: { channel: id }, condition: { state: 'FIRING', severity, episode }, evaluatedToMs: nowMs, missingCount: 0, lanes };
}

export function pending(id: string): Instance {
  const condition = { state: 'PENDING', severity: 'warning', sinceMs: alertsFromMs, elapsedMs: hourMs, heldMs: 0, recent: [] } as const;
  return { id, labels: { channel: id }, condition, evaluatedToMs: nowMs, missingCount: 0 };
}

export function judged(rule: Rule, instances: readonly Instance[], over: Partial<JudgedRule['state']> = {}): JudgedRule {
  const state = { revision: 1, evaluatedToMs: nowMs, instances, health: { state: 'HEALTHY' } as const, rule, ...over };
  return { tenant: rule.tenant, uid: rule.uid, state };
}

/** A lane that knows of one firing. */
export function laneView(lane: Lane, instance: string, atMs: number | null): LaneView {
  const current = anAlertRecord(`t-${instance}`, { instance, episode: `e-${instance}` });
  const announced = atMs === null ? null : ({ status: 'firing', severity: 'warning', atMs } as const);
  const alerts = [{ instance, episode: `e-${instance}`, current, announced, pending: [] }];
  return { revision: 1, state: { lane, alerts, lastMessageMs: atMs, messageCount: 1, firings: {}, damped: {} }, arrivals: [] };
}

export function board(rules: readonly JudgedRule[], over: Partial<Board> = {}): Board {
  return {
    ...{ nowMs, isReady: true, rules, ruleSet, lanes: new Map(), leftOutLaneCount: 0, silences: [], acknowledgements: new Map() },
    ...{ waiting: [], deliveries: [], deadLetterCount: 0, disabled: new Map(), records: [] },
    ...over,
  };
}
