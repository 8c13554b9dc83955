import type { Arrival, Lane, LaneState, Notification } from '@vigie/alerting';
import { notificationCountMax, rowArgs } from './outbox.ts';
import { runScript, type AlertRedis } from './run-script.ts';
import type { CommitResult } from './rules.ts';

/** Arrivals that one look at a lane takes up; the rest keeps the lane due. */
const arrivalsPerLookMax = 5_000;

export interface LaneView {
  readonly revision: number;
  readonly state: LaneState | null;
  /** Oldest first. */
  readonly arrivals: readonly Arrival[];
}

export interface LaneCommit {
  readonly lane: Lane;
  readonly expectedRevision: number;
  /** null: nothing left to remember. */
  readonly state: LaneState | null;
  /** Of the arrivals that were loaded, from the front. */
  readonly consumedCount: number;
  readonly notifications: readonly Notification[];
  /** When to look again; null: when something arrives. Arrivals that came meanwhile keep the lane due. */
  readonly dueMs: number | null;
  readonly nowMs: number;
}

/** Lanes due at a moment, the longest due first. */
export async function dueLanes(at: AlertRedis, asked: { nowMs: number; countMax: number }): Promise<Lane[]> {
  const ids = await at.client.zrangebyscore(`${at.root}lanes:due`, '-inf', asked.nowMs, 'LIMIT', 0, asked.countMax);
  if (ids.length === 0) return [];
  const names = await at.client.hmget(`${at.root}lanes`, ...ids);
  return names.filter((name) => name !== null).map((name): Lane => JSON.parse(name));
}

export async function knownLanes(at: AlertRedis): Promise<Lane[]> {
  return (await at.client.hvals(`${at.root}lanes`)).map((name): Lane => JSON.parse(name));
}

export async function loadLane(at: AlertRedis, lane: Lane): Promise<LaneView> {
  const { more } = await runScript(at, 'load-lane', [lane.id, String(arrivalsPerLookMax)]);
  const [revision, body, ...arrivals] = more as [string, string, ...[string, string][]];
  return {
    revision: Number(revision),
    state: body === '' ? null : (JSON.parse(body) as { state: LaneState | null }).state,
    arrivals: arrivals.map(([text, record]): Arrival => {
      const arrival: Omit<Arrival, 'record'> = JSON.parse(text);
      return { lane: arrival.lane, record: JSON.parse(record), storedMs: arrival.storedMs };
    }),
  };
}

export async function commitLane(at: AlertRedis, change: LaneCommit): Promise<CommitResult> {
  const { lane, state, notifications, dueMs, nowMs } = change;
  const { status } = await runScript(at, 'commit-lane', [
    lane.id,
    JSON.stringify(lane),
    String(change.expectedRevision),
    state === null ? '' : JSON.stringify(state),
    String(change.consumedCount),
    notifications.map((notification) => rowArgs(notification, nowMs)),
    dueMs === null ? '' : String(dueMs),
    String(nowMs),
    [String(at.journalBytesMax), String(notificationCountMax)],
  ]);
  return status;
}

/** Lanes that one call wakes, so that no call holds up Redis for long. */
const wakeCountMax = 500;

/** Brings forward when lanes are looked at; one that is being planned right now is planned again. */
export async function wakeLanes(at: AlertRedis, lanes: readonly Lane[], dueMs: number): Promise<CommitResult> {
  for (let from = 0; from < lanes.length; from += wakeCountMax) {
    const part = lanes.slice(from, from + wakeCountMax).map(({ id }) => id);
    const { status } = await runScript(at, 'wake', [String(dueMs), part]);
    if (status !== 'ok') return status;
  }
  return 'ok';
}
