import type { Event } from '@vigie/events';
import { eventFacts } from '../facts/event-facts.ts';
import type { Fact, TenantSettings } from '../types.ts';
import { emptyTimeline, extendTimeline, type Timeline, touchesTimeline } from './timeline.ts';
import { differenceOf, timelineFacts } from './timeline-facts.ts';

export interface Derived {
  readonly facts: readonly Fact[];
  /** The subject's timeline after the event; null where the event does not touch one. */
  readonly timeline: Timeline | null;
}

/**
 * Derives everything that one accepted event changes, per event and never per batch, so that a batch cut elsewhere gives the same facts.
 *
 * Shapes   Event + Timeline of its subject (null: none yet) -> Fact[] in canonical order, and the next timeline
 * Errors   FactRangeError (retriable: false)
 */
export function derive(event: Event, timeline: Timeline | null, settings: TenantSettings): Derived {
  const own = eventFacts(event, settings);
  if (!touchesTimeline(event)) return { facts: own, timeline: null };
  const before = timeline ?? emptyTimeline;
  const after = extendTimeline(before, event, settings);
  if (after === before) return { facts: own, timeline: after };
  const changed = differenceOf(factsOf(before, settings), factsOf(after, settings));
  return { facts: own.length === 0 ? changed : [...own, ...changed], timeline: after };
}

/** Timelines are immutable, so their facts can be kept beside them: one event's "after" is the next one's "before". */
const factsByTimeline = new WeakMap<Timeline, { settings: TenantSettings; facts: readonly Fact[] }>();

function factsOf(timeline: Timeline, settings: TenantSettings): readonly Fact[] {
  const kept = factsByTimeline.get(timeline);
  if (kept !== undefined && kept.settings === settings) return kept.facts;
  const facts = timelineFacts(timeline, settings);
  factsByTimeline.set(timeline, { settings, facts });
  return facts;
}
