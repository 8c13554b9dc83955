import type { Instance, Notification } from '@vigie/alerting';
import { requireWritten, runScript, type AlertRedis } from './run-script.ts';

/** Notifications that may wait; past it nothing more is announced until some went out: held back, never dropped. */
export const notificationCountMax = 100_000;

/** A notification to send, held under a lease. */
export interface ClaimedNotification {
  readonly notification: Notification;
  /** When it was put into the outbox, epoch ms. */
  readonly createdMs: number;
  /** 1 for the first; crashed attempts count. */
  readonly attempt: number;
  readonly queue: string;
}

export type Outcome =
  | { readonly kind: 'sent'; readonly nowMs: number }
  | { readonly kind: 'retry'; readonly dueMs: number; readonly reason: string }
  | { readonly kind: 'dead'; readonly nowMs: number; readonly reason: string };

/** A notification that was given up, and why. */
export interface DeadLetter {
  readonly notification: Notification;
  readonly reason: string;
  readonly attempt: number;
  readonly atMs: number;
}

export interface NotificationSummary {
  readonly id: string;
  readonly channel: string;
  readonly kind: Notification['kind'];
  readonly queue: string;
  readonly text: string;
}

/** How a notification ended. */
export interface Delivery {
  readonly notification: NotificationSummary;
  readonly outcome: 'sent' | 'dead';
  /** Why it was given up; null where it was sent. */
  readonly reason: string | null;
  readonly attempt: number;
  readonly createdMs: number;
  readonly settledMs: number;
}

/** A notification that is still to be sent. */
export interface WaitingNotification {
  readonly notification: NotificationSummary;
  readonly createdMs: number;
  /** Attempts so far. */
  readonly attempt: number;
  /** When its queue is looked at next: its first notification is then tried, or its lease is over. */
  readonly dueMs: number;
  /** Why the last attempt failed; null before the first failure. */
  readonly reason: string | null;
}

export interface Claim {
  readonly nowMs: number;
  readonly leaseMs: number;
  readonly countMax: number;
  /** Of one channel; those under way count. */
  readonly channelCountMax?: number;
  /** How many of a channel the caller is sending already. */
  readonly underWay?: ReadonlyMap<string, number>;
}

/** What became of dead letters that somebody wants sent again. */
export interface Retried {
  readonly retriedCount: number;
  /** How many stay dead, and why: their channel is off; the outbox is full; all that they say is over. */
  readonly left: { readonly off: number; readonly full: number; readonly over: number };
}

interface Row {
  readonly notification: Notification;
  readonly createdMs: number;
}
interface Letter {
  readonly letter: { readonly reason: string; readonly attempt: string; readonly atMs: string };
  readonly row: Row;
}

export function rowArgs(notification: Notification, createdMs: number): string[] {
  const row: Row = { createdMs, notification };
  return [notification.id, notification.queue, notification.channel, JSON.stringify(row), notification.kind];
}

/**
 * Claims the first due notification of each queue; what stands behind it waits for it. A channel that has no room left is passed over.
 *
 * Holds    until the lease ends nobody else gets the same one, and afterwards somebody does: sent at least once; a Redis that lost its state
 *          hands out nothing before it is restored
 */
export async function claimNotifications(
  at: AlertRedis,
  { nowMs, leaseMs, countMax, channelCountMax = countMax, underWay = new Map() }: Claim,
): Promise<ClaimedNotification[]> {
  const busy = [...underWay].map(([channel, count]) => [channel, String(count)]);
  const asked = [String(nowMs), String(nowMs + leaseMs), String(countMax), String(channelCountMax), busy];
  const { status, more } = await runScript(at, 'claim', asked);
  if (status !== 'ok') return [];
  return (more as [string, string, string, string][]).map(([queue, , attempt, text]) => {
    const { notification, createdMs }: Row = JSON.parse(text);
    return { notification, createdMs, attempt: Number(attempt), queue };
  });
}

/** Ends an attempt; false when the lease was lost and somebody else decides. */
export async function settleNotification(
  at: AlertRedis,
  { claimed, outcome }: { claimed: ClaimedNotification; outcome: Outcome },
): Promise<boolean> {
  const { queue, attempt, notification, createdMs } = claimed;
  const row: Row = { createdMs, notification };
  const { status } = await runScript(at, 'settle', [
    outcome.kind,
    queue,
    notification.id,
    String(attempt),
    String(outcome.kind === 'retry' ? outcome.dueMs : outcome.nowMs),
    outcome.kind === 'sent' ? '' : outcome.reason.toWellFormed(),
    outcome.kind === 'dead' ? JSON.stringify(row) : '',
    JSON.stringify({ createdMs, notification: summaryOf(notification) }),
  ]);
  return status === 'ok';
}

function summaryOf({ id, channel, kind, queue, text }: NotificationSummary): NotificationSummary {
  return { id, channel, kind, queue, text };
}

export async function outboxDepth({ client, root }: AlertRedis): Promise<number> {
  return client.hlen(`${root}kept:notification`);
}

/** Dead letters, newest first. */
export async function readDeadLetters({ client, root }: AlertRedis, countMax: number): Promise<DeadLetter[]> {
  const ids = countMax < 1 ? [] : await client.zrevrange(`${root}dead:order`, 0, countMax - 1);
  if (ids.length === 0) return [];
  return (await client.hmget(`${root}kept:dead`, ...ids)).filter((text) => text !== null).map(deadLetterIn);
}

function deadLetterIn(text: string): DeadLetter {
  const { letter, row }: Letter = JSON.parse(text);
  return { notification: row.notification, reason: letter.reason, attempt: Number(letter.attempt), atMs: Number(letter.atMs) };
}

/** How recent notifications ended, newest first. */
export async function readDeliveries({ client, root }: AlertRedis, countMax: number): Promise<Delivery[]> {
  const entries = await client.xrevrange(`${root}deliveries`, '+', '-', 'COUNT', countMax);
  return entries.map(([, [, of, , outcome, , reason, , attempt, , settledMs]]): Delivery => {
    const { notification, createdMs }: Row = JSON.parse(of!);
    return {
      notification: summaryOf(notification),
      outcome: outcome as Delivery['outcome'],
      reason: reason === '' ? null : reason!,
      attempt: Number(attempt),
      createdMs,
      settledMs: Number(settledMs),
    };
  });
}

/** What waits to be sent: queue by queue, the one that is due first first, each in its order. */
export async function readWaiting(at: AlertRedis, countMax: number): Promise<WaitingNotification[]> {
  const { client, root } = at;
  const waiting: WaitingNotification[] = [];
  for (const { queue, dueMs } of countMax < 1 ? [] : await readQueues(at, countMax)) {
    if (waiting.length >= countMax) break;
    const ids = await client.zrange(`${root}queue:${queue}`, '0', String(countMax - waiting.length - 1));
    if (ids.length === 0) continue;
    const [rows, attempts, failures] = await Promise.all(
      [`kept:notification`, 'attempts', 'kept:attempt'].map((name) => client.hmget(root + name, ...ids)),
    );
    for (const [place, row] of rows!.entries()) {
      if (row === null) continue;
      const { notification, createdMs }: Row = JSON.parse(row);
      const failure: { reason: string } | null = JSON.parse(failures![place] ?? 'null');
      const attempt = Number(attempts![place] ?? 0);
      waiting.push({ notification: summaryOf(notification), createdMs, attempt, dueMs, reason: failure?.reason ?? null });
    }
  }
  return waiting;
}

/** Queues of all channels, the one that is due first first. */
async function readQueues({ client, root }: AlertRedis, countMax: number): Promise<{ queue: string; dueMs: number }[]> {
  const queues: { queue: string; dueMs: number }[] = [];
  for (const channel of await client.smembers(`${root}queues:channels`)) {
    const found = await client.zrange(`${root}queues:due:${channel}`, '0', String(countMax - 1), 'WITHSCORES');
    for (let index = 0; index < found.length; index += 2) queues.push({ queue: found[index]!, dueMs: Number(found[index + 1]) });
  }
  return queues.toSorted((a, b) => a.dueMs - b.dueMs || (a.queue < b.queue ? -1 : 1));
}

/** Things that one call moves, so that no call holds up Redis for long. */
const moveCountMax = 500;

/**
 * Puts dead letters back into their queues under the same ids.
 *
 * Holds    one that says that something fires stays dead when all of it has ended: its end was told, or is among the dead letters too
 */
export async function retryDead(at: AlertRedis, id: string): Promise<Retried> {
  const { client, root } = at;
  const ids = id === 'all' ? await client.zrange(`${root}dead:order`, '0', '-1') : [id];
  const firing = ids.length === 0 ? new Set<string>() : await firingEpisodes(at);
  const isOver = ({ kind, episodes }: Notification): boolean => kind !== 'resolved' && !episodes.some((episode) => firing.has(episode));
  // The day that a notification may be tried for begins anew.
  const nowMs = Number((await client.time())[0]) * 1_000;
  const counts = { retried: 0, off: 0, full: 0, over: 0 };
  for (let from = 0; from < ids.length; from += moveCountMax) {
    const texts = await client.hmget(`${root}kept:dead`, ...ids.slice(from, from + moveCountMax));
    const letters = texts.filter((text) => text !== null).map((text) => deadLetterIn(text).notification);
    const wanted = letters.filter((notification) => !isOver(notification)).map((notification) => rowArgs(notification, nowMs));
    const { status, more } = await runScript(at, 'retry-dead', [wanted, '0', String(notificationCountMax)]);
    requireWritten(status, 'a dead letter to retry');
    const [retried = 0, off = 0, full = 0] = (more as string[]).map(Number);
    counts.retried += retried;
    counts.off += off;
    counts.full += full;
    counts.over += letters.length - wanted.length;
  }
  const { retried: retriedCount, ...left } = counts;
  return { retriedCount, left };
}

async function firingEpisodes({ client, root }: AlertRedis): Promise<Set<string>> {
  const states = (await client.hvals(`${root}kept:rule`)).map((body): { instances: readonly Instance[] } => JSON.parse(body));
  const conditions = states.flatMap(({ instances }) => instances.map(({ condition }) => condition));
  return new Set(conditions.flatMap((condition) => ('episode' in condition ? [condition.episode.id] : [])));
}

/** Makes dead letters of everything that waits for a channel. */
export async function buryChannel(at: AlertRedis, dead: { channel: string; reason: string; nowMs: number }): Promise<void> {
  let count = 0;
  do {
    const asked = [dead.channel, dead.reason, String(dead.nowMs), String(moveCountMax)];
    const { status, more } = await runScript(at, 'bury-channel', asked);
    requireWritten(status, 'dead letters of a channel that is switched off');
    count = Number(more);
  } while (count === moveCountMax);
}
