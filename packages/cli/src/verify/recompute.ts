import { type Clickhouse, readStoredRecords } from '@vigie/clickhouse';
import { decodeStored, type Event } from '@vigie/events';
import {
  emptyTimeline,
  eventFacts,
  extendTimeline,
  type Fact,
  type FactName,
  type TenantSettings,
  type Timeline,
  timelineFacts,
  touchesTimeline,
} from '@vigie/kpis';

/** All facts of one tenant, made anew from its raw events. */
export interface TenantFacts {
  readonly byFact: ReadonlyMap<FactName, readonly Fact[]>;
  readonly eventCount: number;
}

const recordsPerRead = 10_000;

/**
 * Recomputes the facts of one tenant from its raw events below the given positions.
 *
 * Holds    a way of its own: each customer's facts are those of its final timeline, no differences, no cells, no ids
 * Errors   a stored event that does not decode any more, or stands twice, is a problem of its own, named with its place
 */
export async function recomputeFacts(
  clickhouse: Clickhouse,
  input: { topic: string; positions: ReadonlyMap<number, number>; tenant: string; settings: TenantSettings },
): Promise<{ facts: TenantFacts; problems: string[] }> {
  const { settings } = input;
  const byFact = new Map<FactName, Fact[]>();
  const problems: string[] = [];
  let eventCount = 0;
  for (const [partition, position] of input.positions) {
    // A customer's events are all in one partition, so its timeline is whole when the partition is read.
    const timelines = new Map<string, Timeline>();
    for await (const event of storedEvents(clickhouse, { ...input, partition, position, problems })) {
      eventCount++;
      addAll(byFact, eventFacts(event, settings));
      if (!touchesTimeline(event)) continue;
      timelines.set(event.subject, extendTimeline(timelines.get(event.subject) ?? emptyTimeline, event, settings));
    }
    for (const timeline of timelines.values()) addAll(byFact, timelineFacts(timeline, settings));
  }
  return { facts: { byFact, eventCount }, problems };
}

function addAll(into: Map<FactName, Fact[]>, facts: readonly Fact[]): void {
  for (const fact of facts) {
    const list = into.get(fact.fact);
    if (list === undefined) into.set(fact.fact, [fact]);
    else list.push(fact);
  }
}

async function* storedEvents(
  clickhouse: Clickhouse,
  place: { topic: string; tenant: string; partition: number; position: number; problems: string[] },
): AsyncGenerator<Event> {
  const { topic, tenant, partition, position, problems } = place;
  const seen = new Map<string, number>();
  for (let from = 0; ;) {
    const range = { fromOffset: from, toOffset: position, countMax: recordsPerRead, tenant };
    const records = await readStoredRecords(clickhouse, { topic, partition }, range);
    for (const record of records) {
      const decoded = decodeStored(record.body, record.appendTimeMs);
      const where = `partition ${partition}, offset ${record.offset}`;
      if (!decoded.ok) {
        problems.push(`${where}: expected an accepted event, found one that is refused now: ${decoded.rejection.message}`);
        continue;
      }
      const id = `${decoded.event.source}\0${decoded.event.id}`;
      const earlier = seen.get(id);
      if (earlier !== undefined) problems.push(`${where}: expected every event once, found ${decoded.event.id} also at offset ${earlier}`);
      seen.set(id, record.offset);
      yield decoded.event;
    }
    if (records.length < recordsPerRead) return;
    from = records.at(-1)!.offset + 1;
  }
}
