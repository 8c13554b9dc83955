import { randomUUID } from 'node:crypto';
import { type CompleteEventInput, decodeStored, encode, type EventInput, eventTypes, type Rejection, tenantDefault } from '@vigie/events';
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
 * Shapes   written: an envelope (with specversion) or {type, subject, data, id?, time?, source?, tenant?}
 */
export function completeEvent(written: unknown, defaults: Defaults): Checked {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    return {
      ok: false,
      problem: `expected a JSON object {type, subject, data}, found ${JSON.stringify(written)?.slice(0, 60) ?? typeof written}`,
    };
  }
  const input = 'specversion' in written ? fromEnvelope(written) : (written as Partial<EventInput>);
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

function fromEnvelope(envelope: object): Partial<EventInput> {
  const { tenantid = tenantDefault, specversion: _version, ...rest } = envelope as Record<string, unknown>;
  return { ...rest, tenant: tenantid } as Partial<EventInput>;
}

function describe(rejection: Rejection, type: string | undefined): string {
  const meant = rejection.reason === 'unknown_type' && typeof type === 'string' ? nearest(type, eventTypes) : null;
  return `${rejection.message} [${rejection.reason}]${meant === null ? '' : `; did you mean ${meant}?`}`;
}
