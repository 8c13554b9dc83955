import { dayOrInstantMs, type Event } from '@vigie/events';
import { dayNumberAt, dayNumberOf, dayStartMs } from '../time/zone.ts';
import type { Fact, FactName, TenantSettings } from '../types.ts';
import { dimsOf, pushFact } from './build.ts';

type CostEvent = Extract<Event, { type: 'cost.recorded' }>;

/**
 * Spreads a cost over the local days of its service period, or puts it at its time where it has none.
 *
 * Units    minor units; every day gets the whole part, the first days one unit more until the remainder is used up
 * Holds    the parts add up to the amount, negative amounts (a supplier's credit) included; the parts lie at the start of their local day
 */
export function costFacts(facts: Fact[], event: CostEvent, settings: TenantSettings): void {
  const { category, amount_minor, currency, service_start, service_end } = event.data;
  const own = { fact: `${category}_cost` as FactName, dims: dimsOf(event.data), currency };
  if (service_start === undefined || service_end === undefined) {
    pushFact(facts, { ...own, at: event.timeMs, value: amount_minor });
    return;
  }
  const days = serviceDays({ start: service_start, end: service_end }, settings.zone);
  const part = Math.trunc(amount_minor / days.length);
  const remainder = amount_minor - part * days.length;
  for (const [index, at] of days.entries()) {
    const extra = index < Math.abs(remainder) ? Math.sign(remainder) : 0;
    pushFact(facts, { ...own, at, value: part + extra });
  }
}

/**
 * Starts of the local days of `[start, end)`: whole days where it is given as dates, every day that has an instant in it where it is given as instants.
 *
 * Holds    never empty; a date that the zone skipped is no day, and a period of nothing else is the day that came instead
 */
function serviceDays(period: { start: string; end: string }, zone: string): number[] {
  const first = dayNumberOf(period.start) ?? dayNumberAt(zone, dayOrInstantMs(period.start));
  const end = dayNumberOf(period.end) ?? dayNumberAt(zone, dayOrInstantMs(period.end) - 1) + 1;
  const starts: number[] = [];
  for (let day = first; day < end; day++) {
    const at = dayStartMs(zone, day);
    if (at < dayStartMs(zone, day + 1)) starts.push(at);
  }
  return starts.length > 0 ? starts : [dayStartMs(zone, first)];
}
