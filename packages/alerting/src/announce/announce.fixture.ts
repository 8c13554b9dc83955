/** Alerts, routes and contexts for the tests of this folder; times are small numbers of seconds, so that cases can be worked by hand. */
import type { AlertRecord } from '../evaluate/alert-record.ts';
import type { Rule, Severity, TransitionKind } from '../types.ts';
import { planLane } from './plan-lane.ts';
import { laneOf } from './route.ts';
import type {
  Acknowledgement,
  Arrival,
  Inhibition,
  Lane,
  LaneContext,
  LanePlan,
  LaneState,
  Message,
  MuteTiming,
  Route,
  Silence,
} from './types.ts';

export const seconds = (count: number): number => count * 1_000;

export const rule: Rule = {
  uid: 'cac-by-channel',
  name: 'Acquisition cost',
  tenant: 'default',
  kind: 'kpi',
  kpi: 'cac_by_channel',
  size: '7d',
  everyMs: 3_600_000,
  settleMs: 0,
  limits: [],
  overrides: [],
  forMs: 0,
  nOfM: null,
  keepFiringForMs: 0,
  minSample: null,
  confidence: null,
  groupBy: 'channel',
  maxInstances: 100,
  onZeroDenominator: null,
  // oxlint-disable-next-line unicorn/no-thenable -- a key of the rules; nothing awaits it
  noData: { then: 'hold' },
  change: null,
  benchmark: null,
  labels: { team: 'growth' },
  summary: null,
  runbook: null,
  definitionHash: 'd',
};

export const route: Route = {
  id: 'default',
  matchers: [],
  channels: ['hook'],
  groupBy: ['rule'],
  groupWaitMs: seconds(30),
  groupIntervalMs: seconds(300),
  repeatIntervalMs: seconds(86_400),
  mute: [],
  flap: null,
  continues: false,
  children: [],
};

export const lane: Lane = laneOf(route, 'hook', { rule: rule.uid });

export interface Change {
  /** The slice's channel is the instance. */
  readonly of: string;
  /** Which episode of it, from 1. */
  readonly episode?: number;
  readonly kind: TransitionKind;
  readonly severity?: Severity;
  /** Place within the episode, from 0. */
  readonly sequence: number;
  /** Stored at this second. */
  readonly at: number;
}

export function recordOf({ of, episode = 1, kind, severity = 'warning', sequence, at }: Change): AlertRecord {
  const name = `${of}/${episode}`;
  return {
    transition: {
      id: `${name}/${sequence}`,
      kind,
      instance: of,
      episode: name,
      episodeStartedMs: seconds(at),
      episodeSinceMs: seconds(at),
      sequence,
      severity,
      previousSeverity: null,
      windowEndMs: seconds(at),
      reason: null,
    },
    rule,
    slice: { dimension: 'channel', value: of },
    evidence: null,
    limit: null,
    judged: null,
    baseline: null,
    explanation: null,
    backfilled: false,
  };
}

export const arrivalOf = (change: Change): Arrival => ({ lane, record: recordOf(change), storedMs: seconds(change.at) });

export const fires = (of: string, at: number, over: Partial<Change> = {}) => arrivalOf({ of, kind: 'firing', sequence: 0, at, ...over });
export const resolves = (of: string, at: number, over: Partial<Change> = {}) =>
  arrivalOf({ of, kind: 'resolved', sequence: 1, at, ...over });
export const escalates = (of: string, at: number, over: Partial<Change> = {}) =>
  arrivalOf({ of, kind: 'escalated', severity: 'critical', sequence: 1, at, ...over });

export function contextAt(at: number, over: Partial<LaneContext> = {}): LaneContext {
  return {
    nowMs: seconds(at),
    route,
    routeTo: () => (over.route === undefined ? route : over.route),
    resendMs: null,
    silences: [],
    acknowledgements: new Map(),
    muteTimings: [],
    inhibitions: [],
    firing: [],
    ...over,
  };
}

/** A silence of one slice from a second to another. */
export function silenceOf(channel: string, from: number, to: number): Silence {
  return {
    id: `${channel}-${from}`,
    matchers: [{ label: 'channel', op: '=', value: channel }],
    startsMs: seconds(from),
    endsMs: seconds(to),
    author: 'ada',
    comment: 'planned',
    createdMs: 0,
  };
}

export function acknowledgementOf(channel: string, at: number, severity: Severity = 'warning'): Acknowledgement {
  return { episode: `${channel}/1`, instance: channel, severity, author: 'ada', comment: '', atMs: seconds(at) };
}

/** Of every hour the minutes in [from, to), in UTC, of 1970-01-01. */
export function muteOf(fromMinute: number, toMinute: number): MuteTiming {
  return { name: 'quiet', zone: 'UTC', intervals: [{ times: [{ fromMinute, toMinute }], weekdays: [], daysOfMonth: [], months: [] }] };
}

export const pipelineInhibits: Inhibition = {
  source: [{ label: 'kind', op: '=', value: 'pipeline' }],
  target: [{ label: 'kind', op: '=', value: 'kpi' }],
  equal: ['tenant'],
};
export const pipelineAlert = { instance: 'lag', labels: { kind: 'pipeline', tenant: 'default' } };

/** A lane over time: looked at with what the test says. */
export class LaneRun {
  state: LaneState | null = null;
  dueMs: number | null = null;
  dropped = 0;
  readonly messages: Message[] = [];
  /** Arrivals that were not consumed. */
  left: readonly Arrival[] = [];

  look(at: number, arrived: readonly Arrival[] = [], over: Partial<LaneContext> = {}): readonly string[] {
    const arrivals = [...this.left, ...arrived];
    const plan: LanePlan = planLane({ lane, state: this.state, arrivals }, contextAt(at, over));
    this.left = arrivals.slice(plan.consumedCount);
    this.state = plan.state === null ? null : JSON.parse(JSON.stringify(plan.state));
    this.dueMs = plan.dueMs;
    this.dropped += plan.dropped;
    this.messages.push(...plan.messages);
    return plan.messages.map(wordsOf);
  }

  get due(): number | null {
    return this.dueMs === null ? null : this.dueMs / 1_000;
  }
}

/** `firing: search/1 firing (0) | email/1 firing ()`: kind, then each alert with the sequence numbers that are new. */
export function wordsOf({ kind, alerts }: Message): string {
  const words = alerts.map(({ status, record, transitions }) => {
    const news = transitions.map(({ id }) => id.split('/')[2]).join(',');
    return `${record.transition.episode} ${status} (${news})`;
  });
  return `${kind}: ${words.join(' | ')}`;
}
