import { type Clickhouse, type Generation, readGeneration, writeGeneration } from '@vigie/clickhouse';
import { readMeta, type RedisClient } from '@vigie/redis';

/** The facts in the stores are not the ones that this process would derive. */
export class GenerationMismatchError extends Error {
  override readonly name = 'GenerationMismatchError';
}

export interface Definitions {
  readonly hash: string;
  /** What was hashed, readable. */
  readonly settings: string;
}

export interface ChooseInput {
  readonly clickhouse: Clickhouse;
  readonly redis: RedisClient;
  readonly place: { prefix: string; topic: string };
  readonly definitions: Definitions;
}

/**
 * The generation to serve: the newest one, if its hash is ours; the first one, if there is none.
 *
 * Holds    facts of two settings never meet in one generation; a restart without ClickHouse goes on with what Redis knows
 * Errors   GenerationMismatchError asks for `vigie rebuild` (retriable: false)
 */
export async function chooseGeneration(input: ChooseInput): Promise<number> {
  const { definitions, place } = input;
  const current = await readCurrent(input);
  if (current === null) {
    const first = { generation: 1, definitionsHash: definitions.hash, settings: definitions.settings };
    await writeGeneration(input.clickhouse, place.topic, first);
    return 1;
  }
  if (current.definitionsHash !== definitions.hash) {
    throw new GenerationMismatchError(
      `generation ${current.generation} of ${place.topic}: expected facts of definitions ${definitions.hash}, found ${current.definitionsHash}: ` +
        'the settings, the deriving code or the time-zone data changed. Stop the consumers and run vigie rebuild, or put the old settings back',
    );
  }
  return current.generation;
}

async function readCurrent({ clickhouse, redis, place }: ChooseInput): Promise<Pick<Generation, 'generation' | 'definitionsHash'> | null> {
  try {
    return await readGeneration(clickhouse, place.topic);
  } catch (error) {
    const meta = await readMeta(redis, place);
    if (meta === null) throw error;
    return meta;
  }
}
