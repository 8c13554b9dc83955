import type { EventProducer } from '@vigie/kafka';
import { retry } from '@vigie/runtime';
import type { Emission } from '../delivery/emission.ts';
import type { Ledger } from '../ledger/ledger.ts';

export interface PublisherOptions {
  readonly producer: EventProducer;
  readonly ledger: Ledger;
  readonly clock: () => number;
  readonly onSent: (emissions: readonly Emission[]) => void;
  readonly onRetry: (error: unknown) => void;
}

const batchCountMax = 2_000;
const batchBytesMax = 800_000;
const recordOverheadBytes = 100;
const attemptsMax = 20;

/**
 * Sends emissions in their order, one batch at a time, and writes each into the books once Kafka has it.
 *
 * Holds    at most one batch is in memory: the next one is drawn from its source when this one is confirmed, so a slow broker slows the company down
 * Errors   the producer's error, when a batch was not confirmed after many tries: it is sent again under the same ids each time
 */
export async function publish(
  emissions: Iterable<Emission>,
  options: PublisherOptions & { readonly signal?: AbortSignal },
): Promise<number> {
  let batch: Emission[] = [];
  let bytes = 0;
  let sentCount = 0;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    await sendBatch(batch, options);
    sentCount += batch.length;
    batch = [];
    bytes = 0;
  };
  for (const emission of emissions) {
    const size = (emission.value?.length ?? 0) + recordOverheadBytes;
    if (batch.length >= batchCountMax || bytes + size > batchBytesMax) await flush();
    if (options.signal?.aborted) break;
    batch.push(emission);
    bytes += size;
  }
  await flush();
  return sentCount;
}

async function sendBatch(
  batch: readonly Emission[],
  { producer, ledger, clock, onSent, onRetry, signal }: PublisherOptions & { signal?: AbortSignal },
): Promise<void> {
  await retry(() => producer.send(batch), {
    attemptsMax,
    backoff: { baseMs: 250, capMs: 5_000 },
    onRetry: ({ error }) => onRetry(error),
    ...(signal === undefined ? {} : { signal }),
  });
  const knownMs = clock();
  for (const emission of batch) ledger.take(emission, knownMs);
  onSent(batch);
}
