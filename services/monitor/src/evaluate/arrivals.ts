import { labelsOf, laneOf, lanesOf, type AlertRecord, type Arrival, type Instance, type Lane, type RuleSet } from '@vigie/alerting';

/** Where lost notifications are told when nobody said where: the log always takes them. */
const fallbackDefault = 'log';

interface Addressed {
  readonly arrivals: readonly { readonly arrival: Arrival; readonly dueMs: number }[];
  readonly instances: readonly Instance[];
}

/**
 * Addresses transitions to lanes by the routes of now, and to those lanes that were told earlier parts of the episode: a channel that was told
 * of a firing is told of its end, wherever the routes lead by then.
 *
 * Units    nowMs: when they are stored
 */
export function addressRecords(
  records: readonly AlertRecord[],
  instances: readonly Instance[],
  at: { ruleSet: RuleSet; before: readonly Instance[]; nowMs: number },
): Addressed {
  const lanes = new Map(at.before.map((instance) => [instance.id, instance.lanes ?? []]));
  const arrivals: { arrival: Arrival; dueMs: number }[] = [];
  for (const record of records) {
    const { instance, kind } = record.transition;
    const known = kind === 'firing' ? [] : (lanes.get(instance) ?? []);
    const addressed = unique([...known, ...lanesFor(record, at.ruleSet)]);
    lanes.set(instance, addressed);
    for (const lane of addressed) arrivals.push({ arrival: { lane, record, storedMs: at.nowMs }, dueMs: at.nowMs });
  }
  return { arrivals, instances: instances.map((instance) => withLanes(instance, lanes.get(instance.id))) };
}

function lanesFor({ rule, slice, transition }: AlertRecord, { route, channels }: RuleSet): readonly Lane[] {
  const labels = labelsOf(rule, slice, transition.severity);
  const lanes = lanesOf(route, labels);
  if (rule.kpi !== 'delivery_dead' || slice === null) return lanes;
  // The alarm about a channel that loses notifications goes to another one.
  const fallback = channels.find(({ name }) => name === slice.value)?.fallback ?? fallbackDefault;
  return lanes.map((lane) => (lane.channel === slice.value ? laneOf(route, fallback, labels) : lane));
}

function withLanes(instance: Instance, lanes: readonly Lane[] | undefined): Instance {
  const { state } = instance.condition;
  const isFiring = state === 'FIRING' || state === 'RECOVERING';
  const { lanes: _, ...bare } = instance;
  return isFiring && lanes !== undefined && lanes.length > 0 ? { ...bare, lanes } : bare;
}

const unique = (lanes: readonly Lane[]): Lane[] => [...new Map(lanes.map((lane) => [lane.id, lane])).values()];
