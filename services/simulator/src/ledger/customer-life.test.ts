import { expect, test } from 'vitest';
import type { Emission } from '../delivery/emission.ts';
import { dayStart, spread, windowStart } from './local-days.ts';
import { Ledger } from './ledger.ts';
import { trueValue } from './kpis.ts';
import type { Holding, Truth } from './truth.ts';

const day = 86_400_000;
const told = (truth: readonly Truth[]): Emission => ({ sendMs: 0, type: 'x', key: 'k', value: '', verdict: 'event', lateMs: 0, truth });
const plan = (mrrMinor: number, paused = false): Holding => ({ plan: 'basic', mrrMinor, paused });
const held = (customer: string, atDay: number, holding: Holding | null): Truth => ({
  ...{ kind: 'holding', customer, subscription: `${customer}-1`, atMs: atDay * day, opens: holding !== null, holding },
});

function ledgerOf(...truth: Truth[]): Ledger {
  const ledger = new Ledger({ zone: 'UTC' });
  ledger.take(told(truth), 0);
  return ledger;
}
const within = (fromDay: number, toDay: number) => ({ fromMs: fromDay * day, toMs: toDay * day, asOfMs: Infinity, slice: null });

test('of four customers at the start one leaves: churn 25 %, retention 75 %; who came and went inside is in neither', () => {
  const ledger = ledgerOf(
    ...['a', 'b', 'c', 'd'].map((who) => held(who, 1, plan(1_000))),
    held('a', 15, null),
    held('e', 12, plan(1_000)),
    held('e', 14, null),
  );
  expect(trueValue(ledger, 'customer_churn_rate', within(10, 20))).toEqual({ value: '25.00', reason: null, numerator: 1, denominator: 4 });
  expect(trueValue(ledger, 'customer_retention_rate', within(10, 20)).value).toBe('75.00');
  expect(trueValue(ledger, 'customer_base_growth_rate', within(10, 20)).value).toBe('-25.00');
});

test('a pause keeps the customer at no MRR; an end that is taken back never was', () => {
  const ledger = ledgerOf(held('a', 1, plan(1_000)), held('a', 5, plan(1_000, true)), held('a', 9, null));
  expect(trueValue(ledger, 'mrr', within(0, 6)).value).toBe('0.00');
  expect(trueValue(ledger, 'customer_churn_rate', within(6, 10)).value).toBe('100.00');
  const back: Truth = { kind: 'end_taken_back', customer: 'a', subscription: 'a-1', atMs: 9 * day };
  ledger.take(told([back]), 1_000);
  expect(trueValue(ledger, 'customer_churn_rate', within(6, 10)).value).toBe('0.00');
  // As it was known before the withdrawal arrived, the customer had left.
  expect(trueValue(ledger, 'customer_churn_rate', { ...within(6, 10), asOfMs: 1_000 }).value).toBe('100.00');
});

test('an order before the first paid month acquires, by the channel of the order; spend without anybody won has no value', () => {
  const said = { timeMs: 2 * day, source: 's', id: '1' };
  const order: Truth = { kind: 'order', customer: 'a', said, grossMinor: 500, discountMinor: 100, slices: { channel: 'email' } };
  const cost = (channel: string): Truth => ({
    ...{ kind: 'cost', category: 'marketing', amountMinor: 1_000, when: { atMs: 2 * day }, slices: { channel } },
  });
  const ledger = ledgerOf(order, held('a', 8, plan(900)), cost('email'), cost('social'));
  const by = (value: string) => ({ ...within(0, 10), slice: { dimension: 'channel', value } });
  expect(trueValue(ledger, 'cac', by('email')).value).toBe('10.00');
  expect(trueValue(ledger, 'cac', by('social'))).toEqual({ value: null, reason: 'no_acquisition', numerator: 1_000, denominator: 0 });
  expect(trueValue(ledger, 'cac', within(5, 10)).reason).toBe('zero_denominator');
  expect(trueValue(ledger, 'average_order_value', within(0, 10)).value).toBe('4.00');
});

test('a cost is spread over local days in whole units, the remainder first', () => {
  expect(spread(-10, 3)).toEqual([-4, -3, -3]);
  // Paris, 2026: 23 hours on 29 March, 25 on 25 October.
  expect(dayStart('2026-03-30', 'Europe/Paris')! - dayStart('2026-03-29', 'Europe/Paris')!).toBe(23 * 3_600_000);
  expect(dayStart('2026-10-26', 'Europe/Paris')! - dayStart('2026-10-25', 'Europe/Paris')!).toBe(25 * 3_600_000);
  // Samoa had no 30 December 2011.
  expect(dayStart('2011-12-30', 'Pacific/Apia')).toBeNull();
  const toMs = Date.UTC(2026, 10, 1, 10, 7);
  expect(toMs - windowStart(toMs, day, 'UTC')).toBe(day);
  expect(windowStart(toMs, 30 * day, 'UTC')).toBe(Date.UTC(2026, 9, 2, 10, 0));
  expect(windowStart(toMs, 365 * day, 'Europe/Paris')).toBe(Date.UTC(2025, 9, 31, 23, 0));
});
