import { randomUUID } from 'node:crypto';
import { type CompleteEventInput, decodeStored, encode, type EventInput, eventTypes, type Rejection } from '@vigie/events';
import { nearest } from '@vigie/runtime';

export interface ReadyRecord {
  readonly key: string;
  readonly value: string;
}

export type Checked =
  { readonly ok: true; readonly record: ReadyRecord; readonly idMade: boolean } | { readonly ok: false; readonly problem: string };

export interface Defaults {
  readonly source: string;
  readonly tenant: string;
  readonly nowMs: number;
}

/**
 * Fills in what an event left out and judges it as the consumer will, so that a mistake is seen here and not in the dead letters.
 *
 * Shapes   written: an envelope, or {type, subject, data, id?, time?, source?, tenant? (or tenantid)}
 * Holds    a key that means nothing here is refused, not dropped: a mistyped `time` or `tenant` would move the event without a word
 */
export function completeEvent(written: unknown, defaults: Defaults): Checked {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    return {
      ok: false,
      problem: `expected a JSON object {type, subject, data}, found ${JSON.stringify(written)?.slice(0, 60) ?? typeof written}`,
    };
  }
  const stranger = unknownKey(written);
  if (stranger !== null) return { ok: false, problem: stranger };
  const input = fromEnvelope(written);
  const idMade = input.id === undefined;
  const complete = {
    ...input,
    id: input.id ?? randomUUID(),
    time: input.time ?? defaults.nowMs,
    source: input.source ?? defaults.source,
    tenant: input.tenant ?? defaults.tenant,
  } as CompleteEventInput;
  let record: ReadyRecord;
  try {
    record = encode(complete);
  } catch (error) {
    return {
      ok: false,
      problem: `expected an event, found that it cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  const decoded = decodeStored(Buffer.from(record.value), defaults.nowMs);
  return decoded.ok ? { ok: true, record, idMade } : { ok: false, problem: describe(decoded.rejection, input.type) };
}

const ownKeys = ['type', 'subject', 'data', 'id', 'time', 'source', 'tenant'];
/** CloudEvents 1.0 allows these and extensions beside them; without specversion it is no envelope, and nothing else is meant. */
const envelopeKeys = ['specversion', 'tenantid', 'datacontenttype', 'dataschema'];

function unknownKey(written: object): string | null {
  if ('specversion' in written) return null;
  const known = [...ownKeys, 'tenantid'];
  const stranger = Object.keys(written).find((key) => !known.includes(key));
  if (stranger === undefined) return null;
  const meant = nearest(stranger, known);
  const hint = meant === null ? 'fields of the event itself go into data' : `did you mean ${meant}?`;
  return `expected only ${known.join(', ')} beside each other, found ${JSON.stringify(stranger)}; ${hint}`;
}

function fromEnvelope(written: object): Partial<EventInput> {
  const { tenantid, ...rest } = written as Record<string, unknown>;
  const own = Object.entries(rest).filter(([key]) => ownKeys.includes(key) || !envelopeKeys.includes(key));
  return { ...Object.fromEntries(own), ...(tenantid === undefined ? {} : { tenant: tenantid }) } as Partial<EventInput>;
}

function describe(rejection: Rejection, type: string | undefined): string {
  const meant = rejection.reason === 'unknown_type' && typeof type === 'string' ? nearest(type, eventTypes) : null;
  return `${rejection.message} [${rejection.reason}]${meant === null ? '' : `; did you mean ${meant}?`}`;
}
