import type { AlertStore, ClaimedNotification, Outcome } from '@vigie/redis';
import { backoffMs, type Clock, type FaultPoint, type Logger } from '@vigie/runtime';
import type { Send, SendResult } from '../channels/send.ts';
import type { MonitorMetrics } from '../metrics.ts';

const retryBackoff = { baseMs: 5_000, capMs: 30 * 60_000 };
/** After this a notification is given up: what it says is history. */
const retryAgeMaxMs = 24 * 3_600_000;
/** A receiver may ask for a pause, not for silence. */
const retryAfterMaxMs = 3_600_000;
/** Longer than any attempt takes, so that a lease is lost by a crash and not by slowness. */
const leaseMs = 20_000;
const inFlightMax = 64;
/** So that a channel that hangs leaves room for the others. */
const inFlightPerChannelMax = 4;

export interface DelivererOptions {
  readonly store: Pick<AlertStore, 'claim' | 'settle' | 'outboxDepth' | 'disableChannel'>;
  /** The channels of now; others after a reload. */
  readonly channels: () => ReadonlyMap<string, Send>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly fault: FaultPoint;
  readonly logger: Pick<Logger, 'debug' | 'warn' | 'error'>;
  readonly metrics: MonitorMetrics;
}

/**
 * Sends what waits in the outbox: claim, send, mark.
 *
 * Holds    a crash between send and mark sends again with the same id; a slow receiver holds up its own channel only
 * Errors   those of the store; a sender never throws for what a receiver did
 */
export class OutboxDeliverer {
  readonly #options: DelivererOptions;
  /** Attempts under way and their channels. */
  readonly #inFlight = new Map<Promise<void>, string>();

  constructor(options: DelivererOptions) {
    this.#options = options;
  }

  async tick(): Promise<void> {
    const { store, clock, metrics, logger } = this.#options;
    metrics.onOutbox(await store.outboxDepth());
    const countMax = inFlightMax - this.#inFlight.size;
    if (countMax <= 0) return;
    const underWay = new Map<string, number>();
    for (const channel of this.#inFlight.values()) underWay.set(channel, (underWay.get(channel) ?? 0) + 1);
    const asked = { nowMs: clock(), leaseMs, countMax, channelCountMax: inFlightPerChannelMax, underWay };
    for (const claimed of await store.claim(asked)) {
      const attempt: Promise<void> = this.#deliver(claimed)
        .catch((error: unknown) =>
          logger.error({ err: error, notification: claimed.notification.id }, 'an attempt could not be settled; it is made again'),
        )
        .finally(() => this.#inFlight.delete(attempt));
      this.#inFlight.set(attempt, claimed.notification.channel);
    }
  }

  /** Waits for the attempts under way. */
  async drain(): Promise<void> {
    await Promise.all(this.#inFlight.keys());
  }

  async #deliver(claimed: ClaimedNotification): Promise<void> {
    const { store, clock, fault, metrics } = this.#options;
    const { notification } = claimed;
    const send = this.#options.channels().get(notification.channel);
    const result: SendResult =
      send === undefined ? { kind: 'dead', reason: `the channel ${notification.channel} is no longer declared` } : await send(notification);
    if (result.kind === 'sent') fault('monitor.sent');
    const outcome = this.#outcomeOf(claimed, result);
    metrics.onDelivery(notification.channel, outcome.kind);
    if (outcome.kind === 'sent') metrics.onDelivered(Math.max(0, clock() - claimed.createdMs));
    this.#log(claimed, result, outcome);
    if (result.kind === 'disabled') await store.disableChannel(notification.channel, result.reason, clock());
    await store.settle(claimed, outcome);
    if (outcome.kind === 'retry') fault('monitor.backoff');
  }

  #outcomeOf(claimed: ClaimedNotification, result: SendResult): Outcome {
    const { clock, random } = this.#options;
    const nowMs = clock();
    if (result.kind === 'sent') return { kind: 'sent', nowMs };
    if (result.kind === 'dead' || result.kind === 'disabled') return { kind: 'dead', nowMs, reason: result.reason };
    if (nowMs - claimed.createdMs > retryAgeMaxMs)
      return { kind: 'dead', nowMs, reason: `given up after ${claimed.attempt} attempts in 24 h: ${result.reason}` };
    const askedMs = Math.min(result.retryAfterMs ?? 0, retryAfterMaxMs);
    return { kind: 'retry', dueMs: nowMs + Math.max(askedMs, backoffMs(claimed.attempt, retryBackoff, random)), reason: result.reason };
  }

  #log({ notification, attempt }: ClaimedNotification, result: SendResult, outcome: Outcome): void {
    const { logger } = this.#options;
    const context = { channel: notification.channel, notification: notification.id, kind: notification.kind, attempt };
    if (result.kind === 'sent') logger.debug(context, 'notification delivered');
    else if (result.kind === 'disabled')
      logger.error(
        { ...context, reason: result.reason },
        'CHANNEL DISABLED: its receiver is gone for good; correct it, then: vigie alerts enable',
      );
    else if (outcome.kind === 'retry')
      logger.warn({ ...context, reason: result.reason, dueMs: outcome.dueMs }, 'notification not delivered, will be tried again');
    else
      logger.error(
        { ...context, reason: result.reason, text: notification.text },
        'ALERT NOT DELIVERED: given up and kept among the dead letters; correct the channel',
      );
  }
}
