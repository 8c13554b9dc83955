import { limitOf, type AlertRecord, type Condition, type Instance, type Notification, type Rule } from '@vigie/alerting';
import type { AlertSnapshot, JournalKind } from './journal-entry.ts';
import { ruleOf } from './keys.ts';
import type { AlertRedis } from './run-script.ts';

/** Keys of alerts as Vigie kept them before there was an epoch; read once, then removed. */
const oldKeys = {
  rules: 'rules',
  transitions: 'transitions',
  rows: 'outbox:rows',
  due: 'outbox:due',
  attempts: 'outbox:attempts',
  dead: 'outbox:dead',
};

type OldNotification = Pick<Notification, 'id' | 'channel' | 'body' | 'text'> & { kind: string; episode: string; transition: string };
type OldLetter = { notification: OldNotification; reason: string; attempt: number; atMs: number };
type Thing = { kind: JournalKind; key: string; body: string };

/**
 * What an earlier version of Vigie kept of alerts, as if ClickHouse knew it; null where there is none.
 *
 * Holds    rules go on where they stood, what fires goes on firing, what waits to be sent is sent; what that version did not know gets the value that
 *          stands for not knowing
 */
export async function readLegacy(at: AlertRedis): Promise<AlertSnapshot | null> {
  const { client, root } = at;
  const found = await client.exists(...Object.values(oldKeys).map((key) => root + key));
  if (found === 0 || (await client.exists(`${root}epoch`)) === 1) return null;
  const things = [...(await oldHistory(at)), ...(await oldRules(at)), ...(await oldOutbox(at)), ...(await oldDeadLetters(at))];
  const entries = things.map((thing, index) => ({ ...thing, revision: index + 1 }));
  return { epoch: null, since: 0, revision: entries.length, entries };
}

export async function unlinkLegacy({ client, root }: AlertRedis): Promise<void> {
  const rules = await client.smembers(root + oldKeys.rules);
  const queues = await client.zrange(root + oldKeys.due, '0', '-1');
  const keys = [...rules.flatMap((rule) => [`rule:${rule}`, `instances:${rule}`]), ...queues.map((queue) => `outbox:queue:${queue}`)];
  for (const key of [...keys, ...Object.values(oldKeys)]) await client.unlink(root + key);
}

async function oldHistory({ client, root }: AlertRedis): Promise<Thing[]> {
  return (await client.xrange(root + oldKeys.transitions, '-', '+')).map(([, fields]): Thing => {
    const record = recordOf(JSON.parse(fields[fields.indexOf('record') + 1]!));
    return { kind: 'transition', key: record.transition.id, body: JSON.stringify(record) };
  });
}

async function oldRules({ client, root }: AlertRedis): Promise<Thing[]> {
  const things: Thing[] = [];
  for (const key of (await client.smembers(root + oldKeys.rules)).toSorted()) {
    const [revision, evaluatedToMs, rule] = await client.hmget(`${root}rule:${key}`, 'revision', 'evaluated_to_ms', 'rule');
    const instances = (await client.hvals(`${root}instances:${key}`)).map((text) => instanceOf(JSON.parse(text)));
    const state = {
      revision: Number(revision ?? 0),
      evaluatedToMs: typeof evaluatedToMs === 'string' ? Number(evaluatedToMs) : null,
      instances,
      health: { state: 'HEALTHY' },
      rule: typeof rule === 'string' ? ruleFrom(JSON.parse(rule), ruleOf(key)) : null,
    };
    things.push({ kind: 'rule', key, body: JSON.stringify(state) });
  }
  return things;
}

/** In the order of each queue, under the queue's own name: that was already unique. */
async function oldOutbox({ client, root }: AlertRedis): Promise<Thing[]> {
  const things: Thing[] = [];
  for (const queue of await client.zrange(root + oldKeys.due, '0', '-1')) {
    for (const id of await client.lrange(`${root}outbox:queue:${queue}`, 0, -1)) {
      const row = await client.hget(root + oldKeys.rows, id);
      if (row === null) continue;
      const { notification, createdMs }: { notification: OldNotification; createdMs: number } = JSON.parse(row);
      const body = { order: String(things.length), createdMs, notification: { ...notificationOf(notification), queue } };
      things.push({ kind: 'notification', key: id, body: JSON.stringify(body) });
    }
  }
  return things;
}

async function oldDeadLetters({ client, root }: AlertRedis): Promise<Thing[]> {
  return (await client.lrange(root + oldKeys.dead, 0, -1)).toReversed().map((text): Thing => {
    const { notification, reason, attempt, atMs }: OldLetter = JSON.parse(text);
    const letter = { reason, attempt: String(attempt), atMs: String(atMs) };
    const body = { letter, row: { createdMs: atMs, notification: notificationOf(notification) } };
    return { kind: 'dead', key: notification.id, body: JSON.stringify(body) };
  });
}

function notificationOf({ id, channel, kind, episode, transition, body, text }: OldNotification): Notification {
  const told = kind === 'firing' || kind === 'resolved' ? kind : 'changed';
  return { id, channel, kind: told, queue: `${channel}:${episode}`, transitions: [transition], episodes: [episode], body, text };
}

function ruleFrom(old: Partial<Rule>, name: { tenant: string; uid: string }): Rule {
  const unknown = { overrides: [], nOfM: null, confidence: null, change: null, benchmark: null };
  // oxlint-disable-next-line unicorn/no-thenable -- the policy's own word; nothing awaits it
  return { ...unknown, kind: 'kpi', maxInstances: 100, noData: { then: 'hold' }, ...name, ...old } as Rule;
}

function instanceOf(old: Instance): Instance {
  return { ...old, missingCount: old.missingCount ?? 0, condition: conditionOf(old.condition) };
}

function conditionOf(old: Condition): Condition {
  if (old.state === 'PENDING') return { ...old, recent: old.recent ?? [] };
  if (old.state !== 'FIRING' && old.state !== 'RECOVERING') return old;
  return { ...old, episode: { ...old.episode, sinceMs: old.episode.sinceMs ?? old.episode.startedMs } };
}

function recordOf(old: Pick<AlertRecord, 'transition' | 'slice' | 'evidence' | 'backfilled'> & { rule: Partial<Rule> }): AlertRecord {
  const rule = ruleFrom(old.rule, { tenant: old.rule.tenant ?? '', uid: old.rule.uid ?? '' });
  const { transition } = old;
  return {
    ...{ rule, baseline: null, explanation: null, limit: limitOf(rule.limits, transition.severity), judged: old.evidence?.value ?? null },
    ...{ slice: old.slice, evidence: old.evidence, backfilled: old.backfilled },
    transition: { ...transition, episodeSinceMs: transition.episodeSinceMs ?? transition.episodeStartedMs },
  };
}
