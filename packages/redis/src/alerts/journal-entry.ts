/** What is durable: each kind is a hash of its own in Redis, but for transitions, which are a stream. */
export type JournalKind =
  | 'rule'
  /** What stays of a rule that was removed. */
  | 'removed'
  | 'transition'
  | 'arrival'
  | 'lane'
  | 'notification'
  /** A failed attempt of a notification that waits. */
  | 'attempt'
  | 'dead'
  | 'silence'
  | 'acknowledgement'
  /** A channel that is switched off. */
  | 'channel'
  | 'epoch';

/** One durable thing as it stands after a write; every write puts these on the journal in the same script as the write itself. */
export interface JournalEntry {
  /** The entry of the stream that it came in; all things of one write share it. */
  readonly id: string;
  readonly kind: JournalKind;
  readonly key: string;
  /** Rises over all that is written, so it also says how much a Redis knows. */
  readonly revision: number;
  /** JSON; '' = gone. */
  readonly body: string;
}

/** What ClickHouse knows that was written after some moment: of each thing the newest. */
export interface AlertSnapshot {
  /** The epoch that it was written in; null: ClickHouse knows of none. */
  readonly epoch: string | null;
  /** Older revisions do not count: they are from before ClickHouse itself was lost. */
  readonly since: number;
  /** The greatest revision that it knows; 0: none. */
  readonly revision: number;
  readonly entries: readonly Omit<JournalEntry, 'id'>[];
}
