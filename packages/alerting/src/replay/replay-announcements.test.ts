import { describe, expect, test } from 'vitest';
import { parseMatcher } from '../announce/matcher.ts';
import type { Route, Silence } from '../announce/types.ts';
import { aReading, aRule, hourMs } from '../evaluate/test-rules.ts';
import type { LogChannel, Rule, RuleSet } from '../types.ts';
import { judgeWindows } from './judge-windows.ts';
import { replayAnnouncements, type ReplayOverlays, type StoredRecord } from './replay-announcements.ts';

// A Monday; every window is stored the moment it ends.
const startMs = Date.UTC(2026, 2, 2, 9);
const second = 1_000;
const nobody: ReplayOverlays = { silences: [], acknowledgements: [] };

const log = (name: string): LogChannel => ({ name, type: 'log', allowPrivateHosts: [], fallback: null });
const route: Route = {
  ...{ id: 'default', matchers: [], channels: ['log'], groupBy: ['rule'], mute: [], flap: null, continues: false, children: [] },
  ...{ groupWaitMs: 30 * second, groupIntervalMs: 300 * second, repeatIntervalMs: 4 * hourMs },
};
const ruleSetOf = (over: Partial<RuleSet> = {}): RuleSet => ({
  ...{ rules: [], route, muteTimings: [], inhibitions: [], channels: [log('log'), log('ops')] },
  ...over,
});
const matcher = (text: string) => parseMatcher(text)!;

function storedOf(rule: Rule, values: readonly string[]): StoredRecord[] {
  const windows = values.map((value, index) => {
    const windowEndMs = startMs + index * hourMs;
    return { windowEndMs, readings: [aReading({ value, windowEndMs })], baselines: null };
  });
  return [...judgeWindows(rule, windows)].flatMap(({ decision, windowEndMs }) =>
    decision.records.map((record) => ({ record, storedMs: windowEndMs })),
  );
}

/** `1h30s log firing` and so on, until so many hours have passed. */
function told(ruleSet: RuleSet, records: readonly StoredRecord[], at: { hours: number; overlays?: ReplayOverlays }): string[] {
  const untilMs = startMs + at.hours * hourMs;
  return replayAnnouncements(ruleSet, records, { untilMs, overlays: at.overlays ?? nobody }).map(({ atMs, channel, message }) => {
    const seconds = (atMs - startMs) / second;
    return `${Math.floor(seconds / 3_600)}h${seconds % 3_600}s ${channel} ${message.kind}`;
  });
}

describe('announcements in simulated time', () => {
  test('wait for their group, repeat while it fires, and tell the end', () => {
    const records = storedOf(aRule(), ['3.00', '6.00', ...Array<string>(9).fill('6.00'), '3.00']);
    expect(told(ruleSetOf(), records, { hours: 100 })).toEqual([
      '1h30s log firing',
      '5h30s log repeat',
      '9h30s log repeat',
      '11h30s log resolved',
    ]);
  });

  test('end when the simulation does', () => {
    expect(told(ruleSetOf(), storedOf(aRule(), ['6.00']), { hours: 3 })).toEqual(['0h30s log firing']);
  });

  test('go where the severity leads, and the end goes to all who were told', () => {
    const child: Route = { ...route, id: 'default/0', matchers: [matcher('severity=critical')], channels: ['ops'], groupWaitMs: 0 };
    const ruleSet = ruleSetOf({ route: { ...route, children: [child] } });
    expect(told(ruleSet, storedOf(aRule(), ['6.00', '8.00', '3.00']), { hours: 9 })).toEqual([
      '0h30s log firing',
      '1h0s ops firing',
      '1h30s log changed',
      '2h0s ops resolved',
      '2h30s log resolved',
    ]);
  });

  test('come once to a channel that two routes lead to', () => {
    const child: Route = { ...route, id: 'critical', matchers: [matcher('severity=critical')], channels: ['log', 'ops'], groupWaitMs: 0 };
    const ruleSet = ruleSetOf({ route: { ...route, children: [child] } });
    expect(told(ruleSet, storedOf(aRule(), ['6.00', '8.00', '3.00']), { hours: 9 })).toEqual([
      '0h30s log firing',
      '1h0s ops firing',
      '1h30s log changed',
      '2h0s ops resolved',
      '2h30s log resolved',
    ]);
  });

  test('are held by a silence and told at its end, if it still fires', () => {
    const silence: Silence = {
      ...{ id: 's', matchers: [matcher('rule=churn')], author: 'a', comment: 'c' },
      ...{ startsMs: startMs, endsMs: startMs + 2.5 * hourMs, createdMs: startMs },
    };
    const overlays = { silences: [silence], acknowledgements: [] };
    expect(told(ruleSetOf(), storedOf(aRule(), ['6.00', '6.00', '6.00', '6.00']), { hours: 4, overlays })).toEqual(['2h1800s log firing']);
    expect(told(ruleSetOf(), storedOf(aRule(), ['6.00', '3.00']), { hours: 4, overlays })).toEqual([]);
  });

  test('an acknowledgement stops repeats from then on', () => {
    const records = storedOf(aRule(), Array<string>(20).fill('6.00'));
    const { episode, instance, severity } = records[0]!.record.transition;
    const acknowledgement = { episode, instance, severity, author: 'a', comment: '', atMs: startMs + 5 * hourMs };
    const overlays = { silences: [], acknowledgements: [acknowledgement] };
    expect(told(ruleSetOf(), records, { hours: 20, overlays })).toEqual(['0h30s log firing', '4h30s log repeat']);
  });

  test('what is inhibited is told the moment that which inhibits has ended', () => {
    const inhibition = { source: [matcher('rule=outage')], target: [matcher('rule=churn')], equal: [] };
    const outage = storedOf(aRule({ uid: 'outage' }), ['6.00', '6.00', '3.00']).map(({ record, storedMs }) => ({
      record,
      storedMs: storedMs + 7 * second,
    }));
    const churn = storedOf(aRule(), ['3.00', '6.00', '6.00', '6.00']);
    const records = [...outage, ...churn].toSorted((a, b) => a.storedMs - b.storedMs);
    const messages = told(ruleSetOf({ inhibitions: [inhibition] }), records, { hours: 4 });
    expect(messages).toEqual(['0h37s log firing', '2h7s log firing', '2h37s log resolved']);
  });
});
