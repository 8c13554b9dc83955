/** Bytes of a record to an event, or to what is wrong with it. Never throws: one bad event never costs its neighbours. */
import { checkTime, readEnvelope, type Envelope } from './envelope.ts';
import { partitionKey, partitionOf } from './partition.ts';
import { readData } from './read-data.ts';
import { readJson } from './read-json.ts';
import { compiledTypes, eventTypes, type EventData, type EventType } from './registry.ts';
import { describeFound, reject, type Rejection } from './rejection.ts';

/** What Kafka says about a record beside its value. */
export interface RecordMeta {
  readonly topic: string;
  readonly partition: number;
  readonly partitionCount: number;
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly appendTimeMs: number;
}

/** One business fact. `timeMs` is event time; instants in `data` are epoch ms as well. */
export type Event = {
  [T in EventType]: {
    readonly type: T;
    readonly tenant: string;
    readonly source: string;
    readonly id: string;
    readonly subject: string;
    readonly timeMs: number;
    readonly data: EventData<T>;
  };
}[EventType];

export type Decoded = { readonly ok: true; readonly event: Event } | { readonly ok: false; readonly rejection: Rejection };

/**
 * Decodes the record of a topic, with every check that DESIGN asks for.
 *
 * Holds    never throws; the same bytes and record always give the same answer; unknown extra fields are ignored
 * Errors   a Rejection whose reason is one of `rejectionReasons`
 */
export function decode(value: Uint8Array | null, record: RecordMeta): Decoded {
  if (value === null) return refuse({ reason: 'tombstone', field: 'value', expected: 'an event', found: 'no value (a tombstone)' });
  return guarded(value, record.appendTimeMs, record);
}

/**
 * Decodes an event that was accepted before, for reading it again from storage: as `decode`, without the check of its routing.
 */
export function decodeStored(value: Uint8Array, appendTimeMs: number): Decoded {
  return guarded(value, appendTimeMs, undefined);
}

function guarded(value: Uint8Array, appendTimeMs: number, record: RecordMeta | undefined): Decoded {
  try {
    return decodeSteps(value, appendTimeMs, record);
  } catch (error) {
    // Nothing below throws by design. If it does, the record is set aside like any other and the rest goes on.
    const found = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return refuse({
      reason: 'internal_error',
      field: 'value',
      expected: 'decoding to work',
      found,
      advice: 'this is a fault of Vigie, please report it',
    });
  }
}

function decodeSteps(value: Uint8Array, appendTimeMs: number, record: RecordMeta | undefined): Decoded {
  const json = readJson(value);
  if (!json.ok) return json;
  const read = readEnvelope(json.body);
  if (!read.ok) return read;
  const { envelope } = read;
  const type = compiledTypes.get(envelope.type);
  if (type === undefined) return refuseType(envelope.type);
  const wrong = (record && checkRouting(envelope, record)) ?? checkTime(envelope, appendTimeMs);
  if (wrong !== undefined) return { ok: false, rejection: wrong };
  const read2 = readData(type, envelope.data, appendTimeMs);
  if (!read2.ok) return read2;
  const { tenant, source, id, subject, timeMs } = envelope;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema was found by the type, so type and data belong together
  return { ok: true, event: { type: type.type, tenant, source, id, subject, timeMs, data: read2.data } as unknown as Event };
}

/** A record elsewhere than its key says would give one customer two timelines. */
function checkRouting(envelope: Envelope, record: RecordMeta): Rejection | undefined {
  const expectedKey = partitionKey(envelope.tenant, envelope.subject);
  if (record.key === null || !isSameText(record.key, expectedKey)) {
    const found = record.key === null ? 'no key' : describeFound(Buffer.from(record.key).toString('utf8'));
    return reject({ reason: 'misrouted', field: 'key', expected: `the key ${describeFound(expectedKey)} (tenantid:subject)`, found });
  }
  const partition = partitionOf(record.key, record.partitionCount);
  if (partition === record.partition) return undefined;
  return reject({
    reason: 'misrouted',
    field: 'partition',
    expected: `partition ${partition} of ${record.partitionCount}, by murmur2 of the key`,
    found: `partition ${record.partition}`,
    advice: 'with librdkafka set partitioner=murmur2_random',
  });
}

function isSameText(bytes: Uint8Array, text: string): boolean {
  if (bytes.length < text.length) return false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return Buffer.from(text).equals(bytes);
    if (code !== bytes[index]) return false;
  }
  return bytes.length === text.length;
}

function refuseType(type: string): Decoded {
  const near = eventTypes.find((known) => flatten(known) === flatten(type));
  const advice = near === undefined ? 'docs/events.md lists all types' : `did you mean ${near}?`;
  return refuse({
    reason: 'unknown_type',
    field: 'type',
    expected: `one of the ${eventTypes.length} event types`,
    found: describeFound(type),
    advice,
  });
}

/** `OrderPlaced`, `order_placed` and `order.placed` are one word to a person. */
function flatten(type: string): string {
  return type
    .slice(0, 64)
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}

function refuse(fault: Parameters<typeof reject>[0]): Decoded {
  return { ok: false, rejection: reject(fault) };
}
