import { zstdCompressSync } from 'node:zlib';
import type { Event, Rejection } from '@vigie/events';
import { type Fact, unknownValue } from '@vigie/kpis';
import { RowWriter } from './row-writer.ts';

/** The tables that a batch has rows for, in the order in which they must be inserted: `applied` comes after all of them. */
export const blockTables = ['facts', 'dead_letters', 'events'] as const;
export type BlockTable = (typeof blockTables)[number];

/** Where a record lies in Kafka, and when it was accepted. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly appendTimeMs: number;
}

/**
 * Collects the rows of one batch and packs them into ready-made blocks.
 *
 * Holds    a block is a whole zstd frame of RowBinary, so that blocks can be joined and posted as one insert
 */
export class BlockBuilder {
  readonly #generation: number;
  readonly #facts = new RowWriter();
  readonly #deadLetters = new RowWriter();
  readonly #events = new RowWriter();

  constructor(generation: number) {
    this.#generation = generation;
  }

  addEvent(event: Event, body: Uint8Array, place: RecordPlace): void {
    const rows = this.#events;
    rows.string(event.tenant);
    rows.string(event.source);
    rows.string(event.id);
    rows.string(event.type);
    rows.string(event.subject);
    rows.int64(event.timeMs);
    rows.int64(place.appendTimeMs);
    rows.string(place.topic);
    rows.uint16(place.partition);
    rows.int64(place.offset);
    rows.raw(body);
    rows.endRow();
  }

  /** `facts` in their canonical order: the position in the list is part of each fact's identity. */
  addFacts(tenant: string, facts: readonly Fact[], place: RecordPlace): void {
    const rows = this.#facts;
    for (let ordinal = 0; ordinal < facts.length; ordinal++) {
      const fact = facts[ordinal]!;
      const { dims } = fact;
      rows.uint32(this.#generation);
      rows.string(tenant);
      rows.string(fact.fact);
      rows.string(fact.currency);
      rows.int64(fact.at);
      rows.int64(fact.since);
      rows.int64(fact.value);
      rows.string(dims.channel ?? unknownValue);
      rows.string(dims.campaign ?? unknownValue);
      rows.string(dims.segment ?? unknownValue);
      rows.string(dims.country ?? unknownValue);
      rows.string(dims.plan ?? unknownValue);
      rows.string(dims.product ?? unknownValue);
      rows.string(fact.entity);
      rows.string(place.topic);
      rows.uint16(place.partition);
      rows.int64(place.offset);
      rows.uint32(ordinal);
      rows.endRow();
    }
  }

  addDeadLetter(rejection: Rejection, record: { key: Uint8Array | null; body: Uint8Array | null }, place: RecordPlace): void {
    const rows = this.#deadLetters;
    rows.string(place.topic);
    rows.uint16(place.partition);
    rows.int64(place.offset);
    rows.int64(place.appendTimeMs);
    rows.string(rejection.reason);
    rows.string(rejection.field);
    rows.string(rejection.expected);
    rows.string(rejection.found);
    rows.string(rejection.message);
    rows.raw(record.key ?? new Uint8Array());
    rows.raw(record.body ?? new Uint8Array());
    rows.endRow();
  }

  /** Compressed blocks by table, with the number of rows of each. */
  finish(): Record<string, Uint8Array> {
    const blocks: Record<string, Uint8Array> = {};
    const writers = { facts: this.#facts, dead_letters: this.#deadLetters, events: this.#events };
    for (const table of blockTables) {
      const writer = writers[table];
      blocks[`${table}.rows`] = Buffer.from(String(writer.rowCount));
      if (writer.rowCount > 0) blocks[table] = zstdCompressSync(writer.bytes());
    }
    return blocks;
  }
}
