import { zstdDecompressSync } from 'node:zlib';
import { partitionKey } from '@vigie/events';
import { parseSettings, type Timeline } from '@vigie/kpis';
import { expect, test } from 'vitest';
import { decodeBatch, type DecodedRecord } from './decode-batch.ts';
import { deriveBatch, type Draft } from './derive-facts.ts';
import { DuplicateFilter, lookupsOf } from './find-duplicates.ts';
import { IdHorizon } from './id-horizon.ts';
import { type PartitionMemory, TimelineCache } from './partition-memory.ts';

const settings = parseSettings('default: {zone: Europe/Paris}');
const appendTimeMs = Date.parse('2026-03-10T12:00:00Z');
const hourMs = 3_600_000;
const limits = { idCountMax: 10_000, timelineCountMax: 100, sliceValueCountMax: 100 };
const ref = { prefix: 'test', topic: 'test', partition: 0, generation: 1 };

function newMemory(): PartitionMemory {
  const ids = new IdHorizon(limits.idCountMax, { offset: -1, appendMs: -1 });
  return { ref, limits, cursor: null, ids, timelines: new TimelineCache(100), sliceValues: new Map() };
}

interface Given {
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly timeMs?: number;
  readonly id?: string;
  readonly source?: string;
}

/** Records of one customer, in the order given. */
function recordsOf(given: readonly Given[]): DecodedRecord[] {
  const subject = 'c1';
  const records = given.map(({ type, data, timeMs = appendTimeMs - hourMs, id = `e${JSON.stringify(data)}`, source = 'test' }, offset) => {
    const envelope = { specversion: '1.0', id, source, type, subject, time: new Date(timeMs).toISOString(), data };
    const key = Buffer.from(partitionKey('default', subject));
    return { offset, timestampMs: appendTimeMs, key, value: Buffer.from(JSON.stringify(envelope)) };
  });
  return decodeBatch(records, { topic: 'test', partition: 0, partitionCount: 1, appendTimeMs: 0 });
}

function draftOf(records: readonly DecodedRecord[], more: { memory?: PartitionMemory; before?: Map<string, Timeline | null> } = {}): Draft {
  const { memory = newMemory(), before = new Map<string, Timeline | null>() } = more;
  return deriveBatch(records, { memory, settings, duplicates: new DuplicateFilter(memory.ids, new Set()), before, skipDuplicates: true });
}

/** The rows of some batches, one after the other, as ClickHouse gets them. */
function rowsOf(drafts: readonly Draft[], table: 'facts' | 'events' | 'dead_letters'): string {
  const blocks = drafts.flatMap(({ blocks: builder }) => builder.finish()[table] ?? []);
  return Buffer.concat(blocks.map((block) => zstdDecompressSync(block))).toString('hex');
}

/** Derives some batches one after the other, each with the timelines that the one before it left. */
function inBatches(batches: readonly (readonly DecodedRecord[])[]): Draft[] {
  const before = new Map<string, Timeline | null>();
  return batches.map((batch) => {
    const draft = draftOf(batch, { before });
    for (const [key, { timeline }] of draft.timelines) before.set(key, timeline);
    return draft;
  });
}

const day = (date: string): number => Date.parse(`${date}T08:00:00Z`);
const started = (own: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...{ subscription_id: 's1', plan: 'basic', interval: 'month', mrr_minor: 1000, currency: 'EUR', ...own },
});

test('a batch cut elsewhere gives the same rows, byte for byte', () => {
  const records = recordsOf([
    { type: 'subscription.started', data: started(), timeMs: day('2026-01-10') },
    { type: 'subscription.changed', data: { subscription_id: 's1', mrr_minor: 1500, currency: 'EUR' }, timeMs: day('2026-02-01') },
    { type: 'order.placed', data: { order_id: 'o1', gross_minor: 500, currency: 'EUR', channel: 'search' }, timeMs: day('2026-01-05') },
    { type: 'customer.attributed', data: { channel: 'partner' }, timeMs: day('2026-01-06') },
    { type: 'subscription.ended', data: { subscription_id: 's1' }, timeMs: day('2026-02-20') },
  ]);
  const oneByOne = inBatches(records.map((record) => [record]));
  for (let cut = 0; cut < records.length; cut++) {
    const cutThere = inBatches([records.slice(0, cut), records.slice(cut)]);
    for (const table of ['facts', 'events'] as const)
      expect(rowsOf(cutThere, table), `${table}, cut at ${cut}`).toBe(rowsOf(oneByOne, table));
  }
});

const order = (id: string, more: Partial<Given> = {}): Given => ({
  ...{ type: 'order.placed', id, data: { order_id: id, gross_minor: 500, currency: 'EUR' }, ...more },
});

test('a draft that was never confirmed leaves no mark: derived again, everything counts', () => {
  const memory = newMemory();
  const records = recordsOf([order('o1'), order('o2')]);
  const first = draftOf(records, { memory });
  const again = draftOf(records, { memory });
  expect(again.counts).toEqual({ accepted: 2, duplicate: 0, rejected: 0 });
  expect(rowsOf([again], 'facts')).toBe(rowsOf([first], 'facts'));
});

test('a copy within a batch is a duplicate', () => {
  expect(draftOf(recordsOf([order('o1'), order('o1')])).counts).toEqual({ accepted: 1, duplicate: 1, rejected: 0 });
});

test('the same id of another source is another event', () => {
  expect(draftOf(recordsOf([order('o1'), order('o1', { source: 'till' })])).counts).toEqual({ accepted: 2, duplicate: 0, rejected: 0 });
});

test('the corrected copy of an event that was rejected is the first', () => {
  // 900 times 10^13 is the most that an exact integer holds of one customer's new MRR.
  const largest = Array.from({ length: 900 }, (_, index) => ({
    ...{ type: 'subscription.started', id: `s${index}`, data: started({ subscription_id: `s${index}`, mrr_minor: 10_000_000_000_000 }) },
  }));
  const tooMuch = { ...largest[0]!, id: 'wrong', data: started({ subscription_id: 'wrong', mrr_minor: 10_000_000_000_000 }) };
  const corrected = { ...tooMuch, data: started({ subscription_id: 'wrong', mrr_minor: 10 }) };
  const draft = draftOf(recordsOf([...largest, tooMuch, corrected]));
  expect(draft.counts).toEqual({ accepted: 901, duplicate: 0, rejected: 1 });
});

test('a copy of an event that was ahead of its append is looked up once its first copy is forgotten', () => {
  const droppedMs = appendTimeMs - 24 * hourMs;
  const horizon = new IdHorizon(10, { offset: 7, appendMs: droppedMs });
  const aheadMs = 15 * 60_000;
  const at = (timeMs: number): number => lookupsOf(recordsOf([order('o1', { timeMs })]), horizon).length;
  // A first copy appended at the very moment up to which ids are forgotten may have had a time of up to 15 minutes later.
  expect([droppedMs - 1, droppedMs + 10 * 60_000, droppedMs + aheadMs, droppedMs + aheadMs + 1].map(at)).toEqual([1, 1, 1, 0]);
});
