/** Random histories of one lane, second by second, and who drives the lane through them. */
import * as fc from 'fast-check';
import { severities, severityRank, type Severity } from '../types.ts';
import {
  arrivalOf,
  contextAt,
  lane,
  muteOf,
  pipelineAlert,
  pipelineInhibits,
  route,
  seconds,
  silenceOf,
  type Change,
} from './announce.fixture.ts';
import { planLane } from './plan-lane.ts';
import type { Acknowledgement, Arrival, FlapPolicy, LaneContext, LaneState, Message, Route, Silence } from './types.ts';

/** Everything that holds ends before this second, so that a while later all must be known. */
const holdsEnd = 300;
export const runEnd = 500;
const channels = ['a', 'b', 'c'];

export interface Span {
  readonly from: number;
  readonly to: number;
}
export interface Schedule {
  readonly changes: readonly Required<Change>[];
  readonly silences: readonly (Span & { readonly of: string; readonly isKnownEarly: boolean })[];
  readonly criticalSilences: readonly Span[];
  readonly inhibited: Span;
  /** Minutes. */
  readonly muted: Span;
  /** The route is not in the rules meanwhile; without a damper, which would begin anew. */
  readonly unrouted: Span;
  readonly acknowledgements: readonly { readonly of: string; readonly at: number; readonly severity: Severity }[];
  readonly timing: Pick<Route, 'groupWaitMs' | 'groupIntervalMs' | 'repeatIntervalMs'>;
  readonly flap: FlapPolicy | null;
  readonly resendMs: number | null;
}
/** What was sent in one second. */
export interface Sent {
  readonly at: number;
  readonly message: Message;
}

const second = fc.integer({ min: 0, max: 250 });
const spanOf = (max: number): fc.Arbitrary<Span> =>
  fc.tuple(fc.integer({ min: 0, max }), fc.integer({ min: 0, max })).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const severity = fc.constantFrom(...severities);
const stepsArbitrary = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 60 }), isEnd: fc.boolean(), severity }), { maxLength: 12 });

function changesOf(of: string, steps: readonly { gap: number; isEnd: boolean; severity: Severity }[]): Required<Change>[] {
  const changes: Required<Change>[] = [];
  let at = 0;
  for (const { gap, isEnd, severity: next } of steps) {
    at += gap;
    if (at > 250) break;
    const last = changes.at(-1);
    if (last === undefined || last.kind === 'resolved') {
      changes.push({ of, episode: (last?.episode ?? 0) + 1, kind: 'firing', severity: next, sequence: 0, at });
    } else if (isEnd || next === last.severity) {
      changes.push({ ...last, kind: 'resolved', sequence: last.sequence + 1, at });
    } else {
      const kind = severityRank(next) > severityRank(last.severity) ? 'escalated' : 'deescalated';
      changes.push({ ...last, kind, severity: next, sequence: last.sequence + 1, at });
    }
  }
  return changes;
}

const secondsBetween = (min: number, max: number) => fc.integer({ min, max }).map(seconds);
const anySchedule: fc.Arbitrary<Schedule> = fc.record({
  changes: fc
    .tuple(...channels.map((of) => stepsArbitrary.map((steps) => changesOf(of, steps))))
    .map((all) => all.flat().toSorted((a, b) => a.at - b.at)),
  silences: fc.array(
    fc
      .tuple(fc.constantFrom(...channels), spanOf(holdsEnd), fc.boolean())
      .map(([of, span, isKnownEarly]) => ({ of, ...span, isKnownEarly })),
    { maxLength: 4 },
  ),
  criticalSilences: fc.array(spanOf(holdsEnd), { maxLength: 1 }),
  inhibited: spanOf(holdsEnd),
  muted: spanOf(holdsEnd / 60),
  unrouted: fc.oneof({ weight: 3, arbitrary: fc.constant({ from: 0, to: 0 }) }, { weight: 1, arbitrary: spanOf(holdsEnd) }),
  acknowledgements: fc.array(fc.record({ of: fc.constantFrom(...channels), at: second, severity }), { maxLength: 2 }),
  timing: fc.record({
    groupWaitMs: secondsBetween(0, 20),
    groupIntervalMs: secondsBetween(0, 60),
    repeatIntervalMs: secondsBetween(30, 200),
  }),
  flap: fc.option(
    fc.record({ firingCountMax: fc.integer({ min: 1, max: 3 }), withinMs: secondsBetween(30, 200), calmMs: secondsBetween(10, 100) }),
  ),
  resendMs: fc.option(secondsBetween(5, 40), { freq: 5 }),
});

export const scheduleArbitrary = anySchedule.map((one) => (one.unrouted.from < one.unrouted.to ? { ...one, flap: null } : one));

function silencesAt(schedule: Schedule, at: number): readonly Silence[] {
  const slices = schedule.silences.filter(({ from, isKnownEarly }) => isKnownEarly || from <= at);
  const severe = schedule.criticalSilences.map(({ from, to }): Silence => {
    return { ...silenceOf('-', from, to), matchers: [{ label: 'severity', op: '=', value: 'critical' }] };
  });
  return [...slices.map(({ of, from, to }) => silenceOf(of, from, to)), ...severe];
}

/** Each names the last episode of its slice that had begun. */
export function acknowledgementsAt(schedule: Schedule, at: number): ReadonlyMap<string, Acknowledgement> {
  const found = new Map<string, Acknowledgement>();
  for (const one of schedule.acknowledgements) {
    const begun = schedule.changes.findLast((change) => change.of === one.of && change.at <= one.at);
    if (one.at > at || begun === undefined) continue;
    const episode = `${one.of}/${begun.episode}`;
    found.set(episode, { episode, instance: one.of, severity: one.severity, author: 'ada', comment: '', atMs: seconds(one.at) });
  }
  return found;
}

function contextOf(schedule: Schedule, at: number): LaneContext {
  const { inhibited, muted, unrouted, timing, flap, resendMs } = schedule;
  const isRouted = at < unrouted.from || at >= unrouted.to;
  return contextAt(at, {
    route: isRouted ? { ...route, ...timing, mute: ['quiet'], flap } : null,
    resendMs,
    silences: silencesAt(schedule, at),
    acknowledgements: acknowledgementsAt(schedule, at),
    muteTimings: [muteOf(muted.from, muted.to)],
    inhibitions: [pipelineInhibits],
    firing: inhibited.from <= at && at < inhibited.to ? [pipelineAlert] : [],
  });
}

/** A lane in the hands of a monitor: what is stored survives, what is not is lost in a crash. */
export class Driver {
  readonly sent: Sent[] = [];
  /** Seconds of the looks that were stored. */
  readonly looks: number[] = [];
  dueMs: number | null = null;
  state: LaneState | null = null;
  readonly #schedule: Schedule;
  #arrivedTo = -1;
  #left: readonly Arrival[] = [];

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  /** Looks at a second; a crash between planning and storing makes the next look plan again. */
  look(at: number, isCrashing = false): void {
    const arrived = this.#schedule.changes.filter((change) => change.at > this.#arrivedTo && change.at <= at).map(arrivalOf);
    const arrivals = [...this.#left, ...arrived];
    const plan = planLane({ lane, state: this.state, arrivals }, contextOf(this.#schedule, at));
    if (isCrashing) return;
    this.#arrivedTo = at;
    this.#left = arrivals.slice(plan.consumedCount);
    this.looks.push(at);
    this.state = JSON.parse(JSON.stringify(plan.state));
    this.dueMs = plan.dueMs;
    this.sent.push(...plan.messages.map((message) => ({ at, message })));
  }
}

export function tickEverySecond(schedule: Schedule): Driver {
  const driver = new Driver(schedule);
  for (let at = 0; at <= runEnd; at += 1) driver.look(at);
  return driver;
}

/** Looks only when something happens outside and when the lane asked for it, as the monitor does. */
export function jumpFromDueToDue(schedule: Schedule): Driver {
  const { changes, silences, inhibited, unrouted, acknowledgements } = schedule;
  const outside = [
    ...changes.map(({ at }) => at),
    ...silences.filter(({ isKnownEarly }) => !isKnownEarly).map(({ from }) => from),
    ...acknowledgements.map(({ at }) => at),
    inhibited.from,
    inhibited.to,
    unrouted.from,
    unrouted.to,
  ];
  const driver = new Driver(schedule);
  for (let at = -1; ;) {
    const due = driver.dueMs === null ? Infinity : driver.dueMs / 1_000;
    at = Math.min(due, ...outside.filter((moment) => moment > at));
    if (at > runEnd) return driver;
    driver.look(at);
  }
}
