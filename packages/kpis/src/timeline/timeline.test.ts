import type { Event, EventType } from '@vigie/events';
import { describe, expect, test } from 'vitest';
import { eventOf, testSettings } from '../facts/test-events.ts';
import { type Fact, sinceNever, type TenantSettings } from '../types.ts';
import { decodeTimeline, encodeTimeline } from './codec.ts';
import { derive } from './derive.ts';
import { emptyTimeline, extendTimeline, type Timeline } from './timeline.ts';
import { timelineFacts } from './timeline-facts.ts';

const purchases: TenantSettings = { ...testSettings, basis: 'purchases', lapseAfterDays: 30 };
const day = (text: string): string => `2026-${text}T08:00:00.000Z`;
const started = (time: string, mrr = 1000, id = 's1') =>
  eventOf('subscription.started', day(time), {
    id: `start ${id} ${time}`,
    data: { subscription_id: id, plan: 'basic', interval: 'month', mrr_minor: mrr, currency: 'EUR' },
  });
const word = (type: EventType, time: string, effective?: string) =>
  eventOf(type, day(time), {
    id: `${type} ${time}`,
    data: { subscription_id: 's1', ...(effective === undefined ? {} : { effective_at: day(effective) }) },
  });
const order = (time: string, id = `o ${time}`, data: Record<string, unknown> = {}) =>
  eventOf('order.placed', day(time), { id, data: { order_id: id, gross_minor: 500, currency: 'EUR', ...data } });

function timelineOf(events: readonly Event[], settings = testSettings): Timeline {
  return events.reduce((timeline, event) => extendTimeline(timeline, event, settings), emptyTimeline);
}

/** Facts as short words: name, day, value. */
const brief = (events: readonly Event[], settings = testSettings): string[] =>
  timelineFacts(timelineOf(events, settings), settings).map(
    ({ fact, at, value }) => `${fact} ${new Date(at).toISOString().slice(5, 10)} ${value}`,
  );
const losses = (events: readonly Event[]): string[] => brief(events).filter((text) => text.startsWith('customers_lost'));

describe('ends of a subscription', () => {
  test('an end that was planned earlier is cancelled by a later word, whatever the order of arrival', () => {
    const words = [started('01-10'), word('subscription.ended', '02-01', '03-01'), word('subscription.end_withdrawn', '02-10')];
    expect(losses(words)).toEqual([]);
    expect(losses(words.toReversed())).toEqual([]);
  });

  test('an end that is already in effect stays', () => {
    expect(losses([started('01-10'), word('subscription.ended', '02-01', '02-05'), word('subscription.end_withdrawn', '02-10')])).toEqual([
      'customers_lost 02-05 1',
    ]);
  });

  test('an end that was itself cancelled has cancelled those before it', () => {
    const words = [
      started('01-10'),
      word('subscription.ended', '02-01', '04-01'),
      word('subscription.ended', '02-02', '05-01'),
      word('subscription.end_withdrawn', '02-03'),
    ];
    expect(losses(words)).toEqual([]);
  });

  test('the later word decides, earlier or later than the one it replaces', () => {
    expect(losses([started('01-10'), word('subscription.ended', '02-01', '04-01'), word('subscription.ended', '02-02', '03-01')])).toEqual([
      'customers_lost 03-01 1',
    ]);
    expect(losses([started('01-10'), word('subscription.ended', '02-01', '03-01'), word('subscription.ended', '02-02', '04-01')])).toEqual([
      'customers_lost 04-01 1',
    ]);
  });
});

describe('planned changes', () => {
  const changed = (time: string, effective: string, data: Record<string, unknown>) =>
    eventOf('subscription.changed', day(time), { data: { subscription_id: 's1', currency: 'EUR', effective_at: day(effective), ...data } });
  const movements = (events: readonly Event[]): unknown[] =>
    timelineFacts(timelineOf(events), testSettings)
      .filter(({ fact }) => fact === 'expansion_mrr' || fact === 'contraction_mrr')
      .map(({ fact, at, value, dims }) => [fact, new Date(at).toISOString().slice(5, 10), value, dims.plan]);

  test('a planned change is replaced by a later one for the same moment, plan and all', () => {
    const events = [
      started('01-10'),
      changed('02-01', '03-01', { mrr_minor: 5000, plan: 'pro' }),
      changed('02-02', '03-01', { mrr_minor: 1200 }),
    ];
    const expected = [['expansion_mrr', '03-01', 200, 'basic']];
    expect(movements(events)).toEqual(expected);
    expect(movements(events.toReversed())).toEqual(expected);
  });

  test('planned changes for different moments both take place', () => {
    const events = [started('01-10'), changed('02-01', '03-01', { mrr_minor: 1500 }), changed('02-02', '04-01', { mrr_minor: 1200 })];
    expect(movements(events)).toEqual([
      ['expansion_mrr', '03-01', 500, 'basic'],
      ['contraction_mrr', '04-01', 300, 'basic'],
    ]);
  });

  test('two changes in effect at once, neither planned, both take place, the later known last', () => {
    const events = [
      started('01-10'),
      changed('03-01', '03-01', { mrr_minor: 5000, plan: 'pro' }),
      changed('03-02', '03-01', { mrr_minor: 1200 }),
    ];
    expect(movements(events)).toEqual([
      ['expansion_mrr', '03-01', -1000, 'basic'],
      ['expansion_mrr', '03-01', 1200, 'pro'],
    ]);
  });
});

describe('presence', () => {
  test('an activation knows when the customer was last active, a loss since when', () => {
    const facts = timelineFacts(timelineOf([started('01-10'), word('subscription.ended', '02-01'), started('03-01')]), testSettings);
    const [first, back] = facts.filter(({ fact }) => fact === 'customers_activated');
    expect(first?.since).toBe(sinceNever);
    expect(back?.since).toBe(Date.parse(day('02-01')));
    expect(facts.find(({ fact }) => fact === 'customers_lost')?.since).toBe(Date.parse(day('01-10')));
  });

  test('what lasts no time at all is not a state', () => {
    expect(brief([started('01-10'), word('subscription.ended', '01-10')])).toEqual([]);
  });

  test('by purchases, orders within the lapse are one span, and a later one is another', () => {
    const count = (events: readonly Event[]): string[] => brief(events, purchases).filter((text) => text.startsWith('customers_'));
    expect(count([order('01-10'), order('02-09')])).toEqual([
      'customers_acquired 01-10 1',
      'customers_activated 01-10 1',
      'customers_lost 03-11 1',
    ]);
    expect(count([order('02-10'), order('01-10')])).toEqual([
      'customers_acquired 01-10 1',
      'customers_activated 01-10 1',
      'customers_lost 02-09 1',
      'customers_activated 02-10 1',
      'customers_lost 03-12 1',
    ]);
  });

  test('every return of a buyer counts, and a late order finds the oldest of them', () => {
    const spans = (events: readonly Event[]): string[] =>
      brief(events, purchases).filter((text) => /^customers_(activated|lost)/.test(text));
    const orders = [order('01-10'), order('03-10'), order('05-10'), order('07-10')];
    const later = [
      'customers_activated 03-10 1',
      'customers_lost 04-09 1',
      'customers_activated 05-10 1',
      'customers_lost 06-09 1',
      'customers_activated 07-10 1',
      'customers_lost 08-09 1',
    ];
    expect(spans(orders)).toEqual(['customers_activated 01-10 1', 'customers_lost 02-09 1', ...later]);
    // 20 days after the first order: its span goes on until 30 days after this one.
    expect(spans([...orders, order('01-30')])).toEqual(['customers_activated 01-10 1', 'customers_lost 03-01 1', ...later]);
  });
});

describe('movements', () => {
  test("two subscriptions that change at once are typed by the customer's net", () => {
    const change = (id: string, mrr: number) =>
      eventOf('subscription.changed', day('03-01'), {
        id: `change ${id}`,
        data: { subscription_id: id, mrr_minor: mrr, currency: 'EUR' },
      });
    // 1000 -> 1500 and 1000 -> 800: the customer pays 300 more, which is an expansion of 300 and no contraction.
    const events = [started('01-10', 1000, 's1'), started('01-11', 1000, 's2'), change('s1', 1500), change('s2', 800)];
    expect(brief(events).filter((text) => text.includes('03-01'))).toEqual(['expansion_mrr 03-01 300']);
  });
});

describe('acquisition', () => {
  const acquired = (events: readonly Event[]): Fact | undefined =>
    timelineFacts(timelineOf(events), testSettings).find(({ fact }) => fact === 'customers_acquired');

  test('a tie of first order and first subscription is won by the order, with its channel', () => {
    expect(acquired([started('01-10'), order('01-10', 'o', { channel: 'search' })])?.dims).toEqual({ channel: 'search' });
  });

  test('an order after the first subscription says nothing about where the customer came from', () => {
    expect(acquired([started('01-10'), order('01-11', 'o', { channel: 'search' })])).toMatchObject({
      at: Date.parse(day('01-10')),
      dims: {},
    });
  });

  test('the latest attribution wins and moves the whole past, by time and not by arrival', () => {
    const attributed = (time: string, channel: string) => eventOf('customer.attributed', day(time), { data: { channel } });
    const events = [order('01-10', 'o', { channel: 'search' }), attributed('03-01', 'partner'), attributed('02-01', 'event')];
    expect(acquired(events)?.dims).toEqual({ channel: 'partner' });
  });
});

test('an event moves only what it changes: the difference is empty where the timeline implies the same', () => {
  const before = timelineOf([order('01-10'), order('01-20')], purchases);
  expect(derive(order('01-15'), before, purchases).facts.map(({ fact }) => fact)).toEqual([
    'orders',
    'purchases',
    'gross_sales',
    'order_revenue',
  ]);
});

test('a nobody has no timeline', () => {
  expect(derive(order('01-10', 'o', { anonymous: true }), null, purchases).timeline).toBeNull();
});

test('a stored timeline of another version is refused, with what to do', () => {
  const stored = encodeTimeline(timelineOf([started('01-10')])).replace(/^\[1,/, '[2,');
  expect(() => decodeTimeline(stored)).toThrow(/expected version 1, found 2.*vigie rebuild/);
});
