import { describe, expect, test } from 'vitest';
import type { Fact } from '../types.ts';
import { costFacts } from './cost-facts.ts';
import { eventOf, testSettings } from './test-events.ts';

function spread(amount: number, period: { start?: string; end?: string; zone?: string }): [string, number][] {
  const { start, end, zone = 'Europe/Paris' } = period;
  const service = start === undefined ? {} : { service_start: start, service_end: end };
  const data = { cost_id: 'k-1', category: 'marketing', amount_minor: amount, currency: 'EUR', channel: 'search', ...service };
  const event = eventOf('cost.recorded', '2026-03-31T18:00:00.000Z', { subject: 'cc-1', data });
  if (event.type !== 'cost.recorded') throw new Error('expected a cost');
  const facts: Fact[] = [];
  costFacts(facts, event, { ...testSettings, zone });
  return facts.map(({ at, value }) => [new Date(at).toISOString(), value]);
}

describe('a cost', () => {
  test('without a period lands at its time', () => {
    expect(spread(-5, {})).toEqual([['2026-03-31T18:00:00.000Z', -5]]);
  });

  test('is spread over local days, the remainder over the first of them', () => {
    expect(spread(5, { start: '2026-03-28', end: '2026-03-31' })).toEqual([
      ['2026-03-27T23:00:00.000Z', 2],
      ['2026-03-28T23:00:00.000Z', 2],
      // The clocks went forward on the 29th.
      ['2026-03-29T22:00:00.000Z', 1],
    ]);
  });

  test('that is a credit is spread the same way, below zero', () => {
    expect(spread(-5, { start: '2026-03-01', end: '2026-03-04' }).map(([, value]) => value)).toEqual([-2, -2, -1]);
  });

  test('smaller than its days leaves the last days without a fact', () => {
    expect(spread(1, { start: '2026-03-01', end: '2026-03-04' })).toEqual([['2026-02-28T23:00:00.000Z', 1]]);
  });

  test('of instants counts every local day that has an instant in the period', () => {
    const days = ['2026-02-28T23:00:00.000Z', '2026-03-01T23:00:00.000Z'];
    expect(spread(10, { start: '2026-03-01T12:00:00+01:00', end: '2026-03-02T12:00:00+01:00' }).map(([at]) => at)).toEqual(days);
    expect(spread(10, { start: '2026-03-01T12:00:00+01:00', end: '2026-03-03T00:00:00+01:00' }).map(([at]) => at)).toEqual(days);
    expect(spread(10, { start: '2026-03-01T12:00:00+01:00', end: '2026-03-01T12:00:00.001+01:00' })).toEqual([
      ['2026-02-28T23:00:00.000Z', 10],
    ]);
  });

  test('gives nothing to a date that the zone skipped', () => {
    // Samoa went from the 29th to the 31st of December 2011.
    const zone = 'Pacific/Apia';
    expect(spread(4, { start: '2011-12-29', end: '2012-01-01', zone })).toEqual([
      ['2011-12-29T10:00:00.000Z', 2],
      ['2011-12-30T10:00:00.000Z', 2],
    ]);
    expect(spread(4, { start: '2011-12-30', end: '2011-12-31', zone })).toEqual([['2011-12-30T10:00:00.000Z', 4]]);
  });
});
