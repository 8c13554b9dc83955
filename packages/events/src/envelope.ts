/** The attributes around an event's data. Checked by hand: it is the same for every event, and half of what decoding costs. */
import { textExpected, textPattern } from './fields.ts';
import { instantAdvice, instantExpected, instantMsMax, isFarYear, parseInstant } from './instant.ts';
import type { Json } from './read-json.ts';
import { describeFound, reject, type Rejection, type RejectionReason } from './rejection.ts';

export const tenantDefault = 'default';
export const tenantPattern = /^[a-z0-9][a-z0-9_-]{0,63}$/;
/** A clock may run ahead of the broker's by this much. */
export const timeAheadMsMax = 15 * 60_000;

export interface Envelope {
  readonly type: string;
  readonly tenant: string;
  readonly source: string;
  readonly id: string;
  readonly subject: string;
  readonly timeMs: number;
  readonly data: unknown;
}

type EnvelopeRead = { readonly ok: true; readonly envelope: Envelope } | { readonly ok: false; readonly rejection: Rejection };

/**
 * Takes the envelope apart.
 *
 * Holds    every attribute is as DESIGN says, apart from the range of `time`, which `checkTime` looks at, and `data`, which the type's schema does
 */
export function readEnvelope(body: Json): EnvelopeRead {
  const { specversion, id, source, type, subject, time } = body;
  const tenant = body['tenantid'] ?? tenantDefault;
  if (specversion !== '1.0') return fail('specversion', specversion, 'the text "1.0"');
  if (typeof id !== 'string' || !textPattern.test(id)) return fail('id', id, textExpected);
  if (typeof source !== 'string' || !textPattern.test(source)) return fail('source', source, textExpected);
  if (typeof type !== 'string') return fail('type', type, 'an event type such as order.placed');
  if (typeof subject !== 'string' || !textPattern.test(subject)) return fail('subject', subject, textExpected);
  if (typeof tenant !== 'string' || !tenantPattern.test(tenant)) {
    return fail('tenantid', tenant, '1 to 64 lower case letters, digits, _ and -, starting with a letter or digit');
  }
  if (typeof time !== 'string') return failTime(time);
  const timeMs = parseInstant(time);
  if (Number.isNaN(timeMs)) return isFarYear(time) ? failFarTime(time) : failTime(time);
  const contentType = body['datacontenttype'];
  if (contentType !== undefined && (typeof contentType !== 'string' || !/^application\/json\b/i.test(contentType))) {
    return fail('datacontenttype', contentType, 'application/json, or nothing');
  }
  if (!Object.hasOwn(body, 'data')) return fail('data', undefined, 'an object');
  return { ok: true, envelope: { type, tenant, source, id, subject, timeMs, data: body['data'] } };
}

/** Refuses a `time` that cannot be: before 1970, or further ahead of the append time than clocks run apart. */
export function checkTime(envelope: Envelope, appendTimeMs: number): Rejection | undefined {
  const { timeMs } = envelope;
  if (timeMs >= 0 && timeMs <= appendTimeMs + timeAheadMsMax) return undefined;
  return reject({
    reason: 'time_out_of_range',
    field: 'time',
    expected: `a time from 1970 on, at most 15 minutes after the append time ${formatMs(appendTimeMs)}`,
    found: formatMs(timeMs),
    advice: "check the producer's clock and offset",
  });
}

export function formatMs(timeMs: number): string {
  return Math.abs(timeMs) <= instantMsMax ? new Date(timeMs).toISOString() : `${timeMs} ms`;
}

function fail(field: string, found: unknown, expected: string): EnvelopeRead {
  return failWith('not_an_envelope', { field, expected, found: describeFound(found) });
}

function failTime(time: unknown): EnvelopeRead {
  const advice = instantAdvice(time);
  return failWith('not_an_envelope', {
    field: 'time',
    expected: instantExpected,
    found: describeFound(time),
    ...(advice === undefined ? {} : { advice }),
  });
}

function failFarTime(time: string): EnvelopeRead {
  return failWith('time_out_of_range', { field: 'time', expected: 'a year from 1970 to 9999', found: describeFound(time) });
}

function failWith(reason: RejectionReason, detail: { field: string; expected: string; found: string; advice?: string }): EnvelopeRead {
  return { ok: false, rejection: reject({ reason, ...detail }) };
}
