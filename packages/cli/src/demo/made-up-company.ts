/**
 * A small company that does not exist: a subscription service over thirteen months, from one seed, for a demo without a data set at hand.
 */
import type { EventInput } from '@vigie/events';

const dayMs = 86_400_000;
const customerCount = 2_400;
const dayCount = 400;
const source = 'made-up';
const channels = [
  { name: 'search', share: 0.45, costPerDayMinor: 52_000 },
  { name: 'partner', share: 0.3, costPerDayMinor: 31_000 },
  { name: 'social', share: 0.25, costPerDayMinor: 44_000 },
] as const;
const plans = [
  { name: 'basic', share: 0.55, mrrMinor: 1_900, dailyChurn: 0.0022 },
  { name: 'team', share: 0.35, mrrMinor: 4_900, dailyChurn: 0.0011 },
  { name: 'business', share: 0.1, mrrMinor: 19_900, dailyChurn: 0.0004 },
] as const;
const segments: Readonly<Record<string, string>> = { basic: 'self-serve', team: 'small business', business: 'enterprise' };

/** mulberry32: small, and the same on every machine. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T extends { readonly share: number }>(choices: readonly T[], draw: number): T {
  let sum = 0;
  for (const choice of choices) {
    sum += choice.share;
    if (draw < sum) return choice;
  }
  return choices.at(-1)!;
}

/**
 * The company's events up to a moment.
 *
 * Units    endMs: epoch ms of the latest possible event
 * Holds    the same seed and end give the same events, ids included
 */
export async function* madeUpCompany(options: { seed: number; endMs: number }): AsyncGenerator<EventInput> {
  const random = seeded(options.seed);
  const startMs = options.endMs - dayCount * dayMs;
  for (let day = 0; day < dayCount; day++) yield* costsOf(day, startMs + day * dayMs);
  for (let number = 1; number <= customerCount; number++) yield* lifeOf(number, { random, startMs, endMs: options.endMs });
}

function* costsOf(day: number, timeMs: number): Generator<EventInput> {
  for (const { name, costPerDayMinor } of channels) {
    yield {
      type: 'cost.recorded',
      source,
      id: `cost-${day}-${name}`,
      subject: 'marketing',
      time: timeMs,
      data: { cost_id: `cost-${day}-${name}`, category: 'marketing', amount_minor: costPerDayMinor, currency: 'EUR', channel: name },
    } satisfies EventInput<'cost.recorded'>;
  }
}

interface World {
  readonly random: () => number;
  readonly startMs: number;
  readonly endMs: number;
}

/** From lead to, perhaps, goodbye; half of the leads never buy. */
function* lifeOf(number: number, { random, startMs, endMs }: World): Generator<EventInput> {
  const subject = `cust-${String(number).padStart(4, '0')}`;
  const channel = pick(channels, random()).name;
  const plan = pick(plans, random());
  const leadMs = startMs + Math.floor(random() * dayCount * 0.99 * dayMs);
  const own = { source, subject };
  const leadData = { lead_id: subject, channel };
  yield { ...own, type: 'lead.created', id: `${subject}/lead`, time: leadMs, data: leadData } satisfies EventInput<'lead.created'>;
  const startedMs = leadMs + Math.floor(random() * 9 * dayMs);
  if (random() < 0.45 || startedMs >= endMs) return;
  const subscription = { subscription_id: `${subject}-1`, currency: 'EUR' as const };
  const attributed = { ...own, type: 'customer.attributed', id: `${subject}/channel`, time: startedMs, data: { channel } } as const;
  yield attributed satisfies EventInput<'customer.attributed'>;
  const segment = { dimension: 'segment', value: segments[plan.name] ?? plan.name } as const;
  yield { ...own, type: 'customer.segment_changed', id: `${subject}/segment`, time: startedMs, data: segment };
  const started = { ...subscription, plan: plan.name, interval: 'month' as const, mrr_minor: plan.mrrMinor };
  yield { ...own, type: 'subscription.started', id: `${subject}/started`, time: startedMs, data: started };
  const lifeDays = Math.log(1 - random()) / Math.log(1 - plan.dailyChurn);
  const endedMs = startedMs + Math.floor(lifeDays * dayMs);
  const grewMs = startedMs + Math.floor((40 + random() * 120) * dayMs);
  if (random() < 0.3 && grewMs < Math.min(endedMs, endMs)) {
    const grown = { ...subscription, mrr_minor: Math.round(plan.mrrMinor * 1.5) };
    yield { ...own, type: 'subscription.changed', id: `${subject}/grew`, time: grewMs, data: grown };
  }
  for (let month = 0; month * 30 * dayMs + startedMs < Math.min(endedMs, endMs); month++) {
    const paid = { invoice_id: `${subject}-${month}`, net_minor: plan.mrrMinor, currency: 'EUR', plan: plan.name } as const;
    yield { ...own, type: 'invoice.paid', id: `${subject}/paid-${month}`, time: startedMs + month * 30 * dayMs, data: paid };
  }
  if (endedMs >= endMs) return;
  const ended = { subscription_id: subscription.subscription_id, voluntary: random() < 0.8 };
  yield { ...own, type: 'subscription.ended', id: `${subject}/ended`, time: endedMs, data: ended };
}
