import type { Point, PointKind } from './points.ts';
import { emptyTimeline, type Timeline } from './timeline.ts';

const kinds: readonly PointKind[] = ['started', 'changed', 'paused', 'resumed', 'ended', 'end_withdrawn'];

/**
 * A timeline as compact JSON for Redis: arrays instead of objects, a version in front.
 *
 * Holds    decode(encode(t)) implies the same facts as t
 */
export function encodeTimeline(timeline: Timeline): string {
  const { subscriptions, firstOrder: first, spans, attribution: won, segment, country } = timeline;
  return JSON.stringify([
    1,
    [...subscriptions].map(([id, points]) => [id, points.map(encodePoint)]),
    first && [first.time, first.source, first.id, first.channel, first.campaign],
    spans.flatMap((span) => [span.from, span.to]),
    won && [won.time, won.source, won.id, won.channel, won.campaign],
    segment && [segment.time, segment.source, segment.id, segment.value],
    country && [country.time, country.source, country.id, country.value],
  ]);
}

type Stored<T extends unknown[]> = T | null;
type StoredAttribute = Stored<[number, string, string, string]>;
type StoredTimeline = [
  version: number,
  subscriptions: [string, StoredPoint[]][],
  first: Stored<[number, string, string, string | null, string | null]>,
  spans: number[],
  won: Stored<[number, string, string, string, string | null]>,
  segment: StoredAttribute,
  country: StoredAttribute,
];
type StoredPoint = [number, number, string, string, number, number | null, string | null, string | null];

export function decodeTimeline(text: string): Timeline {
  const [version, subscriptions, first, spans, won, segment, country] = JSON.parse(text) as StoredTimeline;
  if (version !== 1)
    throw new Error(`timeline: expected version 1, found ${version}; this Redis was written by another Vigie, run vigie rebuild`);
  return {
    ...emptyTimeline,
    subscriptions: new Map(subscriptions.map(([id, points]) => [id, points.map(decodePoint)])),
    firstOrder: first && { time: first[0], source: first[1], id: first[2], channel: first[3], campaign: first[4] },
    spans: Array.from({ length: spans.length / 2 }, (_, index) => ({ from: spans[2 * index]!, to: spans[2 * index + 1]! })),
    attribution: won && { time: won[0], source: won[1], id: won[2], channel: won[3], campaign: won[4] },
    segment: decodeAttribute(segment),
    country: decodeAttribute(country),
  };
}

function encodePoint(point: Point): StoredPoint {
  return [kinds.indexOf(point.kind), point.time, point.source, point.id, point.effectiveAt, point.mrr, point.currency, point.plan];
}

function decodePoint(stored: StoredPoint): Point {
  const [kind, time, source, id, effectiveAt, mrr, currency, plan] = stored;
  return { kind: kinds[kind]!, time, source, id, effectiveAt, mrr, currency, plan };
}

function decodeAttribute(stored: StoredAttribute): Timeline['segment'] {
  return stored && { time: stored[0], source: stored[1], id: stored[2], value: stored[3] };
}
