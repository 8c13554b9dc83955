import {
  type Acknowledgement,
  activeSilence,
  type AlertRecord,
  type FiringAlert,
  inhibitorOf,
  type Instance,
  labelsOf,
  limitOf,
  limitsFor,
  type Rule,
  type Severity,
  type SeverityLimit,
  severityRank,
  type Silence,
} from '@vigie/alerting';
import { type Board, recordIn } from './board.ts';
import { channelStates, type ChannelState } from './channel-states.ts';

/** One instance that is not in order, with everything that bears on it. */
export interface Alert {
  readonly state: 'FIRING' | 'RECOVERING' | 'PENDING';
  readonly instance: Instance;
  readonly rule: Rule;
  readonly slice: AlertRecord['slice'];
  readonly severity: Severity;
  /** null while it is pending. */
  readonly episode: string | null;
  /** When it began to fire, or to be pending: a window's end. */
  readonly sinceMs: number;
  /** The latest transition of the episode; null while pending, or where nobody remembers it. */
  readonly record: AlertRecord | null;
  readonly limit: SeverityLimit | null;
  /** In force: it ends when the severity rises. */
  readonly acknowledgement: Acknowledgement | null;
  readonly silence: Silence | null;
  /** The alert that holds this one. */
  readonly inhibitedBy: { readonly rule: string; readonly instance: string } | null;
  readonly channels: readonly ChannelState[];
}

const stateRank = { FIRING: 0, RECOVERING: 1, PENDING: 2 } as const;

/** Every alert of a board: firing before recovering before pending, grave before mild, then the oldest first. */
export function alertsOf(board: Board): readonly Alert[] {
  const firing = firingOf(board);
  const alerts = board.rules.flatMap(({ state }) =>
    state.rule === null ? [] : state.instances.flatMap((instance) => alertOf(board, { rule: state.rule!, instance, firing })),
  );
  return alerts.toSorted(
    (a, b) =>
      stateRank[a.state] - stateRank[b.state] ||
      severityRank(b.severity) - severityRank(a.severity) ||
      a.sinceMs - b.sinceMs ||
      compare(a, b),
  );
}

const compare = (a: Alert, b: Alert): number => (a.instance.id < b.instance.id ? -1 : 1);

function alertOf(board: Board, of: { rule: Rule; instance: Instance; firing: readonly FiringAlert[] }): Alert[] {
  const { rule, instance, firing } = of;
  const { condition } = instance;
  if (condition.state === 'OK') return [];
  const slice = sliceOf(instance);
  const { severity } = condition;
  const episode = condition.state === 'PENDING' ? null : condition.episode;
  const labels = labelsOf(rule, slice, severity);
  const silence = activeSilence(board.silences, labels, board.nowMs);
  const inhibitor = inhibitorOf(board.ruleSet?.inhibitions ?? [], { instance: instance.id, labels }, firing);
  const inhibitedBy = inhibitor === null ? null : { rule: inhibitor.labels['rule'] ?? '', instance: inhibitor.instance };
  const acknowledgement = episode === null ? null : acknowledgementOf(board, { episode: episode.id, severity });
  return [
    {
      ...{ state: condition.state, instance, rule, slice, severity, episode: episode?.id ?? null },
      sinceMs: condition.state === 'PENDING' ? condition.sinceMs : condition.episode.startedMs,
      record: episode === null ? null : recordOf(board, instance),
      limit: limitOf(limitsFor(rule, instance.labels), severity),
      ...{ acknowledgement, silence, inhibitedBy },
      channels:
        episode === null ? [] : channelStates(board, { instance, episode: episode.id, isHeld: silence !== null || inhibitor !== null }),
    },
  ];
}

function acknowledgementOf({ acknowledgements }: Board, at: { episode: string; severity: Severity }): Acknowledgement | null {
  const found = acknowledgements.get(at.episode);
  return found === undefined || severityRank(at.severity) > severityRank(found.severity) ? null : found;
}

function recordOf({ lanes, records }: Board, { id, lanes: own }: Instance): AlertRecord | null {
  for (const lane of own ?? []) {
    const record = recordIn(lanes.get(lane.id), id);
    if (record !== null) return record;
  }
  return records.find(({ transition }) => transition.instance === id) ?? null;
}

/** What fires now, those that began earlier first: what inhibits. */
function firingOf({ rules }: Board): readonly FiringAlert[] {
  return rules
    .flatMap(({ state: { rule, instances } }) =>
      instances.flatMap((instance) => {
        const { condition } = instance;
        if (rule === null || condition.state === 'OK' || condition.state === 'PENDING') return [];
        const labels = labelsOf(rule, sliceOf(instance), condition.severity);
        return [{ startedMs: condition.episode.startedMs, alert: { instance: instance.id, labels } }];
      }),
    )
    .toSorted((a, b) => a.startedMs - b.startedMs)
    .map(({ alert }) => alert);
}

function sliceOf({ labels }: Pick<Instance, 'labels'>): AlertRecord['slice'] {
  const [label] = Object.entries(labels);
  return label === undefined ? null : { dimension: label[0], value: label[1] };
}

/** Fires, and nobody has acknowledged or silenced it: what a script should notice. */
export function needsAttention({ state, acknowledgement, silence }: Alert): boolean {
  return state === 'FIRING' && acknowledgement === null && silence === null;
}
