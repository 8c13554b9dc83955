import { partitionKey, partitionOf } from '../partition.ts';
import type { RejectionReason } from '../rejection.ts';

/** A record that a careless or hostile producer might send, with what has to become of it. `accepted`: looks wrong and is not. */
export interface CorpusRecord {
  readonly name: string;
  readonly value: Uint8Array | null;
  readonly key: Uint8Array | null;
  readonly partition: number;
  readonly expected: RejectionReason | 'accepted';
  /** The field that the rejection has to name. */
  readonly field?: string;
}

export interface CorpusContext {
  readonly appendTimeMs: number;
  readonly partitionCount: number;
}

export type Verdict = CorpusRecord['expected'];

/** What goes out: a value, and where it differs from what belongs to that value, the key and a shift of the partition. */
interface Sent {
  readonly value: string | Uint8Array | null;
  readonly field?: string;
  readonly key?: string | null;
  readonly shift?: number;
}

function isSent(sent: Sent | Sent['value']): sent is Sent {
  return typeof sent === 'object' && sent !== null && !(sent instanceof Uint8Array);
}

export class CorpusBuilder {
  readonly records: CorpusRecord[] = [];
  readonly #context: CorpusContext;

  constructor(context: CorpusContext) {
    this.#context = context;
  }

  /** RFC 3339 text of a moment so many ms after the append time. */
  at(offsetMs: number): string {
    return new Date(this.#context.appendTimeMs + offsetMs).toISOString();
  }

  /** An order that is accepted as it is; every bad record is this one with one thing wrong. */
  order(changes: Record<string, unknown> = {}, data: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      specversion: '1.0',
      id: 'corpus-1',
      source: 'corpus',
      type: 'order.placed',
      subject: 'cust-1',
      time: this.at(-1000),
      tenantid: 'default',
      data: { order_id: 'o-1', gross_minor: 1000, currency: 'EUR', ...data },
      ...changes,
    };
  }

  text(changes: Record<string, unknown> = {}, data: Record<string, unknown> = {}): string {
    return JSON.stringify(this.order(changes, data));
  }

  add(name: string, expected: Verdict, sent: Sent | Sent['value']): void {
    const { value, ...more } = isSent(sent) ? sent : { value: sent };
    const { partitionCount } = this.#context;
    const keyText = more.key === undefined ? keyOf(value) : more.key;
    const key = keyText === null ? null : Buffer.from(keyText);
    const home = key === null ? 0 : partitionOf(key, partitionCount);
    const partition = (home + (more.shift ?? 0)) % partitionCount;
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    this.records.push({ name, value: bytes, key, partition, expected, ...(more.field === undefined ? {} : { field: more.field }) });
  }

  addEvent(
    name: string,
    verdict: Verdict,
    parts: { changes?: Record<string, unknown>; data?: Record<string, unknown>; field?: string },
  ): void {
    this.add(name, verdict, { value: this.text(parts.changes, parts.data), ...(parts.field === undefined ? {} : { field: parts.field }) });
  }
}

/** The key that belongs to a value, where it can be read; routing must not be what such a record is refused for. */
function keyOf(value: Sent['value']): string {
  try {
    const body: unknown = JSON.parse(typeof value === 'string' ? value : Buffer.from(value ?? []).toString());
    const { tenantid = 'default', subject = '' }: { tenantid?: unknown; subject?: unknown } = Object(body);
    return typeof tenantid === 'string' && typeof subject === 'string' ? partitionKey(tenantid, subject) : 'default:cust-1';
  } catch {
    return 'default:cust-1';
  }
}
