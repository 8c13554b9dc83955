import { arrive } from './arrivals.ts';
import { drawAsks, kpiDimensions } from './asks.ts';
import type { AskOptions } from './asks.ts';
import type { Cast, Draft } from './drafts.ts';
import { drawFrom } from './draw.ts';
import type { History, HistorySettings } from './history.ts';
import { inTenant } from './history.ts';
import { dayMs } from './local-days.ts';
import { setStage } from './scenes.ts';
import { subscriptionDraft, subscriptionLife } from './subscription-events.ts';
import { attributeDraft, costDraft, invoiceDraft, leadDraft, noiseDraft, orderDraft, refundDraft } from './trade-events.ts';

export interface HistoryOptions extends Partial<AskOptions> {
  readonly eventCountMax?: number;
  readonly customerCountMax?: number;
  readonly basis?: HistorySettings['basis'];
  readonly zone?: string;
  readonly currency?: string;
  readonly lapseAfterDays?: number;
  readonly freeOrders?: 'count' | 'skip';
  readonly tenant?: string;
  /**
   * Where a real broker gives the append times: all events arrive about now, what is ahead is hours ahead, and half of the
   * histories play in the last days. Give the moment just before publishing.
   */
  readonly appendAtMs?: number;
}

const currencies = ['EUR', 'EUR', 'USD', 'JPY', 'KWD'] as const;

/**
 * A nasty little company: few customers, much happening to each, in the worst order.
 *
 * Holds    the same seed and options give the same history; append times never fall; every event is one that `decode` takes,
 *          but for those whose time or effective_at lies too far ahead
 */
export function randomHistory(seed: number, options: HistoryOptions = {}): History {
  const draw = drawFrom(seed);
  const lapseDays = options.lapseAfterDays ?? draw.pick([1, 1, 7, 30, 90]);
  const lapseMs = lapseDays * dayMs;
  const stage = setStage(draw, { ...pickGiven(options), lapseMs });
  const settings: HistorySettings = {
    basis: options.basis ?? draw.pick(['subscriptions', 'purchases'] as const),
    lapse_after_days: lapseDays,
    zone: stage.zone,
    currency: options.currency ?? draw.pick(currencies),
    free_orders: options.freeOrders ?? draw.pick(['count', 'skip'] as const),
  };
  const customers = ['c1', 'c2', 'c:3', 'kundin-é', 'c5', 'c6'].slice(0, draw.int(1, Math.min(6, options.customerCountMax ?? 4)));
  const other = settings.currency === 'USD' ? 'EUR' : 'USD';
  const cast: Cast = { draw, stage, lapseMs, customers, currency: () => (draw.chance(0.85) ? settings.currency : other) };
  const events = arrive(draw, drawDrafts(cast, settings, options.eventCountMax ?? 40), options.appendAtMs);
  const asks = drawAsks(draw, stage, {
    askCount: options.askCount ?? 20,
    windowEdges: options.windowEdges ?? 'minute',
    kpiDimensions: options.kpiDimensions ?? kpiDimensions,
  });
  const history = { name: `seed ${seed}`, settings, events, asks };
  return options.tenant === undefined ? history : inTenant(history, options.tenant);
}

function pickGiven({ zone, appendAtMs }: HistoryOptions): { zone?: string; appendAtMs?: number } {
  return { ...(zone === undefined ? {} : { zone }), ...(appendAtMs === undefined ? {} : { appendAtMs }) };
}

function drawDrafts(cast: Cast, settings: HistorySettings, countMax: number): Draft[] {
  const { draw } = cast;
  const count = draw.int(Math.ceil(countMax / 4), countMax);
  const drafts: Draft[] = [];
  const subscriptionShare = draw.pick(settings.basis === 'subscriptions' ? [0.8, 0.5, 0.2] : [0.6, 0.2, 0]);
  while (drafts.length < count) {
    if (!draw.chance(subscriptionShare)) drafts.push(drawOther(cast));
    else if (draw.chance(0.25)) drafts.push(...subscriptionLife(cast, draw.int(2, 7)));
    else drafts.push(subscriptionDraft(cast));
  }
  return drafts;
}

const otherDrafts = [
  orderDraft,
  orderDraft,
  orderDraft,
  orderDraft,
  refundDraft,
  invoiceDraft,
  leadDraft,
  costDraft,
  costDraft,
  attributeDraft,
];

function drawOther(cast: Cast): Draft {
  return cast.draw.chance(0.04) ? noiseDraft(cast) : cast.draw.pick(otherDrafts)(cast);
}
