import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { EventType } from '@vigie/events';
import { eventOf } from '../facts/test-events.ts';
import { Fold } from '../cells/fold.ts';
import { derive } from '../timeline/derive.ts';
import { encodeTimeline } from '../timeline/codec.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { definitionsHash, derivingVersion } from './generation.ts';
import { parseSettings } from './settings.ts';

const subscription = { subscription_id: 's1' };
const start = { ...subscription, plan: 'basic', interval: 'month', mrr_minor: 1000, currency: 'EUR' };
const money = { currency: 'EUR', channel: 'search', country: 'FR', plan: 'basic', product: 'mug', campaign: 'spring', segment: 'smb' };
const service = { service_start: '2026-03-28', service_end: '2026-04-02' };
/** A little of everything that facts, timelines and cells are made of; change it only together with the hash below. */
const events: readonly (readonly [EventType, string, Record<string, unknown>])[] = [
  ['subscription.started', '2026-01-10T09:00:00Z', start],
  ['customer.attributed', '2026-01-10T09:00:01Z', { channel: 'partner', campaign: 'summer' }],
  ['customer.segment_changed', '2026-01-11T09:00:00Z', { dimension: 'segment', value: 'enterprise' }],
  ['customer.segment_changed', '2026-01-11T09:00:01Z', { dimension: 'country', value: 'US' }],
  ['subscription.started', '2026-01-12T09:00:00Z', { ...start, subscription_id: 's2', plan: 'pro', mrr_minor: 3000 }],
  ['subscription.changed', '2026-02-01T09:00:00Z', { ...subscription, plan: 'pro', mrr_minor: 700, currency: 'EUR' }],
  [
    'subscription.changed',
    '2026-02-01T10:00:00Z',
    { ...subscription, plan: 'pro', mrr_minor: 2000, currency: 'EUR', effective_at: '2026-02-05T09:00:00Z' },
  ],
  [
    'subscription.changed',
    '2026-02-02T10:00:00Z',
    { ...subscription, mrr_minor: 2500, currency: 'EUR', effective_at: '2026-02-05T09:00:00Z' },
  ],
  ['subscription.paused', '2026-02-10T09:00:00Z', subscription],
  ['subscription.resumed', '2026-02-20T09:00:00Z', { ...subscription, mrr_minor: 2600 }],
  ['subscription.ended', '2026-03-01T09:00:00Z', { subscription_id: 's2', effective_at: '2026-03-10T09:00:00Z' }],
  ['subscription.end_withdrawn', '2026-03-05T09:00:00Z', { subscription_id: 's2' }],
  ['subscription.ended', '2026-03-06T09:00:00Z', { subscription_id: 's2' }],
  ['subscription.ended', '2026-03-07T09:00:00Z', subscription],
  ['subscription.started', '2026-03-29T02:30:00Z', start],
  ['order.placed', '2026-03-20T09:00:00Z', { ...money, order_id: 'o-1', gross_minor: 1000, discount_minor: 100 }],
  ['order.placed', '2026-01-05T09:00:00Z', { ...money, order_id: 'o-2', gross_minor: 500 }],
  ['order.placed', '2026-03-21T09:00:00Z', { ...money, order_id: 'o-3', gross_minor: 500, discount_minor: 500 }],
  ['order.placed', '2026-03-22T09:00:00Z', { ...money, order_id: 'o-4', gross_minor: 500, anonymous: true }],
  ['order.refunded', '2026-03-23T09:00:00Z', { ...money, order_id: 'o-1', refund_id: 'r-1', amount_minor: 200 }],
  ['invoice.paid', '2026-03-24T09:00:00Z', { ...money, invoice_id: 'i-1', net_minor: 900, discount_minor: 100 }],
  ['invoice.refunded', '2026-03-25T09:00:00Z', { ...money, invoice_id: 'i-1', refund_id: 'r-2', amount_minor: 100 }],
  ['lead.created', '2026-03-26T09:00:00Z', { lead_id: 'l-1', channel: 'search' }],
  ['cost.recorded', '2026-03-31T09:00:00Z', { ...money, ...service, cost_id: 'k-1', category: 'marketing', amount_minor: -1003 }],
  ['cost.recorded', '2026-03-31T09:00:01Z', { cost_id: 'k-2', category: 'payroll', amount_minor: 5, currency: 'USD' }],
];

const book = parseSettings(
  'default: {zone: Europe/Paris}\ntenants: {shop: {basis: purchases, lapse_after_days: 30, free_orders: skip, zone: America/St_Johns}}',
);

/** Everything that is ever stored of those events, under both ways of counting. */
function derivedText(): string {
  const stored: unknown[] = [];
  for (const tenant of ['default', 'shop']) {
    const settings = book.of(tenant);
    const fold = new Fold();
    let timeline: Timeline | null = null;
    for (const [type, time, data] of events) {
      const derived = derive(eventOf(type, time, { data }), timeline, settings);
      timeline = derived.timeline ?? timeline;
      stored.push(derived.facts);
      const source = { tenant, zone: settings.zone, appendTimeMs: Date.parse('2026-04-01T00:00:00Z'), admitsSlice: () => true };
      for (const fact of derived.facts) fold.add(fact, source);
    }
    stored.push(fold.increments(), encodeTimeline(timeline!));
  }
  return JSON.stringify(stored);
}

/** One hash per version that was ever released: raising the version is what tells consumers that their stored facts are of another making. */
const golden: Readonly<Record<number, string>> = { 1: '9dc653d41d18097c' };

test('the same events give the same facts, cells and timelines as ever', () => {
  const found = createHash('sha256').update(derivedText()).digest('hex').slice(0, 16);
  const advice = `the deriving code now yields other facts, cells or timelines (${found}): raise derivingVersion in settings/generation.ts and add its hash here, so that consumers ask for vigie rebuild instead of mixing two makings`;
  expect(found, advice).toBe(golden[derivingVersion]);
});

test('the hash of a generation depends on settings, zone data and nothing else that a formula could change', () => {
  const hash = definitionsHash(book, '2026c');
  expect(definitionsHash(book, '2026c')).toBe(hash);
  expect(hash).toMatch(/^[0-9a-f]{16}$/);
  const other = [
    definitionsHash(book, '2026d'),
    definitionsHash(parseSettings(''), '2026c'),
    definitionsHash(parseSettings('tenants: {a: {}}'), '2026c'),
  ];
  expect(new Set([hash, ...other]).size).toBe(4);
});
