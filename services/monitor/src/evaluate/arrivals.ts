import { lanesOfRecord, type AlertRecord, type Arrival, type Instance, type Lane, type RuleSet } from '@vigie/alerting';

interface Addressed {
  readonly arrivals: readonly { readonly arrival: Arrival; readonly dueMs: number }[];
  readonly instances: readonly Instance[];
}

/**
 * Addresses transitions to lanes, and lets instances remember the lanes of their episode.
 *
 * Shapes   before: the instances as they were, with the lanes that they remember
 * Units    nowMs: when the transitions are stored
 */
export function addressRecords(
  records: readonly AlertRecord[],
  instances: readonly Instance[],
  at: { ruleSet: RuleSet; before: readonly Instance[]; nowMs: number },
): Addressed {
  const lanes = new Map(at.before.map((instance) => [instance.id, instance.lanes ?? []]));
  const arrivals: { arrival: Arrival; dueMs: number }[] = [];
  for (const record of records) {
    const { instance } = record.transition;
    const addressed = lanesOfRecord(record, at.ruleSet, lanes.get(instance) ?? []);
    lanes.set(instance, addressed);
    for (const lane of addressed) arrivals.push({ arrival: { lane, record, storedMs: at.nowMs }, dueMs: at.nowMs });
  }
  return { arrivals, instances: instances.map((instance) => withLanes(instance, lanes.get(instance.id))) };
}

function withLanes(instance: Instance, lanes: readonly Lane[] | undefined): Instance {
  const { state } = instance.condition;
  const isFiring = state === 'FIRING' || state === 'RECOVERING';
  const { lanes: _, ...bare } = instance;
  return isFiring && lanes !== undefined && lanes.length > 0 ? { ...bare, lanes } : bare;
}
