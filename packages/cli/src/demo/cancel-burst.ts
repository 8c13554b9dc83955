import type { EventInput } from '@vigie/events';
import type { Context } from '../context.ts';
import { completeEvent } from '../ingest/complete-event.ts';
import { openPublisher } from '../ingest/publisher.ts';
import { timeMsOf } from '../ingest/shift-event.ts';

interface Open {
  readonly subject: string;
  readonly subscriptionId: string;
  readonly startedMs: number;
}

/** Subscriptions that are open after a data set was played, by customer. */
export class OpenSubscriptions {
  readonly #bySubject = new Map<string, Open>();

  /** Watches events go by. */
  follow(event: EventInput): void {
    if (event.type === 'subscription.started' && 'subscription_id' in event.data && event.data.subscription_id !== undefined) {
      const { subject } = event;
      this.#bySubject.set(subject, { subject, subscriptionId: event.data.subscription_id, startedMs: timeMsOf(event) });
    }
    if (event.type === 'subscription.ended') this.#bySubject.delete(event.subject);
  }

  /** Customers of long standing first: those were there when the window began. */
  take(countMax: number): readonly Open[] {
    return [...this.#bySubject.values()].toSorted((a, b) => a.startedMs - b.startedMs).slice(0, countMax);
  }
}

/** Publishes a cancellation, effective now, for each of some customers. */
export async function cancelBurst(context: Context, customers: readonly Open[]): Promise<void> {
  const publisher = await openPublisher(context);
  try {
    for (const { subject, subscriptionId } of customers) {
      const nowMs = Date.now();
      const event: EventInput<'subscription.ended'> = {
        type: 'subscription.ended',
        id: `${subject}/burst-${nowMs}`,
        source: 'demo',
        subject,
        time: nowMs,
        data: { subscription_id: subscriptionId, voluntary: true, reason: 'the demo asked for it' },
      };
      const checked = completeEvent(event, { source: 'demo', tenant: 'default', nowMs });
      if (!checked.ok) throw new Error(`expected a cancellation that Vigie takes, found: ${checked.problem}`);
      await publisher.add(checked.record);
    }
    await publisher.flush();
  } finally {
    await publisher.close();
  }
}
