import { tenantDefault } from './envelope.ts';
import { partitionKey } from './partition.ts';
import type { EventType, WireData } from './registry.ts';

/** An event as an application states it: instants in `data` are RFC 3339 text. */
export interface EventInput<T extends EventType = EventType> {
  readonly type: T;
  readonly subject: string;
  readonly data: WireData<T>;
  readonly id?: string;
  /** When it happened: a Date, epoch ms, or RFC 3339 text. */
  readonly time?: Date | string | number;
  readonly source?: string;
  readonly tenant?: string;
}

/** An event with nothing left to fill in (a tenant left out is `default`). */
export type CompleteEventInput<T extends EventType = EventType> = EventInput<T> & Required<Pick<EventInput<T>, 'id' | 'time' | 'source'>>;

/**
 * Writes an event as the key and value of a Kafka record.
 *
 * Holds    decode(encode(e)) gives e back; the data is not checked here: `decodeStored` of the value does that
 */
export function encode<T extends EventType>(event: CompleteEventInput<T>): { readonly key: string; readonly value: string } {
  const { id, source, type, subject, data } = event;
  const tenantid = event.tenant ?? tenantDefault;
  const value = JSON.stringify({ specversion: '1.0', id, source, type, subject, time: wireTime(event.time), tenantid, data });
  return { key: partitionKey(tenantid, subject), value };
}

function wireTime(time: Date | string | number): string {
  if (typeof time === 'string') return time;
  const date = new Date(time);
  // An invalid date goes out as it is called, so that validation can name it.
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}
