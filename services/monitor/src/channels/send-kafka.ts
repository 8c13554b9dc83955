import { createEventProducer, type createKafka } from '@vigie/kafka';
import { z } from 'zod';
import { abortOf } from './network.ts';
import { reasonOf } from './send-reason.ts';
import type { Send } from './send.ts';

/** Shorter than the lease of a claim. */
const attemptTimeoutMs = 12_000;
const retryForMs = 6_000;

const bodySchema = z.object({ key: z.string(), value: z.unknown() });

export interface KafkaSenderOptions {
  readonly kafka: ReturnType<typeof createKafka>;
  readonly topic: string;
  readonly timeoutMs?: number;
}

/**
 * Writes notifications as records of a topic, confirmed by all in-sync replicas.
 *
 * Holds    a producer of its own for every attempt: alerts are rare, and nothing stays open when the rules are swapped
 * Errors   none: every outcome is a result
 */
export function createKafkaSender({ kafka, topic, timeoutMs = attemptTimeoutMs }: KafkaSenderOptions): Send {
  return async ({ body }) => {
    const record = recordOf(body);
    if (record === null)
      return {
        kind: 'dead',
        reason: 'expected a message rendered for Kafka, found one for another kind of channel: its type was changed while this one waited',
      };
    const producer = createEventProducer(kafka, { topic, retryForMs });
    try {
      const sending = producer.send([record]);
      await Promise.race([sending, abortOf(AbortSignal.timeout(timeoutMs))]);
      return { kind: 'sent' };
    } catch (error) {
      const isTooLarge = typeOf(error) === 'MESSAGE_TOO_LARGE';
      const reason = `Kafka did not confirm the record in topic ${topic}: ${reasonOf(error)}`;
      return isTooLarge ? { kind: 'dead', reason } : { kind: 'retry', reason, retryAfterMs: null };
    } finally {
      // Waits for what is under way, which may be what just took too long: it is left to end by itself.
      void producer.close().catch(() => undefined);
    }
  };
}

/** null: rendered when the channel was of another type. */
function recordOf(body: string): { key: string; value: string } | null {
  try {
    const { key, value } = bodySchema.parse(JSON.parse(body));
    return { key, value: JSON.stringify(value) };
  } catch {
    return null;
  }
}

function typeOf(error: unknown): unknown {
  return error instanceof Error && 'type' in error ? error.type : null;
}
