import { dimsOf, pushFact } from '../facts/build.ts';
import { type Dims, dimensions, type Fact, sinceNever, type TenantSettings } from '../types.ts';
import { walkSubscriptions } from './movements.ts';
import type { Span } from './spans.ts';
import type { Timeline } from './timeline.ts';

/**
 * Lists every fact that a customer's timeline implies.
 *
 * Shapes   Timeline -> Fact[], no two alike in all but value
 * Holds    pure in the timeline: the same set of events gives the same facts, whatever their order of arrival
 * Errors   FactRangeError (retriable: false)
 */
export function timelineFacts(timeline: Timeline, settings: TenantSettings): Fact[] {
  const facts: Fact[] = [];
  // Dimensions depend on when the customer was acquired, and that on the subscriptions: walk them once without, then put them on.
  const subscribed = walkSubscriptions(timeline.subscriptions, {}, facts);
  const acquiredAt = Math.min(subscribed[0]?.from ?? Infinity, timeline.firstOrder?.time ?? Infinity);
  const dims = customerDims(timeline, acquiredAt);
  const own = facts.map((fact) => ({ ...fact, dims: { ...dims, ...fact.dims } }));
  if (acquiredAt !== Infinity) pushFact(own, { fact: 'customers_acquired', at: acquiredAt, value: 1, dims });
  pushPresence(own, settings.basis === 'subscriptions' ? subscribed : timeline.spans, dims);
  return mergeAlike(own);
}

/** Acquisition channel and campaign, segment and country: current values, so a change moves the customer's whole past. */
function customerDims(timeline: Timeline, acquiredAt: number): Dims {
  const { attribution, firstOrder, segment, country } = timeline;
  const wonByOrder = firstOrder !== null && firstOrder.time === acquiredAt;
  const origin = attribution ?? (wonByOrder ? firstOrder : null);
  return dimsOf({
    channel: origin?.channel ?? undefined,
    campaign: origin?.campaign ?? undefined,
    segment: segment?.value,
    country: country?.value,
  });
}

function pushPresence(facts: Fact[], spans: readonly Span[], dims: Dims): void {
  let previousEnd = sinceNever;
  for (const span of spans) {
    pushFact(facts, { fact: 'customers_activated', at: span.from, since: previousEnd, value: 1, dims });
    if (span.to !== Infinity) pushFact(facts, { fact: 'customers_lost', at: span.to, since: span.from, value: 1, dims });
    previousEnd = span.to;
  }
}

/** One string per fact but for its value; also its place in the canonical order (fact, slice, at, since). */
export function factKey(fact: Fact): string {
  const dims = dimensions.map((dimension) => fact.dims[dimension] ?? '').join('\u0001');
  return `${fact.fact}\u0000${fact.currency}\u0000${dims}\u0000${sortable(fact.at)}\u0000${sortable(fact.since)}`;
}

/** Instants from 1900 to 9999 as text that sorts like the number. */
const sortable = (ms: number): string => String(ms - sinceNever).padStart(15, '0');

function mergeAlike(facts: Fact[]): Fact[] {
  if (facts.length < 2) return facts;
  const byKey = new Map<string, Fact>();
  for (const fact of facts) addFact(byKey, fact, 1);
  return [...byKey.values()];
}

/** Adds a fact into a map by key; what nets to zero disappears. */
function addFact(byKey: Map<string, Fact>, fact: Fact, sign: 1 | -1): void {
  const key = factKey(fact);
  const known = byKey.get(key);
  const merged: Fact[] = [];
  pushFact(merged, { ...fact, value: (known?.value ?? 0) + sign * fact.value });
  if (merged[0] === undefined) byKey.delete(key);
  else byKey.set(key, merged[0]);
}

function isSame(a: Fact, b: Fact): boolean {
  const alike = a.at === b.at && a.since === b.since && a.value === b.value && a.fact === b.fact && a.currency === b.currency;
  return alike && dimensions.every((dimension) => a.dims[dimension] === b.dims[dimension]);
}

/**
 * The signed facts that turn what one timeline implies into what another implies.
 *
 * Shapes   two lists of timelineFacts -> Fact[] in canonical order (fact, slice, at, since): the order is part of each fact's identity
 * Holds    the differences of any sequence of timelines add up to the facts of the last one
 */
export function differenceOf(before: readonly Fact[], after: readonly Fact[]): Fact[] {
  // A long history changes at its end as a rule: what both begin with is no difference.
  let same = 0;
  while (same < before.length && same < after.length && isSame(before[same]!, after[same]!)) same++;
  const byKey = new Map<string, Fact>();
  for (const fact of before.slice(same)) addFact(byKey, fact, -1);
  for (const fact of after.slice(same)) addFact(byKey, fact, 1);
  return [...byKey].toSorted((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, fact]) => fact);
}
