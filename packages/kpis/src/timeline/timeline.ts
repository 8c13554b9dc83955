import type { Event } from '@vigie/events';
import type { TenantSettings } from '../types.ts';
import { compareStamps, insertPoint, type Point, type PointKind, type Stamp } from './points.ts';
import { addSpan, type Span } from './spans.ts';

/** The first order by (time, source, id), with where it came from. */
export interface FirstOrder extends Stamp {
  readonly channel: string | null;
  readonly campaign: string | null;
}

/** A current value of the customer and the word that set it. */
export interface Attribute extends Stamp {
  readonly value: string;
}

export interface Attribution extends Stamp {
  readonly channel: string;
  readonly campaign: string | null;
}

/**
 * What is remembered of one customer, enough to derive all of its facts.
 *
 * Holds    immutable: an event yields a new timeline that shares what did not change; it depends on the set of events, not on their order
 */
export interface Timeline {
  readonly subscriptions: ReadonlyMap<string, readonly Point[]>;
  readonly firstOrder: FirstOrder | null;
  /** Merged spans of activity by purchases; empty where the tenant counts by subscriptions. */
  readonly spans: readonly Span[];
  readonly attribution: Attribution | null;
  readonly segment: Attribute | null;
  readonly country: Attribute | null;
}

export const emptyTimeline: Timeline = {
  subscriptions: new Map(),
  firstOrder: null,
  spans: [],
  attribution: null,
  segment: null,
  country: null,
};

/** Whether an event belongs on its subject's timeline at all. */
export function touchesTimeline(event: Event): boolean {
  switch (event.type) {
    case 'subscription.started':
    case 'subscription.changed':
    case 'subscription.paused':
    case 'subscription.resumed':
    case 'subscription.ended':
    case 'subscription.end_withdrawn':
    case 'customer.attributed':
    case 'customer.segment_changed':
      return true;
    case 'order.placed':
      return event.data.anonymous !== true;
    default:
      return false;
  }
}

/** The timeline after one more event. Returns the same object when the event changes nothing. */
export function extendTimeline(timeline: Timeline, event: Event, settings: TenantSettings): Timeline {
  const stamp: Stamp = { time: event.timeMs, source: event.source, id: event.id };
  switch (event.type) {
    case 'customer.attributed': {
      const { channel, campaign = null } = event.data;
      return isLater(stamp, timeline.attribution) ? { ...timeline, attribution: { ...stamp, channel, campaign } } : timeline;
    }
    case 'customer.segment_changed': {
      const { dimension, value } = event.data;
      return isLater(stamp, timeline[dimension]) ? { ...timeline, [dimension]: { ...stamp, value } } : timeline;
    }
    case 'order.placed':
      return event.data.anonymous === true ? timeline : withOrder(timeline, { event, stamp, settings });
    case 'subscription.started':
    case 'subscription.changed':
    case 'subscription.paused':
    case 'subscription.resumed':
    case 'subscription.ended':
    case 'subscription.end_withdrawn': {
      const kind = event.type.slice('subscription.'.length) as PointKind;
      const data: { mrr_minor?: number; currency?: string; plan?: string; effective_at?: number; subscription_id: string } = event.data;
      const point: Point = {
        ...stamp,
        kind,
        effectiveAt: data.effective_at ?? event.timeMs,
        mrr: data.mrr_minor ?? null,
        currency: data.currency ?? null,
        plan: data.plan ?? null,
      };
      const points = insertPoint(timeline.subscriptions.get(data.subscription_id) ?? [], point);
      return { ...timeline, subscriptions: new Map(timeline.subscriptions).set(data.subscription_id, points) };
    }
    default:
      return timeline;
  }
}

const isLater = (stamp: Stamp, known: Stamp | null): boolean => known === null || compareStamps(stamp, known) > 0;

function withOrder(
  timeline: Timeline,
  order: { event: Extract<Event, { type: 'order.placed' }>; stamp: Stamp; settings: TenantSettings },
): Timeline {
  const { event, stamp, settings } = order;
  const isFirst = timeline.firstOrder === null || compareStamps(stamp, timeline.firstOrder) < 0;
  const firstOrder = isFirst
    ? { ...stamp, channel: event.data.channel ?? null, campaign: event.data.campaign ?? null }
    : timeline.firstOrder;
  const spans =
    settings.basis === 'purchases'
      ? addSpan(timeline.spans, { from: stamp.time, to: stamp.time + settings.lapseAfterDays * 86_400_000 })
      : timeline.spans;
  return isFirst || spans !== timeline.spans ? { ...timeline, firstOrder, spans } : timeline;
}
