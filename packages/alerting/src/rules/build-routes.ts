import { matcherText, parseMatcher } from '../announce/matcher.ts';
import type { Inhibition, Matcher, MuteInterval, MuteTiming, Route } from '../announce/types.ts';
import {
  weekdayNames,
  type ChildEntry,
  type InhibitEntry,
  type MuteTimingEntry,
  type SelectionEntry,
  type SendingEntry,
} from './route-schema.ts';
import type { RulesFile } from './rules-schema.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** The routing tree of a file that was checked, with everything inherited filled in. */
export function buildRoutes({ routes, defaults }: RulesFile): Route {
  const builtIn: Route = {
    id: 'default',
    matchers: [],
    channels: ['log'],
    groupBy: ['rule'],
    groupWaitMs: 30 * secondMs,
    groupIntervalMs: 5 * minuteMs,
    repeatIntervalMs: defaults?.repeat_interval ?? 24 * hourMs,
    mute: [],
    flap: null,
    continues: false,
    children: [],
  };
  return withChildren({ ...builtIn, ...sendingOf(routes?.default ?? {}) }, routes?.children ?? []);
}

function withChildren(route: Route, children: readonly ChildEntry[]): Route {
  const counts = new Map<string, number>();
  return {
    ...route,
    children: children.map((child) => {
      const matchers = [...matchersOf(child.match ?? {}), ...matchersOf(child.matchers ?? {})];
      const name = nameOf(matchers);
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      const own = { id: `${route.id}/${name}${count === 1 ? '' : `#${count}`}`, matchers, continues: child.continue ?? false };
      return withChildren({ ...route, ...own, ...sendingOf(child) }, child.children ?? []);
    }),
  };
}

/** Made of what a route matches, in any order, so that a route that is put in or taken out beside it leaves its lanes as they are. */
function nameOf(matchers: readonly Matcher[]): string {
  return matchers.length === 0 ? '*' : [...new Set(matchers.map(matcherText))].toSorted().join(',');
}

/** What an entry says itself; the rest is inherited. */
function sendingOf(entry: SendingEntry): Partial<Route> {
  const { channels, group_by: groupBy, mute, flap } = entry;
  return {
    ...(channels === undefined ? {} : { channels: [...new Set(channels)] }),
    ...(groupBy === undefined ? {} : { groupBy: [...new Set(groupBy)] }),
    ...(entry.group_wait === undefined ? {} : { groupWaitMs: entry.group_wait }),
    ...(entry.group_interval === undefined ? {} : { groupIntervalMs: entry.group_interval }),
    ...(entry.repeat_interval === undefined ? {} : { repeatIntervalMs: entry.repeat_interval }),
    ...(mute === undefined ? {} : { mute: [...new Set(mute)] }),
    ...(flap === undefined
      ? {}
      : { flap: flap === 'off' ? null : { firingCountMax: flap.firings, withinMs: flap.within, calmMs: flap.calm } }),
  };
}

function matchersOf(entry: SelectionEntry): readonly Matcher[] {
  if (!Array.isArray(entry)) return Object.entries(entry).map(([label, value]) => ({ label, op: '=', value }));
  return entry.map((text) => {
    const matcher = parseMatcher(text);
    if (matcher === null) throw new RangeError(`expected a matcher that was checked, found ${JSON.stringify(text)}`);
    return matcher;
  });
}

export function buildMuteTimings({ mute_timings: timings, defaults }: RulesFile): readonly MuteTiming[] {
  return Object.entries(timings ?? {}).map(([name, { timezone, intervals }]) => ({
    name,
    zone: timezone ?? defaults?.timezone ?? 'UTC',
    intervals: intervals.map(intervalOf),
  }));
}

function intervalOf({ times, weekdays, days_of_month: daysOfMonth, months }: MuteTimingEntry['intervals'][number]): MuteInterval {
  return {
    times: (times ?? []).map((text) => {
      const [fromMinute, toMinute] = text.split('-').map(minuteOf) as [number, number];
      return { fromMinute, toMinute };
    }),
    weekdays: (weekdays ?? []).map((name) => weekdayNames.indexOf(name) + 1),
    daysOfMonth: daysOfMonth ?? [],
    months: months ?? [],
  };
}

function minuteOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number) as [number, number];
  return hours * 60 + minutes;
}

/**
 * While the pipeline is in trouble, what KPIs say is not to be trusted. Only alarms about the numbers hold them: a broken rule, a channel or a source
 * that is down says nothing against numbers that could be read; what could not be read is not judged anyway. A producer that is silent is the matter of its own tenant.
 */
const builtInInhibitions: readonly Inhibition[] = [
  {
    source: [
      { label: 'kind', op: '=', value: 'pipeline' },
      { label: 'severity', op: '=', value: 'critical' },
      { label: 'kpi', op: '=~', value: 'completeness_lag|stuck_partition|dead_letter_share' },
    ],
    target: [{ label: 'kind', op: '=', value: 'kpi' }],
    equal: [],
  },
  {
    source: [
      { label: 'kind', op: '=', value: 'pipeline' },
      { label: 'severity', op: '=', value: 'critical' },
      { label: 'kpi', op: '=', value: 'silent_event_type' },
    ],
    target: [{ label: 'kind', op: '=', value: 'kpi' }],
    equal: ['tenant'],
  },
];

export function buildInhibitions(entries: readonly InhibitEntry[] | undefined): readonly Inhibition[] {
  if (entries === undefined) return builtInInhibitions;
  return entries.map(({ source, target, equal }) => ({ source: matchersOf(source), target: matchersOf(target), equal: equal ?? [] }));
}
