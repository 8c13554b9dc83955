import type { AlertRecord } from '../evaluate/alert-record.ts';
import type { RuleSet } from '../types.ts';
import { labelsOf } from './labels.ts';
import { laneOf, lanesOf, routeById } from './route.ts';
import type { AlertLabels, Lane } from './types.ts';

/** Where lost notifications are told when nobody said where: the log always takes them. */
const fallbackDefault = 'log';

/**
 * The lanes that a transition goes to: by the routes of now, and those that were told earlier parts of its episode. Who heard of a firing hears of its
 * end, wherever the routes lead by then.
 *
 * Shapes   told: the lanes of the episode so far; a new episode has none
 * Holds    each lane once; the alarm about a channel that loses notifications does not go to that channel;
 *          the alarm about a rule that is broken goes also to where that rule's own alerts would go, so that its owner hears of it
 */
export function lanesOfRecord(record: AlertRecord, ruleSet: RuleSet, told: readonly Lane[]): readonly Lane[] {
  const labels = labelsOf(record.rule, record.slice, record.transition.severity);
  const known = record.transition.kind === 'firing' ? [] : told;
  const addressed = [labels, ...ownerLabels(record, ruleSet)].flatMap((one) => lanesOf(ruleSet.route, one));
  const lanes = [...known, ...addressed].map((lane) => divert(lane, record, ruleSet));
  return [...new Map(lanes.map((lane) => [lane.id, lane])).values()];
}

function ownerLabels({ rule, slice, transition }: AlertRecord, { rules }: RuleSet): AlertLabels[] {
  const broken = rule.kpi === 'rule_broken' ? rules.find(({ uid, tenant }) => uid === slice?.value && tenant === rule.tenant) : undefined;
  return broken === undefined ? [] : [{ ...labelsOf(rule, slice, transition.severity), ...broken.labels }];
}

function divert(lane: Lane, { rule, slice }: AlertRecord, { route, channels }: RuleSet): Lane {
  if (rule.kpi !== 'delivery_dead' || slice?.value !== lane.channel) return lane;
  const fallback = channels.find(({ name }) => name === lane.channel)?.fallback ?? fallbackDefault;
  return laneOf(routeById(route, lane.route) ?? route, fallback, lane.group);
}
