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
 * Holds    one batch is under way while the next one is drawn from its source, no more, so a slow broker slows the company down
 * Errors   the producer's error, when a batch was not confirmed after many tries: it is sent again under the same ids each time
 */
export async function publish(
  emissions: Iterable<Emission>,
  options: PublisherOptions & { readonly signal?: AbortSignal },
): Promise<number> {
  let batch: Emission[] = [];
  let bytes = 0;
  let sentCount = 0;
  let underWay = Promise.resolve();
  const flush = async (): Promise<void> => {
    await underWay;
    const full = batch;
    batch = [];
    bytes = 0;
    underWay = full.length === 0 ? Promise.resolve() : sendBatch(full, options);
    // Its failure is met by whoever waits for it next; until then it is nobody's.
    underWay.catch(() => undefined);
    sentCount += full.length;
  };
  for (const emission of emissions) {
    const size = (emission.value?.length ?? 0) + recordOverheadBytes;
    if (batch.length >= batchCountMax || bytes + size > batchBytesMax) await flush();
    if (options.signal?.aborted) break;
    batch.push(emission);
    bytes += size;
  }
  await flush();
  await underWay;
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
