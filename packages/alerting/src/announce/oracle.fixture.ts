/** A second, simple model of who should know what: it goes through a history second by second and holds the messages that were sent against it. */
import { severityRank } from '../types.ts';
import { acknowledgementsAt, runEnd, type Schedule, type Sent } from './schedule.fixture.ts';

type Change = Schedule['changes'][number];
interface Told {
  readonly change: Change;
  readonly at: number;
  /** Place among all that was told. */
  readonly place: number;
}
interface Episode {
  readonly changes: readonly Change[];
  readonly told: readonly Told[];
}

const nameOf = ({ of, episode }: Change): string => `${of}/${episode}`;
const idOf = (change: Change): string => `${nameOf(change)}/${change.sequence}`;

/** The sentence of what is wrong, or nothing. `looks`: the only seconds in which holds were seen; null: all of them. */
export function complaints(schedule: Schedule, sent: readonly Sent[], looks: readonly number[] | null = null): readonly string[] {
  const episodes = episodesOf(schedule, sent);
  return [
    ...sentTwice(sent),
    ...episodes.flatMap((episode) => [...outOfOrder(episode), ...lost(schedule, episode, looks), ...unknownAtEnd(episode)]),
    ...overtaken(schedule, episodes),
    ...tooClose(schedule, sent),
  ];
}

/** Those that only hold for who looks at every second. */
export function lateness(schedule: Schedule, sent: readonly Sent[]): readonly string[] {
  const episodes = episodesOf(schedule, sent);
  return [...episodes.flatMap((episode) => mistimed(schedule, sent, { episode, episodes })), ...unrepeated(schedule, sent)];
}

function episodesOf({ changes }: Schedule, sent: readonly Sent[]): readonly Episode[] {
  const told = sent
    .flatMap(({ at, message }) => message.alerts.flatMap(({ transitions }) => transitions.map(({ id }) => ({ id, at }))))
    .map(({ id, at }, place) => ({ change: changes.find((change) => idOf(change) === id)!, at, place }));
  return [...Map.groupBy(changes, nameOf)].map(([name, own]) => ({
    changes: own,
    told: told.filter(({ change }) => nameOf(change) === name),
  }));
}

function sentTwice(sent: readonly Sent[]): readonly string[] {
  const ids = [
    ...sent.map(({ message }) => message.id),
    ...sent.flatMap(({ message }) => message.alerts.flatMap(({ transitions }) => transitions.map(({ id }) => id))),
  ];
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id} was sent twice`);
}

function outOfOrder({ told }: Episode): readonly string[] {
  const sequences = told.map(({ change }) => change.sequence);
  const isSorted = sequences.every((sequence, index) => index === 0 || sequence > sequences[index - 1]!);
  // What ends was told as firing, by whichever transition came first.
  const isHeadless = told[0]?.change.kind === 'resolved' || (told.length > 0 && sequences[0] !== 0);
  return isSorted && !isHeadless ? [] : [`${nameOf(told[0]!.change)} was told as ${sequences.join()}`];
}

/** Whatever was not told came and went while held, in every second of it. */
function lost(schedule: Schedule, { changes, told }: Episode, looks: readonly number[] | null): readonly string[] {
  return changes.flatMap((change, index) => {
    if (told.some((one) => one.change === change)) return [];
    const known = told.findLast((one) => one.change.sequence < change.sequence)?.change.severity;
    const end = changes
      .slice(index)
      .find((later) => (known === undefined ? later.kind === 'resolved' : later.kind !== 'resolved' && later.severity === known));
    if (end === undefined) return [`${idOf(change)} was not told and nothing took it back`];
    // A lane that is no longer in the rules gives up what ended before anybody was told.
    if (known === undefined && schedule.unrouted.from < schedule.unrouted.to && schedule.unrouted.to > end.at) return [];
    const last = looks?.find((at) => at >= end.at) ?? end.at;
    const seen = looks === null ? secondsFrom(change.at, last + 1) : [change.at, ...looks.filter((at) => at >= change.at && at <= last)];
    const free = seen.find((at) => !isHeld(schedule, { changes, oldest: change }, at));
    return free === undefined ? [] : [`${idOf(change)} was not told though nothing held it at ${free}`];
  });
}

function unknownAtEnd({ changes, told }: Episode): readonly string[] {
  const truth = changes.at(-1)!;
  const known = told.at(-1)?.change;
  if (truth.kind === 'resolved')
    return known === undefined || known.kind === 'resolved' ? [] : [`the end of ${nameOf(truth)} was not told`];
  return known?.severity === truth.severity ? [] : [`${nameOf(truth)} fires as ${truth.severity}, told was ${known?.severity}`];
}

function overtaken(schedule: Schedule, episodes: readonly Episode[]): readonly string[] {
  const channels = [...new Set(schedule.changes.map(({ of }) => of))];
  return channels.flatMap((of) => {
    const told = episodes.filter(({ changes }) => changes[0]!.of === of).flatMap((episode) => episode.told);
    return told.flatMap(({ change, place }, index) => (index > 0 && place < told[index - 1]!.place ? [`${idOf(change)} overtook`] : []));
  });
}

const isResend = ({ resendMs }: Schedule, { message }: Sent): boolean => resendMs !== null && message.kind === 'repeat';

const isIn = ({ from, to }: { from: number; to: number }, at: number): boolean => from <= at && at < to;

function groupedTimes(schedule: Schedule, sent: readonly Sent[]): readonly number[] {
  return [...new Set(sent.filter((one) => !isResend(schedule, one)).map(({ at }) => at))];
}

function tooClose(schedule: Schedule, sent: readonly Sent[]): readonly string[] {
  const times = groupedTimes(schedule, sent);
  const { from, to } = schedule.unrouted;
  // Without a route there is no interval, what ends is told at once, and an empty lane is forgotten with its times.
  const isAnew = (last: number, at: number): boolean => from < to && from <= at && last < to;
  return times.flatMap((at, index) =>
    index > 0 && !isAnew(times[index - 1]!, at) && (at - times[index - 1]!) * 1_000 < schedule.timing.groupIntervalMs
      ? [`${at} is too soon after ${times[index - 1]}`]
      : [],
  );
}

/** News is told in the first second in which the timers and the holds allow it, and in no other. */
function mistimed(schedule: Schedule, sent: readonly Sent[], of: { episode: Episode; episodes: readonly Episode[] }): readonly string[] {
  const { episode, episodes } = of;
  const times = groupedTimes(schedule, sent);
  return [...Map.groupBy(episode.told, ({ at }) => at)].flatMap(([toldAt, batch]) => {
    const oldest = batch[0]!.change;
    const isEndOfTold = batch[0]!.change.sequence > 0 && batch.at(-1)!.change.kind === 'resolved';
    const mayTell = (at: number): boolean =>
      (isEndOfTold && batch.at(-1)!.change.at <= at) || !isHeld(schedule, { changes: episode.changes, oldest }, at);
    // A later episode of the instance that may be told takes the earlier one along.
    const isTaken = episodes.some(
      ({ changes, told }) => changes[0]!.of === oldest.of && changes[0]!.episode > oldest.episode && told.some(({ at }) => at === toldAt),
    );
    const early = mayTell(toldAt) || isTaken ? [] : [`${idOf(oldest)} was told at ${toldAt} though held`];
    const waited = secondsFrom(oldest.at + schedule.timing.groupWaitMs / 1_000, toldAt).find(
      (at) => mayTell(at) && (at - (times.findLast((time) => time <= at) ?? -Infinity)) * 1_000 >= schedule.timing.groupIntervalMs,
    );
    return waited === undefined ? early : [...early, `${idOf(oldest)} could have been told at ${waited}, was at ${toldAt}`];
  });
}

/** What is told as firing, free and not acknowledged is named again when its time has come. */
function unrepeated(schedule: Schedule, sent: readonly Sent[]): readonly string[] {
  if (schedule.resendMs !== null) return [];
  const { repeatIntervalMs, groupIntervalMs } = schedule.timing;
  const times = groupedTimes(schedule, sent);
  return [...Map.groupBy(schedule.changes, nameOf)].flatMap(([name, changes]) => {
    const isNamed = ({ message }: Sent): boolean => message.alerts.some(({ record }) => record.transition.episode === name);
    const first = sent.find(isNamed);
    if (first === undefined) return [];
    return secondsFrom(first.at, runEnd).flatMap((at) => {
      const before = sent.filter((one) => one.at <= at);
      const named = before.findLast(isNamed)!;
      const current = changes.findLast((change) => change.at <= at)!;
      const isQuiet =
        isHeld(schedule, { changes, oldest: null }, at) || isAcknowledged(schedule, changes, at) || current.kind === 'resolved';
      if (named.at === at && named.message.kind === 'repeat' && isQuiet)
        return [`${name} was repeated at ${at} though held or acknowledged`];
      const lastMs = (at - times.findLast((time) => time <= at)!) * 1_000;
      return !isQuiet && !isFlapHeld(schedule, changes, at) && (at - named.at) * 1_000 >= repeatIntervalMs && lastMs >= groupIntervalMs
        ? [`${name} was not repeated at ${at}`]
        : [];
    });
  });
}

/** Might be held by the damper: some change of it came after its instance was damped. */
function isFlapHeld(schedule: Schedule, changes: readonly Change[], at: number): boolean {
  return changes.some((oldest) => oldest.at <= at && isDamped(schedule, oldest, at));
}

function isAcknowledged(schedule: Schedule, changes: readonly Change[], at: number): boolean {
  const found = acknowledgementsAt(schedule, at).get(nameOf(changes[0]!));
  if (found === undefined) return false;
  const arrived = changes.filter((change) => change.at <= at);
  const hasRisen = arrived.some((change) => change.kind === 'escalated' && change.at * 1_000 > found.atMs);
  return !hasRisen && severityRank(arrived.at(-1)!.severity) <= severityRank(found.severity);
}

/** Does anything hold the alert at this second? `oldest`: the oldest change that is not told. */
function isHeld(schedule: Schedule, alert: { changes: readonly Change[]; oldest: Change | null }, at: number): boolean {
  const current = alert.changes.findLast((change) => change.at <= at)!;
  return (
    schedule.silences.some((silence) => silence.of === current.of && isIn(silence, at)) ||
    (current.severity === 'critical' && schedule.criticalSilences.some((silence) => isIn(silence, at))) ||
    isIn(schedule.inhibited, at) ||
    isIn(schedule.unrouted, at) ||
    isIn(schedule.muted, Math.floor(at / 60)) ||
    (alert.oldest !== null && isDamped(schedule, alert.oldest, at))
  );
}

/** The damper, from the policy's words: too many firings in a row of seconds, then quiet until the last one is long enough ago. */
function isDamped({ changes, flap }: Schedule, oldest: Change, at: number): boolean {
  if (flap === null) return false;
  let counted: number[] = [];
  let since: number | null = null;
  for (const change of changes.filter(({ of, kind }) => of === oldest.of && kind === 'firing')) {
    if (change.at > at) break;
    if (since !== null && change.at * 1_000 >= counted.at(-1)! * 1_000 + flap.calmMs) {
      counted = [];
      since = null;
    }
    counted = [...counted.filter((time) => (change.at - time) * 1_000 < flap.withinMs || since !== null), change.at];
    if (counted.length > flap.firingCountMax) since ??= change.at;
  }
  return since !== null && oldest.at > since && at * 1_000 < counted.at(-1)! * 1_000 + flap.calmMs;
}

function secondsFrom(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}
