import type { SettingsBook } from '@vigie/kpis';
import { plainText } from '@vigie/alerting';
import type { Output } from '../console/output.ts';
import { durationText } from '../rules/words.ts';
import type { Alert } from './alerts-of.ts';
import { type Board, unjudgedRules } from './board.ts';
import { channelText, overlayTexts } from './channel-words.ts';
import { judgedText, limitText, measuredOf, momentText, plural, sliceText } from './words.ts';

interface Shown {
  readonly board: Board;
  /** Those to show. */
  readonly alerts: readonly Alert[];
  readonly zone: string;
  readonly settings: SettingsBook;
  readonly shortOf: (id: string) => string;
}

type Colors = Output['colors'];

/** What fires, in a few lines each; without anything, how far that can be relied on. */
export function renderList(shown: Shown, colors: Colors): string {
  const { alerts, zone } = shown;
  const blocks = alerts.map((alert) => block(alert, shown, colors).join('\n'));
  const isQuiet = !alerts.some(({ state }) => state !== 'PENDING');
  const head = isQuiet ? quietText(shown) : countsText(alerts);
  return [colors.bold(head), ...blocks, [...healthLines(shown, colors), colors.dim(`times in ${zone}`)].join('\n')].join('\n\n');
}

/** 3 alerts fire (1 critical, 2 warning), 1 is recovering, 2 are pending */
export function countsText(alerts: readonly Alert[]): string {
  const of = (state: Alert['state']): readonly Alert[] => alerts.filter((alert) => alert.state === state);
  const firing = of('FIRING');
  const severities = (['critical', 'warning', 'info'] as const)
    .map((severity) => ({ severity, count: firing.filter((alert) => alert.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`);
  const head =
    firing.length === 0
      ? 'nothing fires'
      : `${plural(firing.length, 'alert')} ${firing.length === 1 ? 'fires' : 'fire'} (${severities.join(', ')})`;
  const others = [
    [of('RECOVERING').length, 'recovering'],
    [of('PENDING').length, 'pending'],
  ] as const;
  return [head, ...others.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)].join(', ');
}

function quietText({ board, zone, alerts }: Shown): string {
  const { rules, nowMs, isReady } = board;
  const judged = rules.filter(({ state }) => state.evaluatedToMs !== null);
  if (!isReady && judged.length === 0)
    return 'nothing is known of alerts: no monitor has run on this Redis, or it lost its state and is being restored';
  if (judged.length === 0) return 'nothing fires, because no rule was judged yet; is the monitor running?';
  const lastMs = Math.max(...judged.map(({ state }) => state.evaluatedToMs ?? 0));
  const pending = alerts.length === 0 ? '' : `, ${alerts.length} pending`;
  return `nothing fires${pending}: ${plural(judged.length, 'rule')} judged, the last window ended ${momentText(lastMs, { nowMs, zone })} (${durationText(nowMs - lastMs)} ago)`;
}

function block(alert: Alert, shown: Shown, colors: Colors): string[] {
  const { board, zone, shortOf } = shown;
  const at = { nowMs: board.nowMs, zone };
  const title = [colors.bold(plainText(alert.rule.name)), sliceText(alert.slice)].filter((part) => part !== '').join('  ');
  const lines = [
    `${markOf(alert, colors)}  ${title}  ${colors.dim(shortOf(alert.episode ?? alert.instance.id))}`,
    `  ${valueText(alert, shown)}`,
    `  ${sinceText(alert, at)}`,
    ...overlayTexts(alert, at).map((text) => `  ${colors.cyan(text)}`),
    ...alert.channels.map((state) => `  ${colors.dim(channelText(state, at))}`),
  ];
  return lines;
}

export function markOf({ state, severity }: Alert, colors: Colors): string {
  const word = state === 'FIRING' ? severity.toUpperCase() : `${state} (${severity})`;
  if (state === 'PENDING') return colors.yellow(word);
  if (state === 'RECOVERING') return colors.green(word);
  return severity === 'critical' ? colors.red(word) : severity === 'warning' ? colors.yellow(word) : colors.blue(word);
}

function valueText({ record, rule, limit, severity }: Alert, { settings }: Shown): string {
  const measured = measuredOf(rule, settings.of(rule.tenant).currency);
  const limitWords =
    limit === null ? `no ${severity} limit any more` : `limit ${limitText(limit, record ?? { rule, evidence: null }, measured)}`;
  if (record === null) return limitWords;
  return `${judgedText(record)} over ${record.evidence?.window.label || rule.size}, ${limitWords}`;
}

export function sinceText({ state, sinceMs }: Pick<Alert, 'state' | 'sinceMs'>, at: { nowMs: number; zone: string }): string {
  const word = {
    FIRING: 'fires',
    RECOVERING: 'fired, and is in order again but not for long enough, since',
    PENDING: 'over its limit, not for long enough yet,',
  }[state];
  const since = state === 'RECOVERING' ? '' : ' since';
  return `${word}${since} ${momentText(sinceMs, at)} (${durationText(Math.max(0, at.nowMs - sinceMs))})`;
}

/** Rules that are not judged as they should be, channels that are off, what was lost. */
function healthLines(shown: Pick<Shown, 'board' | 'zone'>, colors: Colors): string[] {
  const { board, zone } = shown;
  const at = { nowMs: board.nowMs, zone };
  const ill = board.rules.flatMap(({ uid, state: { health } }) =>
    health.state === 'HEALTHY'
      ? []
      : [colors.red(`rule ${uid} is ${health.state} since ${momentText(health.sinceMs, at)}: ${plainText(health.reason)}`)],
  );
  const unjudged = unjudgedRules(board).map(({ uid }) => uid);
  const off = [...board.disabled].map(([name, { reason }]) =>
    colors.red(`channel ${name} is OFF: ${plainText(reason)}; vigie alerts enable ${name}`),
  );
  return [
    ...ill,
    ...(unjudged.length === 0 ? [] : [`not judged yet: ${unjudged.join(', ')}`]),
    ...off,
    ...(board.deadLetterCount === 0
      ? []
      : [colors.red(`${plural(board.deadLetterCount, 'notification')} could not be delivered: vigie alerts deliveries --dead`)]),
    ...(board.leftOutLaneCount === 0
      ? []
      : [`of ${plural(board.leftOutLaneCount, 'group')} of messages it is not shown how far their channels are`]),
  ];
}
