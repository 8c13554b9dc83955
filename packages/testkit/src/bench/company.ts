import { encode } from '@vigie/events';

/** Small, fast and the same every time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const channels = ['search', 'social', 'email', 'partner', 'direct'];
const countries = ['FR', 'DE', 'GB', 'US', 'ES', 'IT'];
const plans = ['basic', 'pro', 'team'];
const currency = 'EUR';

type Data = Record<string, unknown>;

/** What happens how often in the benchmark's company, per cent. */
const mix: readonly { readonly percent: number; readonly type: string; readonly data: (id: string, random: () => number) => Data }[] = [
  {
    percent: 25,
    type: 'order.placed',
    data: (id, random) => ({
      order_id: id,
      gross_minor: 500 + Math.floor(random() * 9000),
      currency,
      channel: pick(channels, random),
      country: pick(countries, random),
    }),
  },
  { percent: 20, type: 'user.activity_recorded', data: () => ({ activity: 'session' }) },
  { percent: 15, type: 'visit.recorded', data: (id, random) => ({ session_id: id, channel: pick(channels, random) }) },
  { percent: 12, type: 'invoice.paid', data: (id) => ({ invoice_id: id, net_minor: 2900, currency, plan: 'basic' }) },
  { percent: 10, type: 'lead.created', data: (id, random) => ({ lead_id: id, channel: pick(channels, random) }) },
  {
    percent: 7,
    type: 'subscription.started',
    data: (_, random) => ({ subscription_id: 's1', plan: pick(plans, random), interval: 'month', mrr_minor: 2900, currency }),
  },
  {
    percent: 5,
    type: 'subscription.changed',
    data: (_, random) => ({ subscription_id: 's1', mrr_minor: 1900 + 1000 * Math.floor(random() * 4), currency }),
  },
  { percent: 2, type: 'subscription.ended', data: () => ({ subscription_id: 's1' }) },
  {
    percent: 2,
    type: 'cost.recorded',
    data: (id, random) => ({ cost_id: id, category: 'marketing', amount_minor: 1000, currency, channel: pick(channels, random) }),
  },
  { percent: 2, type: 'customer.attributed', data: (_, random) => ({ channel: pick(channels, random) }) },
];

const pick = <T>(values: readonly T[], random: () => number): T => values[Math.floor(random() * values.length)]!;

/** The mix as text, for the report. */
export const mixText = mix.map(({ percent, type }) => `${percent} % ${type}`).join(', ');

/**
 * The n-th event of the benchmark's company.
 *
 * Shapes   50,000 customers, times rising; about 260 bytes an event
 */
export function benchEvent(index: number, place: { timeMs: number; run: string; random: () => number }): { key: string; value: string } {
  const { random, run, timeMs } = place;
  let draw = random() * 100;
  const kind = mix.find(({ percent }) => (draw -= percent) < 0) ?? mix[0]!;
  const id = `${run}-${index}`;
  const subject = kind.type === 'cost.recorded' ? 'marketing' : `customer-${Math.floor(random() * 50_000)}`;
  // The types are drawn by name, which the compiler cannot follow.
  return encode({ type: kind.type, source: 'bench', id, subject, time: timeMs, data: kind.data(id, random) } as unknown as Parameters<
    typeof encode
  >[0]);
}
