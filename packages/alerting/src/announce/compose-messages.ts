import { notificationId } from '../ids.ts';
import { severityRank } from '../types.ts';
import { isEnded, isTold, type Standing } from './judge-alerts.ts';
import type { HoldReason, Lane, LaneState, Message, MessageAlert, MessageKind } from './types.ts';

export interface Telling {
  readonly lane: Lane;
  /** What has news. */
  readonly told: readonly Standing[];
  /** What fires besides, as the channel knows already. */
  readonly others: readonly Standing[];
  /** Its time has come to name them, with news or without. */
  readonly isRepeat: boolean;
  /** All alerts of the lane. */
  readonly standings: readonly Standing[];
  readonly damped: LaneState['damped'];
  readonly messageCount: number;
  /** Alerts that the lane has no room for yet. */
  readonly waitingCount: number;
  readonly nowMs: number;
}

/**
 * Makes the messages of one look: news and what else fires, or without news a repeat; then what flaps.
 *
 * Holds    every transition of `told` is in exactly one message; of one instance the earlier episode comes first
 */
export function composeMessages(telling: Telling): readonly Message[] {
  const { told, others, isRepeat, damped, messageCount } = telling;
  const isFlapping = ({ alert }: Standing): boolean => {
    const [oldest] = alert.pending;
    return oldest?.kind === 'firing' && oldest.storedMs === damped[alert.instance];
  };
  const plain = told.filter((standing) => !isFlapping(standing));
  const flapping = told.filter(isFlapping);
  const messages: Message[] = [];
  if (plain.length > 0) messages.push(messageOf(telling, { kind: kindOf(plain), standings: [...plain, ...others] }));
  else if (isRepeat && others.length > 0) messages.push(messageOf(telling, { kind: 'repeat', standings: others, number: messageCount }));
  if (flapping.length > 0) messages.push(messageOf(telling, { kind: 'flapping', standings: flapping }));
  return messages;
}

/** Those of `others` that a reader of the messages is told of again. */
export function isListed(messages: readonly Message[], { alert }: Standing): boolean {
  return messages.some((message) => message.alerts.some(({ record }) => record.transition.episode === alert.episode));
}

function messageOf(telling: Telling, content: { kind: MessageKind; standings: readonly Standing[]; number?: number }): Message {
  const { lane, nowMs } = telling;
  const { kind, number } = content;
  const told = new Set(telling.told);
  const alerts = sorted(content.standings).map((standing) => messageAlert(standing, told.has(standing)));
  // A repeat tells nothing new: its number in the lane makes it another message than the one before.
  const names =
    number === undefined
      ? alerts.flatMap(({ transitions }) => transitions.map(({ id }) => id))
      : [lane.id, String(number), ...alerts.map(({ record }) => record.transition.id)];
  return { id: notificationId(names.join('+'), kind, lane.channel), kind, lane, alerts, held: heldCounts(telling), atMs: nowMs };
}

function messageAlert({ alert, acknowledgement }: Standing, isNews: boolean): MessageAlert {
  return {
    status: isEnded(alert) ? 'resolved' : 'firing',
    record: alert.current,
    transitions: isNews ? alert.pending.map(({ held: _held, ...transition }) => transition) : [],
    acknowledgedBy: acknowledgement?.author ?? null,
  };
}

function kindOf(told: readonly Standing[]): MessageKind {
  const firing = told.filter(({ alert }) => !isEnded(alert));
  if (firing.length === 0) return 'resolved';
  return firing.some((standing) => !isTold(standing)) ? 'firing' : 'changed';
}

function heldCounts({ standings, told, waitingCount }: Telling): Message['held'] {
  const counts: Partial<Record<HoldReason, number>> = {};
  const toldNow = new Set(told);
  for (const standing of standings) {
    const reason = standing.hold?.reason;
    if (reason === undefined || reason === 'unrouted' || isEnded(standing.alert) || toldNow.has(standing)) continue;
    counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return waitingCount === 0 ? counts : { ...counts, waiting: waitingCount };
}

/** Firing before resolved, grave before mild, then by rule and slice; earlier episodes of an instance stand right before its latest. */
function sorted(standings: readonly Standing[]): readonly Standing[] {
  const episodes = [...Map.groupBy(standings, ({ alert }) => alert.instance).values()];
  return episodes.toSorted((a, b) => compareAlerts(a.at(-1)!, b.at(-1)!)).flat();
}

function compareAlerts({ alert: a }: Standing, { alert: b }: Standing): number {
  if (isEnded(a) !== isEnded(b)) return isEnded(a) ? 1 : -1;
  const graver = severityRank(b.current.transition.severity) - severityRank(a.current.transition.severity);
  return graver === 0 ? compareTexts(nameOf(a), nameOf(b)) : graver;
}

function nameOf({ current, instance }: Standing['alert']): string {
  return [current.rule.name, current.slice?.dimension, current.slice?.value, instance].join('\n');
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
