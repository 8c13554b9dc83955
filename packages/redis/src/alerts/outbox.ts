import type { Notification } from '@vigie/alerting';
import type { RedisClient } from '../connect.ts';
import { loadScript } from '../script.ts';
import type { AlertKeys } from './keys.ts';

const claimScript = loadScript('../alerts/scripts/claim');
const settleScript = loadScript('../alerts/scripts/settle');

/** Dead letters that are kept; older ones go. */
const deadLetterCountMax = 10_000;

/** A notification to send, held under a lease. */
export interface ClaimedNotification {
  readonly notification: Notification;
  /** When its transition was stored, epoch ms. */
  readonly createdMs: number;
  /** 1 for the first; crashed attempts count. */
  readonly attempt: number;
  readonly queue: string;
}

export type Outcome =
  | { readonly kind: 'sent'; readonly nowMs: number }
  | { readonly kind: 'retry'; readonly dueMs: number }
  | { readonly kind: 'dead'; readonly nowMs: number; readonly reason: string };

/** A notification that was given up, and why. */
export interface DeadLetter {
  readonly notification: Notification;
  readonly reason: string;
  readonly attempt: number;
  readonly atMs: number;
}

/**
 * Claims the first due notification of each queue; a queue is one channel of one episode, so a resolve waits for its firing.
 *
 * Holds    until the lease ends nobody else gets the same one, and afterwards somebody does: sent at least once
 */
export async function claimNotifications(
  client: RedisClient,
  keys: AlertKeys,
  { nowMs, leaseMs, countMax }: { nowMs: number; leaseMs: number; countMax: number },
): Promise<ClaimedNotification[]> {
  const reply = await claimScript.run(client, [keys.due, keys.rows, keys.attempts], [nowMs, nowMs + leaseMs, countMax, keys.queues]);
  if (!Array.isArray(reply)) throw new Error(`Expected a list of claimed notifications, found ${JSON.stringify(reply)}.`);
  return reply.map(([queue, , attempt, row]: [string, string, number, string]) => {
    const { notification, createdMs }: { notification: Notification; createdMs: number } = JSON.parse(row);
    return { notification, createdMs, attempt, queue };
  });
}

/** Ends an attempt; false when the lease was lost and somebody else decides. */
export async function settleNotification(
  client: RedisClient,
  keys: AlertKeys,
  { claimed, outcome }: { claimed: ClaimedNotification; outcome: Outcome },
): Promise<boolean> {
  const { queue, attempt, notification } = claimed;
  const letter: DeadLetter | null = outcome.kind === 'dead' ? { notification, reason: outcome.reason, attempt, atMs: outcome.nowMs } : null;
  const dueMs = outcome.kind === 'retry' ? outcome.dueMs : outcome.nowMs;
  const places = [keys.queues + queue, keys.due, keys.rows, keys.attempts, keys.dead];
  const changed = await settleScript.run(client, places, [
    outcome.kind,
    queue,
    notification.id,
    attempt,
    dueMs,
    JSON.stringify(letter),
    deadLetterCountMax,
  ]);
  return changed === 1;
}

export async function outboxDepth(client: RedisClient, keys: AlertKeys): Promise<number> {
  return client.hlen(keys.rows);
}

export async function readDeadLetters(client: RedisClient, keys: AlertKeys, countMax: number): Promise<DeadLetter[]> {
  return (await client.lrange(keys.dead, 0, countMax - 1)).map((text): DeadLetter => JSON.parse(text));
}
