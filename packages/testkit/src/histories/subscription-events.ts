import { dimensionValues } from './drafts.ts';
import type { Cast, Draft } from './drafts.ts';
import { dayMs } from './local-days.ts';
import { instantOn, spell } from './scenes.ts';

const amounts = [0, 1, 500, 700, 1000, 1000, 1000, 2500, 2900] as const;
const kindsByChance = [
  'started',
  'started',
  'changed',
  'changed',
  'changed',
  'paused',
  'resumed',
  'resumed',
  'ended',
  'ended',
  'end_withdrawn',
] as const;

type Kind = (typeof kindsByChance)[number];

/** One event of one of a customer's few subscriptions, in whatever state that may find it. */
export function subscriptionDraft(cast: Cast, kind: Kind = cast.draw.pick(kindsByChance)): Draft {
  const { draw, stage } = cast;
  const subject = draw.pick(cast.customers);
  const timeMs = instantOn(draw, stage, cast.lapseMs);
  const data: Record<string, unknown> = { subscription_id: draw.pick(['s1', 's1', 's1', 's2', 's3']), ...details(cast, kind) };
  const apart = kind === 'ended' ? 0.5 : 0.25;
  if (kind !== 'end_withdrawn' && draw.chance(apart)) {
    // Planned changes meet at one moment often enough to replace each other.
    const effectiveMs = kind === 'changed' && draw.chance(0.5) ? stage.centreMs : instantOn(draw, stage, cast.lapseMs);
    data['effective_at'] = spell(draw, effectiveMs);
  }
  // Past the ten years that `effective_at` may lie ahead: rejected, unless a copy arrives much later.
  if (kind === 'ended' && draw.chance(0.03)) data['effective_at'] = spell(draw, timeMs + 4200 * dayMs);
  return { type: `subscription.${kind}`, subject, timeMs, data };
}

/** What mostly comes next in the life of a subscription; anything else is chaos, of which there is enough elsewhere. */
const nextKinds: Readonly<Record<Kind, readonly Kind[]>> = {
  started: ['changed', 'changed', 'paused', 'ended'],
  changed: ['changed', 'paused', 'ended', 'started'],
  paused: ['resumed', 'resumed', 'changed', 'ended', 'started'],
  resumed: ['paused', 'changed', 'ended'],
  ended: ['started', 'started', 'end_withdrawn', 'ended', 'changed'],
  end_withdrawn: ['ended', 'changed', 'paused'],
};

/** The life of one subscription from its start, in order of time, so that deep states are reached. */
export function subscriptionLife(cast: Cast, length: number): Draft[] {
  const { draw, stage } = cast;
  const subject = draw.pick(cast.customers);
  const subscriptionId = draw.pick(['s1', 's2']);
  const instants = Array.from({ length }, () => instantOn(draw, stage, cast.lapseMs)).toSorted((a, b) => a - b);
  let kind: Kind = 'started';
  return instants.map((timeMs, index) => {
    if (index > 0) kind = draw.pick(nextKinds[kind]);
    const draft = subscriptionDraft(cast, kind);
    const data: Record<string, unknown> = { ...draft.data, subscription_id: subscriptionId };
    if (kind !== 'ended') delete data['effective_at'];
    return { ...draft, subject, timeMs, data };
  });
}

function details(cast: Cast, kind: Kind): Record<string, unknown> {
  const { draw } = cast;
  const price = { mrr_minor: draw.pick(amounts), currency: cast.currency() };
  if (kind === 'started') return { plan: draw.pick(dimensionValues.plan), interval: draw.pick(['month', 'quarter', 'year']), ...price };
  if (kind === 'changed') return { ...price, ...(draw.chance(0.5) ? { plan: draw.pick(dimensionValues.plan) } : {}) };
  if (kind === 'resumed') return draw.chance(0.4) ? { mrr_minor: price.mrr_minor } : {};
  if (kind === 'ended') return draw.chance(0.3) ? { reason: 'price', voluntary: draw.chance(0.5) } : {};
  return {};
}
