import type { AlertRecord } from '../evaluate/alert-record.ts';
import type { RuleSet } from '../types.ts';
import { labelsOf } from './labels.ts';
import { laneOf, lanesOf } from './route.ts';
import type { Lane } from './types.ts';

/** Where lost notifications are told when nobody said where: the log always takes them. */
const fallbackDefault = 'log';

/**
 * The lanes that a transition goes to: by the routes of now, and those that were told earlier parts of its episode. Who heard of a firing hears of its
 * end, wherever the routes lead by then.
 *
 * Shapes   told: the lanes of the episode so far; a new episode has none
 * Holds    each lane once; the alarm about a channel that loses notifications does not go to that channel
 */
export function lanesOfRecord(record: AlertRecord, { route, channels }: RuleSet, told: readonly Lane[]): readonly Lane[] {
  const { rule, slice, transition } = record;
  const labels = labelsOf(rule, slice, transition.severity);
  const known = transition.kind === 'firing' ? [] : told;
  const addressed = lanesOf(route, labels).map((lane) => {
    const isLost = rule.kpi === 'delivery_dead' && slice?.value === lane.channel;
    return isLost ? laneOf(route, channels.find(({ name }) => name === lane.channel)?.fallback ?? fallbackDefault, labels) : lane;
  });
  return [...new Map([...known, ...addressed].map((lane) => [lane.id, lane])).values()];
}
