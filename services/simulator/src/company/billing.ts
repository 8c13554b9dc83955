import { dayMs } from './catalogue.ts';
import { nextId, type Subscriber } from './subscriber.ts';
import type { World } from './world.ts';

export interface Account {
  readonly who: Subscriber;
  readonly life: number;
  readonly end: (how: { reason: string; voluntary: boolean }) => void;
}

const monthDays = 30;
const failShare = 0.04;
/** A failed payment is tried again after so many days; past the last try the subscription ends. */
const retries = [
  { days: 3, recoverShare: 0.65 },
  { days: 7, recoverShare: 0.45 },
];

/**
 * Sends an invoice and the next one when its time comes.
 *
 * Holds    a customer has one chain of invoices at a time: who comes back begins another life, and that of the old one stops
 */
export function bill(world: World, account: Account): void {
  const { who, life } = account;
  const { random } = who;
  if (who.life !== life || who.status === 'ended' || who.status === 'free') return;
  if (who.status === 'open') {
    if (random.chance(failShare)) tryAgain(world, { account, attempt: 0 });
    else pay(world, who);
  }
  world.at(world.nowMs() + who.interval.months * monthDays * dayMs, () => bill(world, account));
}

function tryAgain(world: World, { account, attempt }: { account: Account; attempt: number }): void {
  const { who, end } = account;
  const retry = retries[attempt];
  if (retry === undefined) {
    if (who.status === 'open' && who.plannedMs === null) end({ reason: 'payment failed', voluntary: false });
    return;
  }
  world.at(world.nowMs() + retry.days * dayMs, () => {
    if (who.status !== 'open') return;
    if (who.random.chance(retry.recoverShare)) pay(world, who);
    else tryAgain(world, { account, attempt: attempt + 1 });
  });
}

function pay(world: World, who: Subscriber): void {
  const { customer, subscription, random, interval, channel, country } = who;
  const id = nextId(who, 'paid');
  const fullMinor = who.mrrMinor * interval.months;
  const discountMinor = random.chance(0.1) ? Math.round(fullMinor * 0.15) : 0;
  const netMinor = fullMinor - discountMinor;
  const slices = { channel, country, plan: who.plan.name };
  const amounts = { net_minor: netMinor, discount_minor: discountMinor, tax_minor: Math.round(netMinor * 0.2), currency: world.currency };
  const data = { invoice_id: id, ...amounts, subscription_id: subscription, ...slices };
  world.say({ type: 'invoice.paid', source: 'billing', subject: customer, id, data }, ({ timeMs }) => [
    { kind: 'invoice', atMs: timeMs, netMinor, discountMinor, slices },
  ]);
  if (!random.chance(0.015)) return;
  const amountMinor = Math.round(netMinor / 2);
  world.at(world.nowMs() + random.whole(1, 20) * dayMs, () => {
    const refundId = nextId(who, 'refund');
    const refund = { refund_id: refundId, invoice_id: id, amount_minor: amountMinor, currency: world.currency, ...slices };
    world.say({ type: 'invoice.refunded', source: 'billing', subject: customer, id: refundId, data: refund }, ({ timeMs }) => [
      { kind: 'refund', atMs: timeMs, amountMinor, slices },
    ]);
  });
}
