/** Rules, records, lanes and notifications that tests of the alert store vary; nothing here is right by itself. */
import type { AlertRecord, Instance, Lane, Notification, Rule } from '@vigie/alerting';
import type { Commit, LaneCommit, RedisClient } from '@vigie/redis';

export const alertsFromMs = Date.UTC(2026, 10, 22, 10);

export function anAlertRule(uid = 'churn'): Rule {
  return {
    ...{ uid, name: 'Churn', tenant: 'default', kind: 'kpi', kpi: 'customer_churn_rate', size: '30d', everyMs: 60_000, settleMs: 0 },
    limits: [{ severity: 'warning', comparison: 'at_or_above', limit: '5', recovery: '4.5' }],
    ...{ overrides: [], forMs: 0, nOfM: null, keepFiringForMs: 0, minSample: null, confidence: null, groupBy: null, maxInstances: 100 },
    // oxlint-disable-next-line unicorn/no-thenable -- the policy's own word; nothing awaits it
    ...{ onZeroDenominator: null, noData: { then: 'hold' }, change: null, benchmark: null, labels: { team: 'growth' } },
    ...{ summary: null, runbook: null, definitionHash: 'd' },
  };
}

export function aFiringInstance(id = 'i', windowEndMs = alertsFromMs): Instance {
  const episode = { id: `e-${id}`, sinceMs: windowEndMs, startedMs: windowEndMs, transitionCount: 1 };
  const condition = { state: 'FIRING', severity: 'warning', episode } as const;
  return { id, labels: { channel: id }, condition, evaluatedToMs: windowEndMs, missingCount: 0 };
}

/** One whose episode has that id. */
export function anInstanceIn(episode: string): Instance {
  const condition = {
    state: 'FIRING',
    severity: 'warning',
    episode: { id: episode, sinceMs: 1, startedMs: 1, transitionCount: 1 },
  } as const;
  return { ...aFiringInstance(episode), condition };
}

export function anAlertRecord(id: string, over: Partial<AlertRecord['transition']> = {}): AlertRecord {
  return {
    transition: {
      ...{ id, kind: 'firing', instance: 'i', episode: 'e', episodeStartedMs: alertsFromMs, episodeSinceMs: alertsFromMs, sequence: 0 },
      ...{ severity: 'warning', previousSeverity: null, windowEndMs: alertsFromMs, reason: null },
      ...over,
    },
    ...{
      rule: anAlertRule(),
      slice: null,
      evidence: null,
      limit: null,
      judged: null,
      baseline: null,
      explanation: null,
      backfilled: false,
    },
  };
}

export function aLane(id = 'lane', channel = 'hook'): Lane {
  return { id, channel, route: 'default', group: { rule: 'churn' } };
}

export function aNotification(id: string, over: Partial<Notification> = {}): Notification {
  return { id, channel: 'hook', kind: 'firing', queue: 'lane', transitions: [id], episodes: ['e'], body: '{}', text: 'text', ...over };
}

export function aCommit(over: Partial<Commit> = {}): Commit {
  return {
    ...{ rule: anAlertRule(), expectedRevision: 0, evaluatedToMs: alertsFromMs, instances: [], health: { state: 'HEALTHY' } },
    ...{ records: [], arrivals: [], nowMs: 1_000 },
    ...over,
  };
}

/** A commit whose records all arrive in the given lanes. */
export function aCommitTo(lanes: readonly Lane[], ids: readonly string[], over: Partial<Commit> = {}): Commit {
  const { nowMs } = aCommit(over);
  const records = ids.map((id) => anAlertRecord(id));
  const arrivals = records.flatMap((record) => lanes.map((lane) => ({ arrival: { lane, record, storedMs: nowMs }, dueMs: nowMs })));
  return aCommit({ records, arrivals, ...over });
}

export function aLaneCommit(over: Partial<LaneCommit> = {}): LaneCommit {
  return { lane: aLane(), expectedRevision: 0, state: null, consumedCount: 0, notifications: [], dueMs: null, nowMs: 1_000, ...over };
}

/** Everything that Redis holds of alerts, by key. */
export async function dumpAlerts(client: RedisClient, prefix: string): Promise<Map<string, unknown>> {
  const root = `{${prefix}:alerts}:`;
  const dump = new Map<string, unknown>();
  for (const key of (await client.keys(`${root}*`)).toSorted()) {
    const type = await client.type(key);
    const name = key.slice(root.length);
    if (type === 'string') dump.set(name, await client.get(key));
    else if (type === 'hash') dump.set(name, new Map(Object.entries(await client.hgetall(key)).toSorted(([a], [b]) => (a < b ? -1 : 1))));
    else if (type === 'set') dump.set(name, (await client.smembers(key)).toSorted());
    else if (type === 'zset') dump.set(name, await client.zrange(key, '0', '-1', 'WITHSCORES'));
    else if (type === 'stream') dump.set(name, await client.xrange(key, '-', '+'));
    else throw new Error(`expected a known type of key, found ${type} at ${key}`);
  }
  return dump;
}
