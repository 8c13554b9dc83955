import type { Instance } from '@vigie/alerting';
import { parseSettings } from '@vigie/kpis';
import { anAlertRule } from '@vigie/testkit';
import { expect, test } from 'vitest';
import { alertsOf } from '../alerts/alerts-of.ts';
import { board, firing, judged, nowMs, pending } from '../alerts/board.fixture.ts';
import { frame, type FrameInput, pageFrame, type WatchModel, wrapped } from './frame.ts';
import type { KpiRow } from './kpi-rows.ts';
import { lineText } from './spans.ts';
import { initialUi, type UiState } from './ui-state.ts';

const rule = anAlertRule();

function kpiRow(name: string, slice: string | null): KpiRow {
  return {
    ...{ rule: { ...rule, name }, slice: slice === null ? null : { dimension: 'channel', value: slice } },
    ...{ value: '6.31%', change: '+0.42 pp', changeMs: 86_400_000, judged: 6.31, limits: rule.limits },
    ...{ spark: [1, 2, null, 4], verdict: 'warning', tone: 'warn', rank: 3 },
  };
}

function modelOf(instances: readonly Instance[], over: Partial<WatchModel> = {}): WatchModel {
  const seen = board([judged(rule, instances)]);
  return {
    ...{ readMs: nowMs, zone: 'Europe/Paris', settings: parseSettings(''), completeThroughMs: nowMs - 500 },
    ...{ kpis: [kpiRow('Customer churn', null)], moreKpiCount: 0, board: seen, alerts: alertsOf(seen), shortOf: (id) => id.slice(0, 6) },
    ...over,
  };
}

const many = Array.from({ length: 60 }, (_, index) => firing(`slice-${String(index).padStart(2, '0')}`));
const drawn = (over: Partial<FrameInput> & { model: WatchModel }): string[] =>
  frame({ ui: initialUi, trouble: null, nowMs, screen: { width: 100, height: 24 }, ...over }).map(lineText);

test.each([
  [200, 60],
  [130, 30],
  [100, 24],
  [80, 24],
  [74, 16],
  [50, 12],
  [30, 8],
  [20, 4],
])('on a screen of %i by %i nothing is wider or longer, and what is chosen is there', (width, height) => {
  const kpis = Array.from({ length: 30 }, (_, index) => kpiRow(`A rule with quite a long name, number ${index}`, 'paid_search_brand'));
  const model = modelOf(many, { kpis });
  const ui: UiState = { ...initialUi, selected: 'slice-41' };
  const lines = drawn({ model, ui, screen: { width, height } });
  expect(lines.length).toBeLessThanOrEqual(height);
  for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(width);
  if (height >= 8) expect(lines.filter((line) => line.startsWith('> '))).toHaveLength(1);
});

test('where a rule has no room for its name, its slice is still told', () => {
  const model = modelOf([], { kpis: [kpiRow('Acquisition cost of a channel over all campaigns', 'paid_search')] });
  expect(drawn({ model, screen: { width: 76, height: 20 } }).join('\n')).toMatch(/Acqui\S*.*…: paid_search/);
});

test('KPIs take the room that alerts leave, and no row that fires waits for one that does not', () => {
  const calm = Array.from({ length: 14 }, (_, index) => ({ ...kpiRow(`calm ${index}`, null), verdict: 'ok', rank: 0 }));
  const model = modelOf([], { kpis: [...calm, kpiRow('grave', null)] });
  // Of 24 lines one is the head, one the foot, one empty, and two are for alerts: 19 are left for a title and 15 rows.
  expect(drawn({ model }).filter((line) => /calm|grave/.test(line))).toHaveLength(15);
  const small = drawn({ model, screen: { width: 100, height: 10 } });
  expect(small[2]).toMatch(/^ {2}grave /);
  expect(small[1]).toContain('11 more');
});

test('a name is cut only where the width is used up', () => {
  const name = 'A rule with thirty-four characters';
  const model = modelOf([], { kpis: [kpiRow(name, null)] });
  for (const width of [100, 120, 130, 160]) expect(drawn({ model, screen: { width, height: 24 } })[2]).toContain(`${name} `);
});

test('the clock is that of the tenant, with its zone and how far the numbers are', () => {
  // 12:00 UTC on 22 November is 13:00 in Paris.
  expect(drawn({ model: modelOf([]) })[0]).toBe('Vigie 13:00:00 Europe/Paris  numbers complete through 12:59:59, 0.5 s behind');
  expect(drawn({ model: modelOf([], { completeThroughMs: null }) })[0]).toContain('numbers are not complete yet');
});

test('a value, how it moved, its windows, and where it stands between its limits are on one line', () => {
  const [, , line] = drawn({ model: modelOf([]), screen: { width: 130, height: 24 } });
  // The scale of 1, 2, 4 goes from 0 to 4.2: heights of 1.7, 3.3 and 6.7 out of 7.
  expect(line).toMatch(/^ {2}Customer churn +30d +6\.31% {2}\+0\.42 pp in 1 d +▃▄·█ +·+░*│·*●·* {2}warning$/);
});

test('servers that do not answer are told with how old the numbers are', () => {
  const trouble = { sinceMs: nowMs - 18_000, text: 'expected Redis to answer, found nothing' };
  expect(drawn({ model: modelOf([]), trouble })[1]).toBe(
    'no answer for 18 s, this is as of 13:00:00: expected Redis to answer, found nothing',
  );
});

test('with nothing that fires it says how far that can be relied on', () => {
  expect(drawn({ model: modelOf([]) }).join('\n')).toContain('1 rule judged, the last window ended 13:00');
  const unjudged = { ...modelOf([]), board: board([]), alerts: [] };
  expect(drawn({ model: unjudged }).join('\n')).toContain('no rule was judged yet; is the monitor running?');
});

test('an alert shows its severity, slice, age and what holds it', () => {
  const alerts = alertsOf(board([judged(rule, [firing('search', { severity: 'critical' }), pending('email')])]));
  const marked = alerts.map((alert) => ({ ...alert, silence: alert.episode === null ? null : ({} as NonNullable<typeof alert.silence>) }));
  const lines = drawn({ model: modelOf([], { alerts: marked }), screen: { width: 130, height: 24 } });
  expect(lines.join('\n')).toMatch(/> CRITICAL {3}Churn channel=search +2 h {2}silenced/);
  expect(lines.join('\n')).toMatch(/ {2}PENDING {4}Churn channel=email +2 h {2}limit at or above 5%/);
});

test('a rule that cannot be judged is told above everything', () => {
  const health = { state: 'BROKEN', sinceMs: nowMs, reason: 'no answer: not_live' } as const;
  const model = { ...modelOf([]), board: board([judged(rule, [], { health })]) };
  expect(drawn({ model })[1]).toBe('rule churn is BROKEN: no answer: not_live');
});

test('a page scrolls to its end and no further', () => {
  const text = Array.from({ length: 50 }, (_, index) => `line ${index}`).join('\n');
  const lines = pageFrame(text, { ...initialUi, mode: 'help', scroll: 1_000 }, { width: 100, height: 11 }).map(lineText);
  expect(lines).toHaveLength(11);
  expect(lines.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, index) => `line ${40 + index}`));
});

test('long lines of a page go on below, and no word is lost', () => {
  const line = '  window       30d, 2026-10-25 18:15 Europe/Paris to 2026-11-24 18:23 Europe/Paris';
  const parts = wrapped(line, 40);
  for (const part of parts) expect(part.length).toBeLessThanOrEqual(40);
  expect(parts.join(' ').split(/\s+/).join(' ')).toBe(line.split(/\s+/).join(' '));
  expect(wrapped('x'.repeat(100), 40).join('').replaceAll(' ', '')).toHaveLength(100);
});
