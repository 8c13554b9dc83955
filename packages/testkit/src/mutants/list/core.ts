/** Shortcuts in the pure core: facts, timelines, cells, windows, SQL. */
import type { Mutant, TestName } from '../mutant.ts';

const scenario = (name: string): TestName => ({
  project: 'unit',
  file: 'packages/testkit/src/core/scenarios.test.ts',
  name: `${name} facts and cells give what is expected, in batches of 1`,
});
const timeline = (name: string): TestName => ({ project: 'unit', file: 'packages/kpis/src/timeline/timeline.test.ts', name });
const sql = (name: string): TestName => ({ project: 'int', file: 'packages/kpis/src/sql/kpi-select.int.test.ts', name });

const fold = 'packages/kpis/src/cells/fold.ts';
const layout = 'packages/kpis/src/cells/layout.ts';
const points = 'packages/kpis/src/timeline/points.ts';
const movements = 'packages/kpis/src/timeline/movements.ts';
const expressions = 'packages/kpis/src/sql/expressions.ts';

export const coreMutants: readonly Mutant[] = [
  {
    shortcut: 'panes of UTC hours for local days',
    how: 'a day is made of whole UTC hours',
    edits: [
      {
        file: fold,
        find: 'dayNumberAt(source.zone, fact.at)',
        replace: 'dayNumberAt(source.zone, Math.floor(fact.at / 3_600_000) * 3_600_000)',
      },
    ],
    // Kolkata's day loses as much at its start as it wins at its end; this one begins on a full hour and ends on a half one.
    test: scenario('lord-howe-24-5-hours'),
  },
  {
    shortcut: '(from, to] windows',
    how: 'a fact on an edge goes into the pane before it',
    edits: [
      { file: fold, find: 'dayNumberAt(source.zone, fact.at)', replace: 'dayNumberAt(source.zone, fact.at - 1)' },
      { file: fold, find: 'const { at, value } = fact;', replace: 'const [at, value] = [fact.at - 1, fact.value];' },
    ],
    test: scenario('edges-half-open'),
  },
  {
    shortcut: '(from, to] windows',
    how: 'the same in SQL',
    edits: [
      {
        file: expressions,
        find: '`at >= ${fromParameter} AND at < ${toParameter}`',
        replace: '`at > ${fromParameter} AND at <= ${toParameter}`',
      },
      { file: 'packages/kpis/src/sql/kpi-select.ts', find: 'AND at < ${toParameter}', replace: 'AND at <= ${toParameter}' },
    ],
    test: sql('a cost at midnight on the 1st belongs to the month that begins'),
  },
  {
    shortcut: 'distinct by last-seen for a window that has already ended',
    how: 'who was seen again since is left out',
    edits: [
      {
        file: 'packages/kpis/src/sql/kpi-select.ts',
        find: 'AND at < ${toParameter}',
        replace:
          "AND at < ${toParameter} AND (entity = '' OR entity NOT IN (SELECT entity FROM ${factsSource} WHERE tenant = {tenant:String} AND at >= ${toParameter}))",
      },
    ],
    test: sql('who is seen again after a window has ended still counts in it'),
  },
  {
    shortcut: 'coarse pairs (end hour, since hour)',
    how: 'pair cells know the hour, not the minute',
    edits: [
      {
        file: fold,
        find: '`${Math.floor(fact.since / minuteMs)}|${Math.floor(at / minuteMs)}`',
        replace: '`${Math.floor(fact.since / 3_600_000) * 60}|${Math.floor(at / 3_600_000) * 60}`',
      },
    ],
    test: scenario('since-to-the-minute'),
  },
  {
    shortcut: 'points ordered by arrival',
    how: 'a point goes to the end of the list',
    edits: [{ file: points, find: 'comparePoints(points[index - 1]!, point) > 0', replace: 'comparePoints(point, point) > 0' }],
    test: timeline('planned changes a planned change is replaced by a later one for the same moment, plan and all'),
  },
  {
    shortcut: 'only the last two orders remembered',
    how: 'the span before the last one is forgotten with every order',
    edits: [
      { file: 'packages/kpis/src/timeline/timeline.ts', find: 'addSpan(timeline.spans,', replace: 'addSpan(timeline.spans.slice(-1),' },
    ],
    test: timeline('presence every return of a buyer counts, and a late order finds the oldest of them'),
  },
  {
    shortcut: 'mixing facts of two settings in one generation',
    how: 'the hash of a generation does not know the settings',
    edits: [{ file: 'packages/kpis/src/settings/generation.ts', find: 'settings.canonical, ', replace: "'', " }],
    test: {
      project: 'unit',
      file: 'packages/kpis/src/settings/generation.test.ts',
      name: 'the hash of a generation depends on settings, zone data and nothing else that a formula could change',
    },
  },
  {
    shortcut: 'retention without slack',
    how: 'minutes are kept for 48 h and quarter-hours for 100 days, sharp',
    edits: [
      { file: layout, find: 'minuteKeptMs = 49 * hourMs', replace: 'minuteKeptMs = 48 * hourMs' },
      { file: layout, find: 'quarterKeptMs = 100 * dayMs + hourMs', replace: 'quarterKeptMs = 100 * dayMs' },
    ],
    test: {
      project: 'unit',
      file: 'packages/testkit/src/core/scenarios.test.ts',
      name: 'the vector of 100 days reads panes that are just still kept',
    },
  },
  {
    shortcut: 'planned ends as plain points',
    how: 'no later word cancels an end',
    edits: [{ file: points, find: 'end.effectiveAt > next.time) dropped.add(end)', replace: 'end.effectiveAt > next.time) continue' }],
    test: timeline('ends of a subscription an end that was planned earlier is cancelled by a later word, whatever the order of arrival'),
  },
  {
    shortcut: 'movements typed per subscription or per plan',
    how: 'per plan: what grows is an expansion, what shrinks a contraction',
    edits: [{ file: movements, find: 'const grows = (net.get(state.currency) ?? 0) >= 0;', replace: 'const grows = delta >= 0;' }],
    test: scenario('plan-moves-close-per-plan'),
  },
  {
    shortcut: 'movements typed per subscription or per plan',
    how: 'per subscription: each has a net of its own',
    edits: [
      {
        file: movements,
        find: 'for (const { before, after } of rest) {',
        replace: `for (const { before, after } of rest) {
      net.clear();
      net.set(before.currency, -runningMrr(before));
      net.set(after.currency, (net.get(after.currency) ?? 0) + runningMrr(after));`,
      },
    ],
    test: timeline("movements two subscriptions that change at once are typed by the customer's net"),
  },
];
