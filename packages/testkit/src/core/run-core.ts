import { decode, type Event, partitionOf } from '@vigie/events';
import { derive, type Fact, Fold, type TenantSettings, type Timeline } from '@vigie/kpis';
import { type History, type HistoryEvent, type HistorySettings, toRecord } from '../histories/history.ts';
import { Cells } from './cells.ts';

/** Everything that the pure core makes of a history. */
export interface CoreRun {
  readonly facts: readonly Fact[];
  readonly timelines: ReadonlyMap<string, Timeline>;
  readonly cells: Cells;
  readonly deadLetterCount: number;
}

export interface CoreOptions {
  /** Events per fold; whatever it is, the cells are the same. */
  readonly batchSize?: number;
  /** Pane sizes take every fact, however long after its time it was appended. */
  readonly keepAllPanes?: boolean;
}

interface Accepted {
  readonly event: Event;
  readonly appendTimeMs: number;
}

const partitionCount = 12;

export function toSettings(settings: HistorySettings): TenantSettings {
  return {
    basis: settings.basis,
    lapseAfterDays: settings.lapse_after_days,
    zone: settings.zone,
    currency: settings.currency,
    freeOrders: settings.free_orders ?? 'count',
  };
}

/** The way of an event without servers: decode, skip those seen before, derive, fold, add up. */
export function runCore(history: History, options: CoreOptions = {}): CoreRun {
  const settings = toSettings(history.settings);
  const { accepted, deadLetterCount } = acceptEvents(history.events);
  const timelines = new Map<string, Timeline>();
  const facts: Fact[] = [];
  const cells = new Cells();
  const batchSize = options.batchSize ?? 7;
  for (let start = 0; start < accepted.length; start += batchSize) {
    const fold = new Fold();
    for (const { event, appendTimeMs } of accepted.slice(start, start + batchSize)) {
      const subject = `${event.tenant}:${event.subject}`;
      const derived = derive(event, timelines.get(subject) ?? null, settings);
      if (derived.timeline !== null) timelines.set(subject, derived.timeline);
      facts.push(...derived.facts);
      const { tenant } = event;
      const source = {
        tenant,
        zone: settings.zone,
        appendTimeMs: options.keepAllPanes ? -Infinity : appendTimeMs,
        admitsSlice: () => true,
      };
      for (const fact of derived.facts) fold.add(fact, source);
    }
    cells.apply(fold.increments(), options.keepAllPanes ? -Infinity : accepted[start]!.appendTimeMs);
  }
  return { facts, timelines, cells, deadLetterCount };
}

/** Decodes records as a broker would hand them over, and keeps the first copy of each event. */
export function acceptEvents(events: readonly HistoryEvent[]): { accepted: Accepted[]; deadLetterCount: number } {
  const seen = new Set<string>();
  const accepted: Accepted[] = [];
  let deadLetterCount = 0;
  for (const [offset, raw] of events.entries()) {
    const { key, value, appendTimeMs } = toRecord(raw);
    const place = { topic: 'history', partition: partitionOf(key, partitionCount), partitionCount, offset };
    const decoded = decode(Buffer.from(value), { ...place, key: Buffer.from(key), appendTimeMs });
    if (!decoded.ok) {
      deadLetterCount += 1;
      continue;
    }
    const { tenant, source, id } = decoded.event;
    const identity = JSON.stringify([tenant, source, id]);
    if (!seen.has(identity)) accepted.push({ event: decoded.event, appendTimeMs });
    seen.add(identity);
  }
  return { accepted, deadLetterCount };
}
