import type { Event } from '@vigie/events';
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
  const first = localDay(service_start, settings.zone);
  // A period inside one local day is still that day's.
  const end = Math.max(localDay(service_end, settings.zone), first + 1);
  const dayCount = end - first;
  const part = Math.trunc(amount_minor / dayCount);
  const remainder = amount_minor - part * dayCount;
  for (let day = 0; day < dayCount; day++) {
    const extra = day < Math.abs(remainder) ? Math.sign(remainder) : 0;
    pushFact(facts, { ...own, at: dayStartMs(settings.zone, first + day), value: part + extra });
  }
}

/** A date is that local day; an instant is the local day that it lies in. */
function localDay(text: string, zone: string): number {
  const day = dayNumberOf(text);
  return day ?? dayNumberAt(zone, Date.parse(text));
}
