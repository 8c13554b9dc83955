import { effectiveAheadMsMax, partitionKey, type RejectionReason, valueBytesMax } from '@vigie/events';
import type { Emission } from './emission.ts';

/** The reasons that a single record can be refused for when it is decoded. */
export const badReasons = [
  'bad_json',
  'not_an_envelope',
  'unknown_type',
  'schema_violation',
  'lone_surrogates',
  'number_out_of_range',
  'time_out_of_range',
  'effective_at_out_of_range',
  'too_large',
  'tombstone',
  'misrouted',
] as const satisfies readonly RejectionReason[];
export type BadReason = (typeof badReasons)[number];

interface Wrong {
  readonly value: string | null;
  readonly keySubject?: string;
}

interface Making {
  readonly tenant: string;
  readonly number: number;
  readonly nowMs: number;
}

const dayMs = 86_400_000;

/** A record that a careless producer might send, to be refused for exactly this reason. Its key belongs to the tenant. */
export function badRecord(reason: BadReason, making: Making): Emission {
  const subject = `bad-${making.number}`;
  const { value, keySubject = subject } = wrongs[reason](making, subject);
  const key = partitionKey(making.tenant, keySubject);
  return { sendMs: making.nowMs, type: 'bad', key, value, verdict: 'bad', reason, lateMs: 0, truth: [] };
}

function orderText(making: Making, change: { envelope?: Record<string, unknown>; data?: Record<string, unknown> } = {}): string {
  const { tenant, number, nowMs } = making;
  return JSON.stringify({
    specversion: '1.0',
    id: `bad/${number}`,
    source: 'simulator/careless',
    type: 'order.placed',
    subject: `bad-${number}`,
    time: new Date(nowMs).toISOString(),
    tenantid: tenant,
    data: { order_id: `bad-${number}`, gross_minor: 1_000, currency: 'EUR', ...change.data },
    ...change.envelope,
  });
}

const wrongs: Readonly<Record<BadReason, (making: Making, subject: string) => Wrong>> = {
  bad_json: (making) => ({ value: orderText(making).slice(0, -3) }),
  not_an_envelope: (making) => ({ value: orderText(making, { envelope: { specversion: undefined } }) }),
  unknown_type: (making) => ({ value: orderText(making, { envelope: { type: 'order.teleported' } }) }),
  schema_violation: (making) => ({ value: orderText(making, { data: { currency: 'euros' } }) }),
  lone_surrogates: (making) => ({ value: orderText(making, { data: { channel: 'x' } }).replace('"x"', String.raw`"\ud800"`) }),
  number_out_of_range: (making) => ({ value: orderText(making).replace('1000', '9007199254740993') }),
  // Days ahead, so that it stays ahead however long the record waits to be sent.
  time_out_of_range: (making) => ({
    value: orderText(making, { envelope: { time: new Date(making.nowMs + 4_000 * dayMs).toISOString() } }),
  }),
  effective_at_out_of_range: (making, subject) => {
    const farMs = making.nowMs + effectiveAheadMsMax + 4_000 * dayMs;
    const data = { subscription_id: subject, effective_at: new Date(farMs).toISOString() };
    return { value: orderText(making, { envelope: { type: 'subscription.ended', data } }) };
  },
  too_large: (making) => ({ value: orderText(making, { data: { note: 'x'.repeat(valueBytesMax) } }) }),
  tombstone: () => ({ value: null }),
  misrouted: (making, subject) => ({ value: orderText(making), keySubject: `${subject}-elsewhere` }),
};
