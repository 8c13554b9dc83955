import { type Instance, isMuted, type Lane, muteEndMs, routeById } from '@vigie/alerting';
import type { LaneView } from '@vigie/redis';
import type { Board } from './board.ts';

/** How far one channel is with one alert. */
export type ChannelState = { readonly channel: string; readonly route: string } & (
  | { readonly kind: 'told'; readonly atMs: number }
  /** Its turn comes with the group's next message. */
  | { readonly kind: 'soon' }
  | { readonly kind: 'held'; readonly reason: 'silenced or inhibited' | 'muted' | 'flapping'; readonly untilMs: number | null }
  | { readonly kind: 'sending'; readonly attempt: number; readonly dueMs: number; readonly reason: string | null }
  | { readonly kind: 'lost'; readonly atMs: number; readonly reason: string }
  | { readonly kind: 'off'; readonly reason: string }
);

interface Told {
  readonly instance: Instance;
  readonly episode: string;
  readonly isHeld: boolean;
}

export function channelStates(board: Board, told: Told): readonly ChannelState[] {
  return (told.instance.lanes ?? []).map((lane) => ({ channel: lane.channel, route: lane.route, ...stateOf(board, told, lane) }));
}

type Bare<T> = T extends unknown ? Omit<T, 'channel' | 'route'> : never;

function stateOf(board: Board, told: Told, lane: Lane): Bare<ChannelState> {
  const off = board.disabled.get(lane.channel);
  if (off !== undefined) return { kind: 'off', reason: off.reason };
  const isOwn = ({ queue, channel }: { queue: string; channel: string }): boolean =>
    channel === lane.channel && (queue === lane.id || queue === `${lane.channel}:${told.episode}`);
  const waiting = board.waiting.find(({ notification }) => isOwn(notification));
  if (waiting !== undefined) return { kind: 'sending', attempt: waiting.attempt, dueMs: waiting.dueMs, reason: waiting.reason };
  const view = board.lanes.get(lane.id);
  const known = view?.state?.alerts.find(({ episode }) => episode === told.episode);
  const last = board.deliveries.find(({ notification }) => isOwn(notification));
  if (last?.outcome === 'dead' && known !== undefined && last.createdMs >= (known.announced?.atMs ?? Infinity)) {
    return { kind: 'lost', atMs: last.settledMs, reason: last.reason ?? 'not known' };
  }
  if (known?.announced) return { kind: 'told', atMs: known.announced.atMs };
  return heldOf(board, told, { lane, view }) ?? { kind: 'soon' };
}

function heldOf(board: Board, told: Told, { lane, view }: { lane: Lane; view: LaneView | undefined }): Bare<ChannelState> | null {
  if (told.isHeld) return { kind: 'held', reason: 'silenced or inhibited', untilMs: null };
  const { ruleSet, nowMs } = board;
  const route = ruleSet === null ? null : routeById(ruleSet.route, lane.route);
  const muting = (ruleSet?.muteTimings ?? []).filter((timing) => route?.mute.includes(timing.name) && isMuted(timing, nowMs));
  if (muting.length > 0) return { kind: 'held', reason: 'muted', untilMs: Math.max(...muting.map((timing) => muteEndMs(timing, nowMs))) };
  if (view?.state?.damped[told.instance.id] !== undefined) return { kind: 'held', reason: 'flapping', untilMs: null };
  return null;
}
