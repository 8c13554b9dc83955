import type { AlertRecord } from '@vigie/alerting';
import type { Delivery, WaitingNotification } from '@vigie/redis';
import { type ExitCode, exitCodes } from '../console/cli-error.ts';
import type { Output } from '../console/output.ts';
import { alertJson, recordJson } from './alert-json.ts';
import type { Alert } from './alerts-of.ts';
import type { Board } from './board.ts';
import { channelText, overlayTexts } from './channel-words.ts';
import { alertIds, namedAlert } from './choose-alert.ts';
import { deliveryJson, deliveryLine, waitingJson, waitingLine } from './delivery-words.ts';
import { type Desk, readAlerts, zoneOf } from './desk.ts';
import { findNamed, type Named } from './ids.ts';
import { markOf, sinceText } from './render-list.ts';
import { recordText, transitionsText } from './render-show.ts';
import { sliceText } from './words.ts';

/** Of the history, so much is searched for past episodes. */
export const historyCountMax = 5_000;
/** Transitions of one instance that are shown. */
const transitionsMax = 20;
const deliveriesMax = 10;

/** What a person asked for: an alert of now, or an episode that is over. */
interface Subject {
  readonly alert: Alert | null;
  /** Of its instance, newest first. */
  readonly records: readonly AlertRecord[];
}

interface AskedAlert {
  readonly written: string;
  readonly nowMs: number;
}

export async function showAlert(desk: Desk, output: Output, asked: AskedAlert): Promise<ExitCode> {
  const found = await findSubject(desk, asked);
  const { subject, lines } = found;
  output.text(renderSubject(desk, found, output));
  output.value({
    alert: subject.alert === null ? null : alertJson(subject.alert, desk.context.settings),
    transitions: subject.records.map(recordJson),
    waiting: lines.waiting.map(waitingJson),
    deliveries: lines.deliveries.map(deliveryJson),
  });
  return exitCodes.ok;
}

/** The same as text, for a screen. */
export async function alertText(desk: Desk, asked: AskedAlert, colors: Output['colors']): Promise<string> {
  return renderSubject(desk, await findSubject(desk, asked), { colors });
}

interface Found {
  readonly board: Board;
  readonly subject: Subject;
  readonly lines: Lines;
}

async function findSubject(desk: Desk, { written, nowMs }: AskedAlert): Promise<Found> {
  const { board, alerts } = await readAlerts(desk, nowMs);
  const history = await desk.store.history(historyCountMax);
  const subject = findNamed(written, subjects(alerts, history), alertIds);
  return { board, subject, lines: deliveriesOf(board, subject) };
}

/** Alerts of now first: a past episode of an instance that fires is found by its own id alone. */
function subjects(alerts: readonly Alert[], history: readonly AlertRecord[]): Named<Subject>[] {
  const byInstance = Map.groupBy(history, ({ transition }) => transition.instance);
  const present = alerts.map((alert): Named<Subject> => {
    const known = byInstance.get(alert.instance.id) ?? (alert.record === null ? [] : [alert.record]);
    return { ...namedAlert(alert), value: { alert, records: known } };
  });
  const current = new Set(alerts.flatMap(({ episode }) => (episode === null ? [] : [episode])));
  const alive = new Set(alerts.map(({ instance }) => instance.id));
  const past = [...Map.groupBy(history, ({ transition }) => transition.episode)]
    .filter(([episode]) => !current.has(episode))
    .map(([episode, records]): Named<Subject> => {
      const [newest] = records as [AlertRecord, ...AlertRecord[]];
      const { instance } = newest.transition;
      const isLatest = !alive.has(instance) && byInstance.get(instance)?.[0]?.transition.episode === episode;
      const text = ['past', newest.rule.name, sliceText(newest.slice)].filter((part) => part !== '').join(' ');
      return {
        ids: isLatest ? [episode, instance] : [episode],
        names: isLatest ? [newest.rule.uid] : [],
        text,
        value: { alert: null, records },
      };
    });
  return [...present, ...past];
}

interface Lines {
  readonly waiting: readonly WaitingNotification[];
  readonly deliveries: readonly Delivery[];
}

/** Messages of the groups that the alert is in. */
function deliveriesOf({ waiting, deliveries }: Board, { alert }: Subject): Lines {
  const lanes = alert?.instance.lanes ?? [];
  const isOwn = ({ notification: { queue } }: { notification: { queue: string } }): boolean =>
    lanes.some(({ id, channel }) => queue === id || queue === `${channel}:${alert?.episode}`);
  return { waiting: waiting.filter(isOwn).slice(0, deliveriesMax), deliveries: deliveries.filter(isOwn).slice(0, deliveriesMax) };
}

function renderSubject(desk: Pick<Desk, 'context'>, { board, subject, lines }: Found, { colors }: Pick<Output, 'colors'>): string {
  const { alert, records } = subject;
  const rule = alert?.rule ?? records[0]!.rule;
  const zone = zoneOf(desk, [rule.tenant]);
  const at = { nowMs: board.nowMs, zone, currency: desk.context.settings.of(rule.tenant).currency };
  const slice = sliceText(alert?.slice ?? records[0]?.slice ?? null);
  const mark = alert === null ? colors.green('OVER') : markOf(alert, colors);
  const head = [mark, colors.bold(rule.name), slice, colors.dim(`rule ${rule.uid}, ${rule.kpi}, tenant ${rule.tenant}`)];
  const facts =
    alert === null
      ? []
      : [sinceText(alert, at), ...overlayTexts(alert, at).map(colors.cyan), ...alert.channels.map((state) => channelText(state, at))];
  const ids = [
    `episode  ${alert === null ? records[0]!.transition.episode : (alert.episode ?? 'none yet')}`,
    `instance ${alert?.instance.id ?? records[0]!.transition.instance}`,
  ];
  const record =
    alert === null
      ? (records.find(({ evidence, transition }) => evidence !== null && transition.kind !== 'resolved') ?? records[0]!)
      : alert.record;
  const messages = [...lines.waiting.map((one) => waitingLine(one, at)), ...lines.deliveries.map((one) => deliveryLine(one, at))];
  return [
    [head.filter((part) => part !== '').join('  '), ...[...facts, ...ids.map(colors.dim)].map((line) => `  ${line}`)].join('\n'),
    ...(record === null ? [] : [recordText(record, at, colors)]),
    ...(records.length === 0 ? [] : [transitionsText(records.slice(0, transitionsMax), at, colors)]),
    ...(messages.length === 0 ? [] : [`${colors.bold('Messages of its groups:')}\n${messages.map((line) => `  ${line}`).join('\n')}`]),
    colors.dim(`times in ${zone}`),
  ].join('\n\n');
}
