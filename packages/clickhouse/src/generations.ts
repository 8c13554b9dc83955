import type { Clickhouse } from './connect.ts';
import { query } from './records.ts';

/** The facts of one hash of definitions and settings. */
export interface Generation {
  readonly generation: number;
  readonly definitionsHash: string;
  readonly settings: string;
}

/** The generation that serves; null before the first. */
export async function readGeneration(clickhouse: Clickhouse, topic: string): Promise<Generation | null> {
  const [row] = await query<{ generation: number; definitions: string; settings: string }>(clickhouse, {
    sql: `SELECT generation, definitions, settings FROM ${clickhouse.database}.generations WHERE topic = {topic:String} ORDER BY generation DESC LIMIT 1`,
    params: { topic },
  });
  return row === undefined ? null : { generation: row.generation, definitionsHash: row.definitions, settings: row.settings };
}

/** Makes a generation the one that serves. */
export async function writeGeneration(clickhouse: Clickhouse, topic: string, next: Generation): Promise<void> {
  await clickhouse.client.insert({
    table: `${clickhouse.database}.generations`,
    format: 'JSONEachRow',
    columns: ['generation', 'topic', 'definitions', 'settings'],
    values: [{ generation: next.generation, topic, definitions: next.definitionsHash, settings: next.settings }],
  });
}

/** The greatest number that any facts were ever stored under, served or not; 0 before the first. */
export async function readGreatestGeneration(clickhouse: Clickhouse, topic: string): Promise<number> {
  const [row] = await query<{ greatest: number }>(clickhouse, {
    sql: `SELECT max(generation) AS greatest FROM (
            SELECT generation FROM ${clickhouse.database}.generations WHERE topic = {topic:String}
            UNION ALL SELECT generation FROM ${clickhouse.database}.applied WHERE topic = {topic:String})`,
    params: { topic },
  });
  return row?.greatest ?? 0;
}
