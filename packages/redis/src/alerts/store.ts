import type { AlertRecord, Instance, Notification, Rule } from '@vigie/alerting';
import type { RedisClient } from '../connect.ts';
import { loadScript } from '../script.ts';
import { alertKeys, ruleKeyOf, type AlertKeys } from './keys.ts';
import {
  claimNotifications,
  outboxDepth,
  readDeadLetters,
  settleNotification,
  type ClaimedNotification,
  type DeadLetter,
  type Outcome,
} from './outbox.ts';

const commitScript = loadScript('../alerts/scripts/commit');

/** Notifications that may wait; past it nothing is judged until some went out: held back, never dropped. */
const outboxCountMax = 100_000;
/** Records that are kept for `alerts history`, about; older ones are cut. */
const recordCountMax = 100_000;

/** Where one rule stands. */
export interface RuleState {
  /** Rises with every write; 0: never written. */
  readonly revision: number;
  readonly evaluatedToMs: number | null;
  /** Only those that are not OK. */
  readonly instances: readonly Instance[];
  /** The rule as it was when it was last judged. */
  readonly rule: Rule | null;
}

export interface Commit {
  readonly rule: Rule;
  readonly expectedRevision: number;
  /** null: the rule is gone, forget it. */
  readonly evaluatedToMs: number | null;
  readonly instances: readonly Instance[];
  readonly records: readonly AlertRecord[];
  readonly notifications: readonly Notification[];
  readonly nowMs: number;
}
/** refused: another monitor was faster. full: the outbox has no room. */
export type CommitResult = 'ok' | 'refused' | 'full';

export interface AlertStore {
  readonly load: (rule: { tenant: string; uid: string }) => Promise<RuleState>;
  /** Every rule that has state, in the file or not. */
  readonly knownRules: () => Promise<readonly { tenant: string; uid: string }[]>;
  readonly commit: (commit: Commit) => Promise<CommitResult>;
  /** The newest records first. */
  readonly history: (countMax: number) => Promise<readonly AlertRecord[]>;
  readonly claim: (at: { nowMs: number; leaseMs: number; countMax: number }) => Promise<readonly ClaimedNotification[]>;
  readonly settle: (claimed: ClaimedNotification, outcome: Outcome) => Promise<boolean>;
  readonly outboxDepth: () => Promise<number>;
  readonly deadLetters: (countMax: number) => Promise<readonly DeadLetter[]>;
}

/**
 * Keeps rules' states, their records and the outbox in Redis.
 *
 * Holds    one judged window is one write: instances, records, notifications and cursor become true together or not at all, and only
 *          if nobody wrote in between; so two monitors announce once. Notifications of one (channel, episode) are handed out in order
 * Errors   those of the connection: it is then unknown whether a commit was made; load again and decide again, ids repeat
 */
export function createAlertStore(client: RedisClient, prefix: string): AlertStore {
  const keys = alertKeys(prefix);
  return {
    load: (rule) => load(client, keys, ruleKeyOf(rule)),
    knownRules: async () =>
      (await client.smembers(keys.rules)).map((ruleKey) => {
        const [tenant = '', uid = ''] = ruleKey.split(':');
        return { tenant, uid };
      }),
    commit: (change) => commit(client, keys, change),
    history: (countMax) => history(client, keys, countMax),
    claim: (at) => claimNotifications(client, keys, at),
    settle: (claimed, outcome) => settleNotification(client, keys, { claimed, outcome }),
    outboxDepth: () => outboxDepth(client, keys),
    deadLetters: (countMax) => readDeadLetters(client, keys, countMax),
  };
}

async function load(client: RedisClient, keys: AlertKeys, ruleKey: string): Promise<RuleState> {
  // Not in one transaction, and that is enough: a write in between makes this revision stale, and the commit is refused.
  const [revision, evaluatedToMs, rule] = await client.hmget(keys.rule(ruleKey), 'revision', 'evaluated_to_ms', 'rule');
  const instances = await client.hvals(keys.instances(ruleKey));
  return {
    revision: Number(revision ?? 0),
    evaluatedToMs: typeof evaluatedToMs !== 'string' ? null : Number(evaluatedToMs),
    instances: instances.map((text): Instance => JSON.parse(text)),
    rule: typeof rule !== 'string' ? null : JSON.parse(rule),
  };
}

async function commit(client: RedisClient, keys: AlertKeys, change: Commit): Promise<CommitResult> {
  const ruleKey = ruleKeyOf(change.rule);
  const decision = {
    ruleKey,
    rule: JSON.stringify(change.rule),
    removed: change.evaluatedToMs === null,
    evaluatedToMs: String(change.evaluatedToMs),
    instances: change.instances.map((instance) => [instance.id, JSON.stringify(instance)]),
    records: change.records.map((record) => [record.transition.id, JSON.stringify(record)]),
    outbox: change.notifications.map((notification) => [
      notification.id,
      `${notification.channel}:${notification.episode}`,
      JSON.stringify({ notification, createdMs: change.nowMs }),
    ]),
    outboxCountMax,
    recordCountMax: String(recordCountMax),
    dueMs: String(change.nowMs),
  };
  const places = [keys.rule(ruleKey), keys.instances(ruleKey), keys.rules, keys.transitions, keys.rows, keys.due];
  const reply = await commitScript.run(client, places, [change.expectedRevision, JSON.stringify(decision), keys.queues]);
  const status: unknown = Array.isArray(reply) ? reply[0] : reply;
  if (status === 'ok' || status === 'refused' || status === 'full') return status;
  throw new Error(`Expected ok, refused or full from the alert store's commit, found ${JSON.stringify(reply)}.`);
}

async function history(client: RedisClient, keys: AlertKeys, countMax: number): Promise<AlertRecord[]> {
  const entries = await client.xrevrange(keys.transitions, '+', '-', 'COUNT', countMax);
  return entries.map(([, fields]): AlertRecord => JSON.parse(fields[fields.indexOf('record') + 1]!));
}
