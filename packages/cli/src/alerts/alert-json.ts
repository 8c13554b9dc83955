import { type AlertRecord, explainCommand, type SeverityLimit } from '@vigie/alerting';
import type { SettingsBook } from '@vigie/kpis';
import type { Alert } from './alerts-of.ts';
import { type Board, unjudgedRules } from './board.ts';
import type { ChannelState } from './channel-states.ts';
import { measuredOf } from './words.ts';

const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** An alert for scripts: decimals as text, instants as RFC 3339, every key always there. */
export function alertJson(alert: Alert, settings: SettingsBook): Record<string, unknown> {
  const { instance, rule, slice, record, limit, acknowledgement, silence } = alert;
  const { currency } = settings.of(rule.tenant);
  return {
    ...{ state: alert.state, severity: alert.severity, episode: alert.episode, instance: instance.id },
    ...{ tenant: rule.tenant, rule: { uid: rule.uid, name: rule.name }, kpi: rule.kpi, kind: rule.kind, labels: rule.labels, slice },
    since: time(alert.sinceMs),
    ...{
      value: record?.evidence?.value ?? null,
      judged: record?.judged ?? null,
      unit: record?.evidence?.unit ?? measuredOf(rule, currency).unit,
    },
    limit: limitJson(limit),
    acknowledged: acknowledgement === null ? null : { ...personJson(acknowledgement), at: time(acknowledgement.atMs) },
    silenced: silence === null ? null : { id: silence.id, ...personJson(silence), until: time(silence.endsMs) },
    inhibited_by: alert.inhibitedBy,
    channels: alert.channels.map(channelJson),
    explain: record === null ? null : explainCommand(record),
    runbook: rule.runbook,
  };
}

const personJson = ({ author, comment }: { author: string; comment: string }): object => ({ author, comment });

const limitJson = (limit: SeverityLimit | null): object | null =>
  limit === null ? null : { comparison: limit.comparison, limit: limit.limit, recovery: limit.recovery };

function channelJson(state: ChannelState): object {
  return {
    ...{ channel: state.channel, route: state.route, state: state.kind },
    at: 'atMs' in state ? time(state.atMs) : null,
    reason: 'reason' in state ? state.reason : null,
    attempt: 'attempt' in state ? state.attempt : null,
    next: 'dueMs' in state ? time(state.dueMs) : null,
    until: 'untilMs' in state ? time(state.untilMs) : null,
  };
}

/** How far a list of alerts can be relied on. */
export function boardJson(board: Board): Record<string, unknown> {
  return {
    ready: board.isReady,
    rules: board.rules.map(({ tenant, uid, state: { evaluatedToMs, health } }) => ({
      ...{ tenant, uid, evaluated_to: time(evaluatedToMs), health: health.state },
      reason: health.state === 'HEALTHY' ? null : health.reason,
    })),
    not_judged: unjudgedRules(board).map(({ tenant, uid }) => ({ tenant, uid })),
    channels_off: [...board.disabled].map(([channel, { reason, atMs }]) => ({ channel, reason, since: time(atMs) })),
    dead_letter_count: board.deadLetterCount,
  };
}

/** A transition as it is stored, with its instants readable. */
export function recordJson(record: AlertRecord): Record<string, unknown> {
  return { ...record, at: time(record.transition.windowEndMs), explain: explainCommand(record) };
}
