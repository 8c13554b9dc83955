import { describe, expect, test } from 'vitest';
import { route, rule } from './announce.fixture.ts';
import { labelsOf } from './labels.ts';
import { parseMatcher } from './matcher.ts';
import { laneOf, routeById, routesOf } from './route.ts';
import type { Route } from './types.ts';

function child(id: string, matcher: string, over: Partial<Route> = {}): Route {
  return { ...route, id, matchers: [parseMatcher(matcher)!], ...over };
}
const root: Route = {
  ...route,
  channels: ['log'],
  children: [
    child('default/0', 'team=audit', { continues: true, channels: ['log', 'archive'] }),
    child('default/1', 'severity=critical', {
      channels: ['pager'],
      children: [child('default/1/0', 'channel=~"paid_.*"', { channels: ['ads'], groupBy: ['rule', 'channel'] })],
    }),
    child('default/2', 'severity=~".*"', { channels: ['chat'] }),
  ],
};
const idsOf = (labels: Readonly<Record<string, string>>, from = root) => routesOf(from, labels).map(({ id }) => id);

describe('routes', () => {
  test('the first child that matches wins, however deep; one that continues lets the next be asked', () => {
    expect(idsOf({ severity: 'critical' })).toEqual(['default/1']);
    expect(idsOf({ severity: 'critical', channel: 'paid_search' })).toEqual(['default/1/0']);
    expect(idsOf({ severity: 'critical', team: 'audit' })).toEqual(['default/0', 'default/1']);
    expect(idsOf({ severity: 'info' })).toEqual(['default/2']);
  });

  test('what no child matches stays with the parent', () => {
    expect(idsOf({ severity: 'info' }, { ...root, children: root.children.slice(0, 2) })).toEqual(['default']);
  });

  test('channel, route and the labels of the group make a lane, in any order of labels', () => {
    const wide: Route = { ...route, groupBy: ['rule', 'channel'] };
    const one = laneOf(wide, 'hook', { rule: 'a', channel: 'search', severity: 'info' });
    expect(one.group).toEqual({ rule: 'a', channel: 'search' });
    expect(laneOf({ ...wide, groupBy: ['channel', 'rule'] }, 'hook', { channel: 'search', rule: 'a' })).toEqual(one);
    const others = [
      laneOf(wide, 'hook', { rule: 'b', channel: 'search' }),
      laneOf(wide, 'mail', { rule: 'a', channel: 'search' }),
      laneOf({ ...wide, id: 'default/0' }, 'hook', { rule: 'a', channel: 'search' }),
      laneOf(wide, 'hook', { rule: 'a' }),
    ];
    expect(new Set([one, ...others].map(({ id }) => id)).size).toBe(5);
    expect(others[3]!.group).toEqual({ rule: 'a', channel: '' });
  });

  test('a route is found by its id, or not at all', () => {
    expect(routeById(root, 'default/1/0')?.channels).toEqual(['ads']);
    expect(routeById(root, 'default/9')).toBeNull();
  });
});

test('labels: names that Vigie gives win over the slice, and the slice over the labels of the rule', () => {
  const labelled = { ...rule, labels: { team: 'growth', channel: 'none', severity: 'low', rule: 'mine' } };
  expect(labelsOf(labelled, { dimension: 'channel', value: 'search' }, 'critical')).toEqual({
    team: 'growth',
    channel: 'search',
    severity: 'critical',
    rule: 'cac-by-channel',
    name: 'Acquisition cost',
    tenant: 'default',
    kpi: 'cac_by_channel',
    kind: 'kpi',
  });
  expect(labelsOf(rule, null, 'info')['channel']).toBeUndefined();
});
