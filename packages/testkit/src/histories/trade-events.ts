import { dimensionNames, dimensionValues, someDimensions } from './drafts.ts';
import type { Cast, Draft } from './drafts.ts';
import { dayMs } from './local-days.ts';
import { instantOn, spell } from './scenes.ts';

const when = (cast: Cast): number => instantOn(cast.draw, cast.stage, cast.lapseMs);

export function orderDraft(cast: Cast): Draft {
  const { draw } = cast;
  const gross = draw.pick([0, 1, 999, 1000, 1000, 12_990]);
  const anonymous = draw.chance(0.15);
  const orderId = `o-${draw.int(1, 9999)}`;
  const data: Record<string, unknown> = { order_id: orderId, gross_minor: gross, currency: cast.currency() };
  if (draw.chance(0.4)) data['discount_minor'] = draw.pick([0, Math.floor(gross / 3), gross]);
  if (draw.chance(0.2)) data['tax_minor'] = draw.int(0, 500);
  if (anonymous) data['anonymous'] = true;
  else if (draw.chance(0.1)) data['anonymous'] = false;
  return {
    type: 'order.placed',
    subject: anonymous ? orderId : draw.pick(cast.customers),
    timeMs: when(cast),
    data: { ...data, ...someDimensions(draw, dimensionNames) },
  };
}

export function refundDraft(cast: Cast): Draft {
  const { draw } = cast;
  const data = { refund_id: `r-${draw.int(1, 9999)}`, amount_minor: draw.pick([1, 900, 12_990]), currency: cast.currency() };
  const refunded = draw.chance(0.6)
    ? { type: 'order.refunded', of: { order_id: 'o-1' } }
    : { type: 'invoice.refunded', of: { invoice_id: 'i-1' } };
  const dims = someDimensions(draw, dimensionNames);
  return { type: refunded.type, subject: draw.pick(cast.customers), timeMs: when(cast), data: { ...data, ...refunded.of, ...dims } };
}

export function invoiceDraft(cast: Cast): Draft {
  const { draw } = cast;
  const data: Record<string, unknown> = {
    invoice_id: `i-${draw.int(1, 9999)}`,
    net_minor: draw.pick([0, 700, 2900]),
    currency: cast.currency(),
  };
  if (draw.chance(0.4)) data['discount_minor'] = draw.pick([0, 100]);
  if (draw.chance(0.3)) data['tax_minor'] = 580;
  const dims = someDimensions(draw, dimensionNames);
  return { type: 'invoice.paid', subject: draw.pick(cast.customers), timeMs: when(cast), data: { ...data, ...dims } };
}

export function leadDraft(cast: Cast): Draft {
  const { draw } = cast;
  const subject = draw.chance(0.5) ? draw.pick(cast.customers) : draw.pick(['lead-1', 'lead-2']);
  const type = draw.chance(0.85) ? 'lead.created' : 'lead.disqualified';
  return { type, subject, timeMs: when(cast), data: { lead_id: `l-${subject}`, ...someDimensions(draw, ['channel', 'campaign']) } };
}

/** A cost, often spread over a period whose days rarely divide it, at times negative (a credit note). */
export function costDraft(cast: Cast): Draft {
  const { draw } = cast;
  const category = draw.pick([
    'marketing',
    'marketing',
    'marketing',
    'sales',
    'sales',
    'cogs',
    'service',
    'retention',
    'payroll',
    'overhead',
  ]);
  const amount = draw.pick([1, 2, 5, 100, 5000, 1_000_003]) * (draw.chance(0.25) ? -1 : 1);
  const data: Record<string, unknown> = { cost_id: `k-${draw.int(1, 9999)}`, category, amount_minor: amount, currency: cast.currency() };
  if (draw.chance(0.7)) Object.assign(data, servicePeriod(cast));
  const dims = someDimensions(draw, ['channel', 'campaign', 'product', 'segment']);
  return { type: 'cost.recorded', subject: 'cost-centre', timeMs: when(cast), data: { ...data, ...dims } };
}

function servicePeriod(cast: Cast): { service_start: string; service_end: string } {
  const { draw, stage } = cast;
  if (draw.chance(0.5)) {
    const startMs = when(cast);
    // Two days at least: one may be a date that its zone skipped.
    const endMs = startMs + draw.pick([2, 3, 7, 31, 120]) * dayMs;
    return { service_start: new Date(startMs).toISOString().slice(0, 10), service_end: new Date(endMs).toISOString().slice(0, 10) };
  }
  const startMs = draw.chance(0.6) ? draw.pick(stage.dayEdges) : when(cast);
  const laterEdges = stage.dayEdges.filter((edge) => edge > startMs);
  const lengthMs = draw.pick([1, 3, 7, 31, 120]) * dayMs + draw.pick([-dayMs / 24, 0, 0, 1, dayMs / 2]);
  const endMs = laterEdges.length > 0 && draw.chance(0.5) ? draw.pick(laterEdges) : startMs + lengthMs;
  return { service_start: spell(draw, startMs), service_end: spell(draw, endMs) };
}

/** What a customer counts as now, for its whole past. */
export function attributeDraft(cast: Cast): Draft {
  const { draw } = cast;
  const subject = draw.pick(cast.customers);
  if (draw.chance(0.5)) {
    const campaign = someDimensions(draw, ['campaign']);
    return { type: 'customer.attributed', subject, timeMs: when(cast), data: { channel: draw.pick(dimensionValues.channel), ...campaign } };
  }
  const dimension = draw.pick(['segment', 'country'] as const);
  const value = draw.pick<string>(dimensionValues[dimension]);
  return { type: 'customer.segment_changed', subject, timeMs: when(cast), data: { dimension, value } };
}

/** An event that none of the KPIs is made of. */
export function noiseDraft(cast: Cast): Draft {
  const subject = cast.draw.pick(cast.customers);
  return { type: 'visit.recorded', subject, timeMs: when(cast), data: { session_id: 'v-1', channel: 'search' } };
}
