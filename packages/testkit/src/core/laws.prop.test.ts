import type { Event } from '@vigie/events';
import {
  decodeTimeline,
  derive,
  differenceOf,
  dimensions,
  emptyTimeline,
  encodeTimeline,
  type Fact,
  factKey,
  factNames,
  factSpecs,
  Fold,
  type MeasureDef,
  measureDefs,
  timelineFacts,
  type TenantSettings,
  type Timeline,
} from '@vigie/kpis';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { historyArbitrary } from '../histories/arbitrary.ts';
import type { History } from '../histories/history.ts';
import { measureFromCells, measureFromFacts, type Question } from './answer-asks.ts';
import { Cells } from './cells.ts';
import { acceptEvents, runCore, toSettings } from './run-core.ts';

const runs = { numRuns: 150 };
const historyAndSeed = (): fc.Arbitrary<[History, number]> => fc.tuple(historyArbitrary(), fc.integer({ min: 0, max: 0x7fffffff }));

/** What a list of facts adds up to, fact by fact. */
function netted(facts: readonly Fact[]): [string, number][] {
  const byKey = new Map<string, number>();
  for (const fact of facts) {
    const key = `${factKey(fact)}\u0000${fact.entity}`;
    byKey.set(key, (byKey.get(key) ?? 0) + fact.value);
  }
  return [...byKey].filter(([, value]) => value !== 0).toSorted((a, b) => (a[0] < b[0] ? -1 : 1));
}

/** Any order, with each event once, twice or three times. */
function disturbed(history: History, seed: number): History {
  const random = fc.sample(fc.infiniteStream(fc.nat(1_000_000)), { numRuns: 1, seed })[0]!;
  const draw = (): number => random.next().value;
  const events = history.events
    .flatMap((event) => Array.from({ length: 1 + (draw() % 3) }, () => event))
    .map((event) => ({ event, place: draw() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ event }) => event);
  return { ...history, events };
}

test('any order of arrival, any duplication and any cut into batches give the same cells and the same facts', () => {
  fc.assert(
    fc.property(historyAndSeed(), fc.integer({ min: 1, max: 40 }), ([history, seed], batchSize) => {
      const straight = runCore(history, { keepAllPanes: true, batchSize: 1 });
      const other = runCore(disturbed(history, seed), { keepAllPanes: true, batchSize });
      expect(other.cells.entries()).toEqual(straight.cells.entries());
      expect(netted(other.facts)).toEqual(netted(straight.facts));
    }),
    runs,
  );
});

test('the signed facts of all events add up to the facts of the final timelines and of the events themselves', () => {
  fc.assert(
    fc.property(historyArbitrary(), (history) => {
      const settings = toSettings(history.settings);
      const run = runCore(history);
      const own = acceptEvents(history.events).accepted.flatMap(({ event }) => derive(event, emptyTimeline, settings).facts.filter(isOwn));
      const final = [...run.timelines.values()].flatMap((timeline) => timelineFacts(timeline, settings));
      expect(netted(run.facts)).toEqual(netted([...own, ...final]));
    }),
    runs,
  );
});

const ofTimelines = new Set<string>(factNames.filter((name) => name.startsWith('customers_') || name.endsWith('_mrr')));
const isOwn = ({ fact }: Fact): boolean => !ofTimelines.has(fact);

test('the differences of any sequence of timelines add up to the last one, in canonical order', () => {
  fc.assert(
    fc.property(historyArbitrary(), historyArbitrary(), (one, other) => {
      const settings = toSettings(one.settings);
      const lists = [one, other].flatMap((history) =>
        [...runCore(history).timelines.values()].map((timeline) => timelineFacts(timeline, settings)),
      );
      const differences = lists.map((facts, index) => differenceOf(lists[index - 1] ?? [], facts));
      expect(netted(differences.flat())).toEqual(netted(lists.at(-1) ?? []));
      for (const difference of differences) {
        const keys = difference.map(factKey);
        expect(keys).toEqual(keys.toSorted());
        expect(new Set(keys).size).toBe(keys.length);
      }
    }),
    runs,
  );
});

test('a timeline that went through its stored form goes on as if it had not', () => {
  fc.assert(
    fc.property(historyArbitrary(), (history) => {
      const settings = toSettings(history.settings);
      const events = acceptEvents(history.events).accepted.map(({ event }) => event);
      const through = (timeline: Timeline): Timeline => decodeTimeline(encodeTimeline(timeline));
      expect(factsThrough(events, settings, through)).toEqual(factsThrough(events, settings, (timeline) => timeline));
    }),
    runs,
  );
});

function factsThrough(events: readonly Event[], settings: TenantSettings, store: (timeline: Timeline) => Timeline): Fact[] {
  const timelines = new Map<string, Timeline>();
  return events.flatMap((event) => {
    const derived = derive(event, timelines.get(event.subject) ?? null, settings);
    if (derived.timeline !== null) timelines.set(event.subject, store(derived.timeline));
    return [...derived.facts];
  });
}

test('fold(a ++ b) = merge(fold(a), fold(b)), and the order of facts does not matter', () => {
  fc.assert(
    fc.property(historyArbitrary(), fc.nat(100), (history, cut) => {
      const { facts } = runCore(history);
      const at = Math.floor((cut / 101) * facts.length);
      const fold = (part: readonly Fact[]): Fold => {
        const own = new Fold();
        for (const fact of part)
          own.add(fact, { tenant: 't', zone: history.settings.zone, appendTimeMs: appendMs, admitsSlice: () => true });
        return own;
      };
      const appendMs = Math.max(0, ...history.events.map(({ append_time }) => Date.parse(append_time)));
      const cellsOf = (parts: readonly (readonly Fact[])[]): [string, string][] => {
        const cells = new Cells();
        for (const part of parts) cells.apply(fold(part).increments(), -Infinity);
        return cells.entries();
      };
      const whole = cellsOf([facts]);
      expect(cellsOf([facts.slice(0, at), facts.slice(at)])).toEqual(whole);
      expect(cellsOf([facts.toReversed()])).toEqual(whole);
    }),
    runs,
  );
});

test('cells read = facts summed, and slices add up to the total, for every measure over random windows', () => {
  let liveCount = 0;
  fc.assert(
    fc.property(historyArbitrary(), fc.nat(), fc.nat(), (history, first, second) => {
      const run = runCore(history, { keepAllPanes: true });
      const edges = run.facts.flatMap(({ at }) => [Math.floor(at / 60_000) * 60_000, (Math.floor(at / 60_000) + 1) * 60_000]);
      if (edges.length === 0) return;
      const [one, other] = [edges[first % edges.length]!, edges[second % edges.length]!];
      const window = { from: Math.min(one, other), to: Math.max(one, other), label: '', zone: history.settings.zone, provisional: false };
      const source = { cells: run.cells, tenant: 'default', nowMs: -Infinity, facts: run.facts };
      const own = { def: null, measures: [], window, currency: history.settings.currency };
      for (const measure of measureDefs) {
        const total: Question = { ...own, slice: null };
        const right = measureFromFacts(run.facts, measure, total);
        const found = measureFromCells(source, measure, total);
        if (found !== null) expect({ measure: measure.id, found }).toEqual({ measure: measure.id, found: right });
        if (found !== null && right !== 0n) liveCount += 1;
        if (found !== null) expectSlicesToAddUp(run.facts, { measure, own, right });
      }
    }),
    runs,
  );
  expect(liveCount).toBeGreaterThan(runs.numRuns);
});

function expectSlicesToAddUp(facts: readonly Fact[], asked: { measure: MeasureDef; own: Omit<Question, 'slice'>; right: bigint }): void {
  const { measure, own, right } = asked;
  for (const dimension of dimensions) {
    if (!measure.terms.every(({ fact }) => factSpecs[fact].live?.includes(dimension))) continue;
    const values = [...new Set(['unknown', ...facts.flatMap(({ dims }) => dims[dimension] ?? [])])];
    const sum = values.reduce((left, value) => left + measureFromFacts(facts, measure, { ...own, slice: { dimension, value } }), 0n);
    expect({ measure: measure.id, dimension, sum }).toEqual({ measure: measure.id, dimension, sum: right });
  }
}
