import { lanesOfRecord } from '../announce/address-record.ts';
import { labelsOf } from '../announce/labels.ts';
import { laneRules } from '../announce/lane-rules.ts';
import { planLane } from '../announce/plan-lane.ts';
import type { Acknowledgement, Arrival, Lane, LaneContext, LaneState, Message, Silence } from '../announce/types.ts';
import type { AlertRecord } from '../evaluate/alert-record.ts';
import type { RuleSet } from '../types.ts';

/** A transition with the moment at which a monitor would have stored it. */
export interface StoredRecord {
  readonly record: AlertRecord;
  readonly storedMs: number;
}

/** What people do meanwhile, by the clock of the simulation. */
export interface ReplayOverlays {
  readonly silences: readonly Silence[];
  readonly acknowledgements: readonly Acknowledgement[];
}

export interface ReplayedMessage {
  readonly atMs: number;
  readonly channel: string;
  readonly message: Message;
}

/** Looks at one lane that may follow each other at most this fast: the monitor's own pace. */
const paceMs = 250;
/** Far beyond any real history; a simulation that passes it stands still. */
const roundCountMax = 5_000_000;

interface LaneInTime {
  readonly lane: Lane;
  state: LaneState | null;
  arrivals: Arrival[];
  dueMs: number;
}

/**
 * Announces stored transitions in simulated time: groups, waits, repeats, holds and mutes as the monitor's lanes do.
 *
 * Shapes   records: in order of storedMs; untilMs: when the simulation ends
 * Holds    no clock is read; the same records, rules and overlays give the same messages, ids included
 * Errors   Error when lanes keep asking to be looked at without end
 */
export function replayAnnouncements(
  ruleSet: RuleSet,
  records: readonly StoredRecord[],
  options: { readonly untilMs: number; readonly overlays: ReplayOverlays },
): ReplayedMessage[] {
  return new Announcements(ruleSet, options.overlays).run(records, options.untilMs);
}

class Announcements {
  readonly #ruleSet: RuleSet;
  readonly #overlays: ReplayOverlays;
  readonly #lanes = new Map<string, LaneInTime>();
  /** Lanes that were told of an episode get the rest of it. */
  readonly #lanesOfEpisode = new Map<string, readonly Lane[]>();
  readonly #firing = new Map<string, LaneContext['firing'][number]>();
  readonly #messages: ReplayedMessage[] = [];

  constructor(ruleSet: RuleSet, overlays: ReplayOverlays) {
    this.#ruleSet = ruleSet;
    this.#overlays = overlays;
  }

  run(records: readonly StoredRecord[], untilMs: number): ReplayedMessage[] {
    const { silences, acknowledgements } = this.#overlays;
    const wakes = [...silences.flatMap(({ startsMs, endsMs }) => [startsMs, endsMs]), ...acknowledgements.map(({ atMs }) => atMs)];
    wakes.sort((a, b) => a - b);
    let [nextRecord, nextWake] = [0, 0];
    for (let round = 0; round < roundCountMax; round++) {
      const nowMs = Math.min(records[nextRecord]?.storedMs ?? Infinity, wakes[nextWake] ?? Infinity, this.#nextDueMs());
      if (nowMs > untilMs) return this.#messages;
      // Who fires decides who is inhibited, and what people do is noticed at once: then every lane is looked at again.
      let isWoken = this.#ruleSet.inhibitions.length > 0 && (records[nextRecord]?.storedMs ?? Infinity) <= nowMs;
      while (nextRecord < records.length && records[nextRecord]!.storedMs <= nowMs) this.#arrive(records[nextRecord++]!);
      while (nextWake < wakes.length && wakes[nextWake]! <= nowMs) {
        isWoken = true;
        nextWake += 1;
      }
      for (const lane of this.#lanes.values()) if (isWoken || lane.dueMs <= nowMs) this.#announce(lane, nowMs);
    }
    throw new Error(`Expected lanes to come to rest, found them still due after ${roundCountMax} looks; please report these rules.`);
  }

  #nextDueMs(): number {
    let dueMs = Infinity;
    for (const lane of this.#lanes.values()) dueMs = Math.min(dueMs, lane.dueMs);
    return dueMs;
  }

  #arrive({ record, storedMs }: StoredRecord): void {
    const { rule, slice, transition } = record;
    const { instance, episode, kind, severity } = transition;
    const labels = labelsOf(rule, slice, severity);
    if (kind === 'resolved') this.#firing.delete(instance);
    else this.#firing.set(instance, { instance, labels });
    const told = this.#lanesOfEpisode.get(episode) ?? [];
    const lanes = lanesOfRecord(record, this.#ruleSet, told);
    if (kind === 'resolved') this.#lanesOfEpisode.delete(episode);
    else this.#lanesOfEpisode.set(episode, lanes);
    for (const lane of lanes) {
      const known = this.#lanes.get(lane.id) ?? { lane, state: null, arrivals: [], dueMs: Infinity };
      known.arrivals.push({ lane, record, storedMs });
      known.dueMs = Math.min(known.dueMs, storedMs);
      this.#lanes.set(lane.id, known);
    }
  }

  #announce(own: LaneInTime, nowMs: number): void {
    const { lane, state, arrivals } = own;
    const plan = planLane({ lane, state, arrivals }, this.#contextOf(lane, nowMs));
    for (const message of plan.messages) this.#messages.push({ atMs: nowMs, channel: lane.channel, message });
    own.state = plan.state;
    own.arrivals = arrivals.slice(plan.consumedCount);
    own.dueMs = plan.dueMs === null ? Infinity : Math.max(plan.dueMs, nowMs + paceMs);
    if (own.state === null && own.arrivals.length === 0) this.#lanes.delete(lane.id);
  }

  #contextOf(lane: Lane, nowMs: number): LaneContext {
    const { silences, acknowledgements } = this.#overlays;
    return {
      ...laneRules(lane, this.#ruleSet),
      ...{ nowMs, silences },
      acknowledgements: new Map(acknowledgements.filter(({ atMs }) => atMs <= nowMs).map((ack) => [ack.episode, ack])),
      firing: [...this.#firing.values()],
    };
  }
}
