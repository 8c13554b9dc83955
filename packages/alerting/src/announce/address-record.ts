import type { AlertRecord } from '../evaluate/alert-record.ts';
import type { Rule, RuleSet, Severity } from '../types.ts';
import { labelsOf } from './labels.ts';
import { laneOf, routeById, routesOf } from './route.ts';
import type { AlertLabels, Lane, Route } from './types.ts';

/** What decides where an alert is told. */
export interface Addressee {
  readonly rule: Rule;
  readonly slice: AlertRecord['slice'];
  readonly severity: Severity;
}
/** One channel that a route leads to. */
interface Way {
  readonly route: Route;
  readonly channel: string;
  readonly labels: AlertLabels;
}

/** Where lost notifications are told when nobody said where: the log always takes them. */
const fallbackDefault = 'log';

/**
 * The lanes that a transition goes to: those that were told earlier parts of its episode, and by the routes of now those of other channels. Who
 * heard of a firing hears of its end, wherever the routes lead by then.
 *
 * Shapes   told: the lanes of the episode so far; a new episode has none
 * Holds    a channel has one lane of an episode: the one that came first;
 *          the alarm about a channel that loses notifications does not go to that channel;
 *          the alarm about a rule that is broken goes also to where that rule's own alerts would go, so that its owner hears of it
 */
export function lanesOfRecord(record: AlertRecord, ruleSet: RuleSet, told: readonly Lane[]): readonly Lane[] {
  const { rule, slice, transition } = record;
  const known = transition.kind === 'firing' ? [] : told.map((lane) => divert(lane, record, ruleSet));
  const unique = [...new Map(known.map((lane) => [lane.id, lane])).values()];
  return [...unique, ...lanesBeside(unique, { rule, slice, severity: transition.severity }, ruleSet)];
}

/** The lanes that the routes of now add to those that an episode has: of channels that have none. */
export function lanesBeside(told: readonly Lane[], alert: Addressee, ruleSet: RuleSet): readonly Lane[] {
  const channels = new Set(told.map(({ channel }) => channel));
  return waysOf(alert, ruleSet).flatMap(({ route, channel, labels }) => {
    if (channels.has(channel)) return [];
    channels.add(channel);
    return [laneOf(route, channel, labels)];
  });
}

/** The route that leads an alert to the channel of a lane now, with its severity or another of its rule; the lane's own before others. */
export function routeTo(lane: Lane, record: AlertRecord, ruleSet: RuleSet): Route | null {
  const rule = ruleOfNow(record.rule, ruleSet);
  const { slice, transition } = record;
  const severities = new Set([transition.severity, ...severitiesOf(rule)]);
  const ways = [...severities].flatMap((severity) => waysOf({ rule, slice, severity }, ruleSet));
  const leading = ways.filter(({ channel }) => channel === lane.channel).map(({ route }) => route);
  return leading.find(({ id }) => id === lane.route) ?? leading[0] ?? null;
}

/** Its labels of now decide where it goes, not those of when something was found. */
function ruleOfNow(rule: Rule, { rules }: RuleSet): Rule {
  return rules.find(({ uid, tenant }) => uid === rule.uid && tenant === rule.tenant) ?? rule;
}

function severitiesOf({ limits, overrides, noData, onZeroDenominator }: Rule): readonly Severity[] {
  return [
    ...[...limits, ...overrides.flatMap((override) => override.limits)].map(({ severity }) => severity),
    ...(noData.then === 'breach' ? [noData.severity] : []),
    ...(onZeroDenominator === null ? [] : [onZeroDenominator.severity]),
  ];
}

function waysOf(alert: Addressee, ruleSet: RuleSet): readonly Way[] {
  const labels = labelsOf(alert.rule, alert.slice, alert.severity);
  return [labels, ...ownerLabels(alert, ruleSet)].flatMap((one) =>
    routesOf(ruleSet.route, one).flatMap((route) =>
      route.channels.map((channel): Way => ({ route, channel: divertedChannel(channel, alert, ruleSet), labels: one })),
    ),
  );
}

function ownerLabels({ rule, slice, severity }: Addressee, { rules }: RuleSet): AlertLabels[] {
  if (rule.kpi !== 'rule_broken' || slice === null) return [];
  // A rule of another tenant is called by both names.
  const broken = rules.find(({ uid, tenant }) => slice.value === (tenant === rule.tenant ? uid : `${tenant}/${uid}`));
  return broken === undefined ? [] : [{ ...labelsOf(rule, slice, severity), ...broken.labels }];
}

function divert(lane: Lane, alert: Pick<Addressee, 'rule' | 'slice'>, ruleSet: RuleSet): Lane {
  const channel = divertedChannel(lane.channel, alert, ruleSet);
  return channel === lane.channel ? lane : laneOf(routeById(ruleSet.route, lane.route) ?? ruleSet.route, channel, lane.group);
}

function divertedChannel(channel: string, { rule, slice }: Pick<Addressee, 'rule' | 'slice'>, { channels }: RuleSet): string {
  if (rule.kpi !== 'delivery_dead' || slice?.value !== channel) return channel;
  return channels.find(({ name }) => name === channel)?.fallback ?? fallbackDefault;
}
