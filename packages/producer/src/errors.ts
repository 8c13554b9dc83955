import type { Rejection, RejectionReason } from '@vigie/events';

/** The event is wrong and was not sent. Sending it again as it is does not help. */
export class InvalidEventError extends Error {
  override readonly name = 'InvalidEventError';
  readonly reason: RejectionReason;
  readonly field: string;
  readonly expected: string;
  readonly found: string;

  constructor(type: string, rejection: Rejection) {
    super(`${type} was not sent: ${rejection.message}`);
    this.reason = rejection.reason;
    this.field = rejection.field;
    this.expected = rejection.expected;
    this.found = rejection.found;
  }
}

/** More events wait than `pendingCountMax` allows, so this one was not taken. Await `ready()` or earlier publishes first. */
export class ProducerFullError extends Error {
  override readonly name = 'ProducerFullError';

  constructor(pendingCountMax: number) {
    super(
      `expected fewer than ${pendingCountMax} events waiting to be sent (pendingCountMax), found that many: await ready() or earlier publishes`,
    );
  }
}

export class ProducerClosedError extends Error {
  override readonly name = 'ProducerClosedError';

  constructor() {
    super('expected an open producer, found one that close() was called on: publish before closing, or make a new one');
  }
}

/**
 * Kafka did not confirm the event. It may have arrived all the same: publish it again under the same `id`, and it counts once.
 */
export class NotConfirmedError extends Error {
  override readonly name = 'NotConfirmedError';
  readonly id: string;

  constructor(id: string, cause: unknown) {
    const found = cause instanceof Error ? cause.message : String(cause);
    super(`expected Kafka to confirm event ${id}, found ${found}: publish it again with the same id, it will count once`, { cause });
    this.id = id;
  }
}
