import type { Acknowledgement, AlertRecord, Lane, Silence } from '@vigie/alerting';
import type { RedisClient } from '../connect.ts';
import {
  adoptLegacy,
  beginEpoch,
  beginEpochOver,
  hasUntoldEpoch,
  journalDepth,
  readEpoch,
  readJournal,
  readRevision,
  restoreSnapshot,
  trimJournal,
} from './journal.ts';
import type { AlertSnapshot, JournalEntry } from './journal-entry.ts';
import { journalAgain } from './journal-again.ts';
import { alertRoot, ruleOf } from './keys.ts';
import { commitLane, dueLanes, knownLanes, loadLane, wakeLanes, type LaneCommit, type LaneView } from './lanes.ts';
import {
  claimNotifications,
  type Claim,
  outboxDepth,
  readDeadLetters,
  readDeliveries,
  readWaiting,
  retryDead,
  settleNotification,
  type ClaimedNotification,
  type DeadLetter,
  type Delivery,
  type Outcome,
  type Retried,
  type WaitingNotification,
} from './outbox.ts';
import {
  disableChannel,
  dropAcknowledgement,
  enableChannel,
  putAcknowledgement,
  putSilence,
  readAcknowledgements,
  readDisabledChannels,
  readSilences,
  type DisabledChannel,
} from './overlays.ts';
import { commitRule, loadRule, readHistory, type Commit, type CommitResult, type RuleState } from './rules.ts';
import type { AlertRedis } from './run-script.ts';

/**
 * Bytes of writes that may wait for ClickHouse; past it nothing is judged or announced rather than lost. Ten thousand transitions and more, at up to
 * 25 kB each with its explanation, lanes and messages; windows without a transition leave one entry per rule, however many there are.
 */
const journalBytesMaxDefault = 256 * 1024 * 1024;

type RuleName = { readonly tenant: string; readonly uid: string };

export interface AlertStore {
  readonly load: (rule: RuleName) => Promise<RuleState>;
  /** Every rule that has state, in the file or not. */
  readonly knownRules: () => Promise<readonly RuleName[]>;
  readonly commit: (commit: Commit) => Promise<CommitResult>;
  /** The newest records first. */
  readonly history: (countMax: number) => Promise<readonly AlertRecord[]>;

  /** Lanes due at a moment, the longest due first. */
  readonly dueLanes: (at: { nowMs: number; countMax: number }) => Promise<readonly Lane[]>;
  readonly knownLanes: () => Promise<readonly Lane[]>;
  readonly loadLane: (lane: Lane) => Promise<LaneView>;
  readonly commitLane: (change: LaneCommit) => Promise<CommitResult>;
  /** Brings forward when lanes are looked at, for overlays that changed; a lane that is being planned right now is planned again. */
  readonly wakeLanes: (lanes: readonly Lane[], dueMs: number) => Promise<CommitResult>;

  readonly silences: () => Promise<readonly Silence[]>;
  /** Writes a silence under its id; those that were over for a day when it was made are dropped. */
  readonly putSilence: (silence: Silence) => Promise<void>;
  readonly acknowledgements: () => Promise<ReadonlyMap<string, Acknowledgement>>;
  readonly putAcknowledgement: (acknowledgement: Acknowledgement) => Promise<void>;
  readonly dropAcknowledgement: (episode: string) => Promise<void>;

  readonly claim: (asked: Claim) => Promise<readonly ClaimedNotification[]>;
  readonly settle: (claimed: ClaimedNotification, outcome: Outcome) => Promise<boolean>;
  readonly outboxDepth: () => Promise<number>;
  /** How recent notifications ended, newest first. */
  readonly deliveries: (countMax: number) => Promise<readonly Delivery[]>;
  /** What is still to be sent, with why the last attempt failed. */
  readonly waiting: (countMax: number) => Promise<readonly WaitingNotification[]>;
  readonly deadLetters: (countMax: number) => Promise<readonly DeadLetter[]>;
  /** Puts a dead letter, or all, back into the queues under the same ids, unless what it says is over. */
  readonly retryDead: (id: string) => Promise<Retried>;
  /** For a receiver that is gone for good: what waits for it and what is still to come are dead letters, until it is switched on. */
  readonly disableChannel: (name: string, reason: string, nowMs: number) => Promise<void>;
  readonly disabledChannels: () => Promise<ReadonlyMap<string, DisabledChannel>>;
  readonly enableChannel: (name: string) => Promise<void>;

  /** null: Redis does not know what it should: emptied, being restored, or behind what this store has seen of it. */
  readonly epoch: () => Promise<string | null>;
  /** Begins an epoch over what an earlier version of Vigie kept; false when there is no such thing, or an epoch already. */
  readonly adopt: (epoch: string) => Promise<boolean>;
  /** Begins an epoch in a Redis without one; false when there is one. */
  readonly begin: (epoch: string) => Promise<boolean>;
  /** Begins an epoch over the one that is there, for whoever cannot tell whether Redis was set back in time; false when it was lost meanwhile. */
  readonly beginOver: (epoch: string) => Promise<boolean>;
  /** Whether an epoch began over another and nobody has called `journalAgain` since. */
  readonly hasUntoldEpoch: () => Promise<boolean>;
  /** How much Redis knows, as a revision of the journal; 0: nothing. */
  readonly revision: () => Promise<number>;
  /** The oldest writes that were not trimmed, all things of a write together. */
  readonly readJournal: (writeCountMax: number) => Promise<readonly JournalEntry[]>;
  readonly trimJournal: (throughId: string) => Promise<boolean>;
  readonly journalDepth: () => Promise<number>;
  /** Puts everything that is kept onto the journal once more, calling `ship` after each part. */
  readonly journalAgain: (ship: () => Promise<void>) => Promise<void>;
  /** Puts back what is newer than what Redis knows, then the epoch; false when Redis knew everything. */
  readonly restore: (snapshot: AlertSnapshot, epoch: string) => Promise<boolean>;
}

/**
 * Keeps rules' states, their records, lanes and the outbox in Redis, with a journal of every write.
 *
 * Holds    one judged window, and one look at a lane, is one write: all of it becomes true or nothing, and only if nobody wrote in between; so
 *          two monitors announce once. Notifications of a queue are handed out in order. What is kept and what the journal says are one write.
 *          A store refuses to write into a Redis that was emptied, restored or set back since it looked
 * Errors   those of the connection: it is then unknown whether a commit was made; load again and decide again, ids repeat
 * Source   docs/adr/0013-lanes.md, docs/adr/0014-alert-journal.md
 */
export function createAlertStore(client: RedisClient, prefix: string, bounds: { journalBytesMax?: number } = {}): AlertStore {
  const { journalBytesMax = journalBytesMaxDefault } = bounds;
  const at: AlertRedis = { client, root: alertRoot(prefix), journalBytesMax, seen: { epoch: '', sequence: 0 } };
  return {
    load: (rule) => loadRule(at, rule),
    knownRules: async () => (await client.hkeys(`${at.root}kept:rule`)).toSorted().map(ruleOf),
    commit: (change) => commitRule(at, change),
    history: (countMax) => readHistory(at, countMax),
    dueLanes: (asked) => dueLanes(at, asked),
    knownLanes: () => knownLanes(at),
    loadLane: (lane) => loadLane(at, lane),
    commitLane: (change) => commitLane(at, change),
    wakeLanes: (lanes, dueMs) => wakeLanes(at, lanes, dueMs),
    silences: () => readSilences(at),
    putSilence: (silence) => putSilence(at, silence),
    acknowledgements: () => readAcknowledgements(at),
    putAcknowledgement: (acknowledgement) => putAcknowledgement(at, acknowledgement),
    dropAcknowledgement: (episode) => dropAcknowledgement(at, episode),
    claim: (asked) => claimNotifications(at, asked),
    settle: (claimed, outcome) => settleNotification(at, { claimed, outcome }),
    outboxDepth: () => outboxDepth(at),
    deliveries: (countMax) => readDeliveries(at, countMax),
    waiting: (countMax) => readWaiting(at, countMax),
    deadLetters: (countMax) => readDeadLetters(at, countMax),
    retryDead: (id) => retryDead(at, id),
    disableChannel: (name, reason, atMs) => disableChannel(at, name, { reason, atMs }),
    disabledChannels: () => readDisabledChannels(at),
    enableChannel: (name) => enableChannel(at, name),
    epoch: () => readEpoch(at),
    adopt: (epoch) => adoptLegacy(at, epoch),
    begin: (epoch) => beginEpoch(at, epoch),
    beginOver: (epoch) => beginEpochOver(at, epoch),
    hasUntoldEpoch: () => hasUntoldEpoch(at),
    revision: () => readRevision(at),
    readJournal: (countMax) => readJournal(at, countMax),
    trimJournal: (throughId) => trimJournal(at, throughId),
    journalDepth: () => journalDepth(at),
    journalAgain: (ship) => journalAgain(at, ship),
    restore: (snapshot, epoch) => restoreSnapshot(at, snapshot, { epoch, isKnownToClickhouse: true }),
  };
}
