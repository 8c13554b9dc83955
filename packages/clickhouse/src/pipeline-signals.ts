import type { Clickhouse } from './connect.ts';
import { query } from './records.ts';
import { clickhouseTime } from './time.ts';

/** One event type's hours, and when it came last; epoch ms. */
export interface EventRhythm {
  readonly type: string;
  readonly lastMs: number;
  readonly hours: readonly { readonly startMs: number; readonly count: number }[];
}

/**
 * When the events of each type happened, hour by hour, from `sinceMs` to `untilMs`, both included.
 *
 * Holds    event time, not arrival: an import of the past is no rhythm of today. A row that was sent twice and is not merged yet counts twice, which
 *          a rhythm can bear
 */
export async function readEventRhythm(
  clickhouse: Clickhouse,
  asked: { topic: string; tenant: string; sinceMs: number; untilMs: number },
): Promise<EventRhythm[]> {
  const rows = await query<{ type: string; last_ms: string; hours: [string, string][] }>(clickhouse, {
    sql: `SELECT type, toString(max(last)) AS last_ms, arraySort(groupArray((toString(hour_ms), toString(hour_count)))) AS hours FROM (
            SELECT type, toUnixTimestamp(toStartOfHour(time)) * 1000 AS hour_ms, count() AS hour_count, max(toUnixTimestamp64Milli(time)) AS last
            FROM ${clickhouse.database}.events
            WHERE topic = {topic:String} AND tenant = {tenant:String} AND time >= {since:DateTime64(3, 'UTC')} AND time <= {until:DateTime64(3, 'UTC')}
            GROUP BY type, hour_ms)
          GROUP BY type ORDER BY type`,
    params: { topic: asked.topic, tenant: asked.tenant, since: clickhouseTime(asked.sinceMs), until: clickhouseTime(asked.untilMs) },
  });
  return rows.map((row) => ({
    type: row.type,
    lastMs: Number(row.last_ms),
    hours: row.hours.map(([startMs, count]) => ({ startMs: Number(startMs), count: Number(count) })),
  }));
}

/** How many records were accepted and refused since a moment, by append time. */
export async function readRefusals(
  clickhouse: Clickhouse,
  asked: { topic: string; sinceMs: number },
): Promise<{ acceptedCount: number; refusedCount: number }> {
  const where = `WHERE topic = {topic:String} AND append_time >= {since:DateTime64(3, 'UTC')}`;
  const [row] = await query<{ accepted: string; refused: string }>(clickhouse, {
    sql: `SELECT (SELECT toString(count()) FROM ${clickhouse.database}.events ${where}) AS accepted,
                 (SELECT toString(uniqExact(partition, offset)) FROM ${clickhouse.database}.dead_letters ${where}) AS refused`,
    params: { topic: asked.topic, since: clickhouseTime(asked.sinceMs) },
  });
  return { acceptedCount: Number(row?.accepted ?? 0), refusedCount: Number(row?.refused ?? 0) };
}
