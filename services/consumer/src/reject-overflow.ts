import type { DecodedRecord } from './decode-batch.ts';

/** An event whose amounts do not fit into the counters any more becomes a dead letter: its neighbours must go on. */
export function rejectOverflow(record: DecodedRecord, cause: Error): DecodedRecord {
  const expected = 'sums within 64-bit integers';
  return {
    ...record,
    result: {
      ok: false,
      rejection: {
        reason: 'counter_overflow',
        field: 'data',
        expected,
        found: cause.message.slice(0, 200),
        message: `data: expected ${expected}, found that this event would overflow a counter (${cause.message.slice(0, 120)}); correct the amount and send it as a new event`,
      },
    },
  };
}
