import type { Event } from '@vigie/events';
import type { Fact, TenantSettings } from '../types.ts';
import { dimsOf, pushFact } from './build.ts';
import { costFacts } from './cost-facts.ts';

/**
 * Lists the facts that an event carries in itself, whatever happened before.
 *
 * Shapes   Event -> Fact[] in a fixed order (part of a fact's identity)
 * Units    money in minor units; an event's dimensions slice only its own sums
 * Errors   FactRangeError (retriable: false)
 */
export function eventFacts(event: Event, settings: TenantSettings): Fact[] {
  const facts: Fact[] = [];
  switch (event.type) {
    case 'order.placed':
      pushOrder(facts, event, settings);
      break;
    case 'invoice.paid': {
      const { net_minor, discount_minor = 0, currency } = event.data;
      const own = { at: event.timeMs, dims: dimsOf(event.data), currency };
      // Gross is what was charged before the discount; tax is in neither.
      pushFact(facts, { ...own, fact: 'gross_sales', value: net_minor + discount_minor });
      pushFact(facts, { ...own, fact: 'discounts', value: discount_minor });
      break;
    }
    case 'order.refunded':
    case 'invoice.refunded': {
      const { amount_minor, currency } = event.data;
      // A refund counts at its own date: the month of the sale stays what it was.
      pushFact(facts, { fact: 'refunds', at: event.timeMs, value: amount_minor, dims: dimsOf(event.data), currency });
      break;
    }
    case 'lead.created':
      pushFact(facts, { fact: 'leads', at: event.timeMs, value: 1, dims: dimsOf(event.data), entity: event.subject });
      break;
    case 'cost.recorded':
      costFacts(facts, event, settings);
      break;
    default:
  }
  return facts;
}

function pushOrder(facts: Fact[], event: Extract<Event, { type: 'order.placed' }>, settings: TenantSettings): void {
  const { gross_minor, discount_minor = 0, currency, anonymous = false } = event.data;
  const net = gross_minor - discount_minor;
  const dims = dimsOf(event.data);
  const at = event.timeMs;
  if (net > 0 || settings.freeOrders === 'count') pushFact(facts, { fact: 'orders', at, value: 1, dims });
  if (!anonymous) pushFact(facts, { fact: 'purchases', at, value: 1, dims, entity: event.subject });
  pushFact(facts, { fact: 'gross_sales', at, value: gross_minor, dims, currency });
  pushFact(facts, { fact: 'discounts', at, value: discount_minor, dims, currency });
  pushFact(facts, { fact: 'order_revenue', at, value: net, dims, currency });
}
