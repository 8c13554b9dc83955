import { definitionHashOf } from '../ids.ts';
import { matches } from './matcher.ts';
import type { AlertLabels, Lane, Route } from './types.ts';

/**
 * The routes that an alert takes, from the first to the last in the file.
 *
 * Holds    never empty: the root takes what none of its children matches; the first child that matches wins, unless it continues
 */
export function routesOf(root: Route, labels: AlertLabels): readonly Route[] {
  const found: Route[] = [];
  for (const child of root.children) {
    if (!matches(child.matchers, labels)) continue;
    found.push(...routesOf(child, labels));
    if (!child.continues) break;
  }
  return found.length === 0 ? [root] : found;
}

/** The lane of one channel of a route; a label that the alert does not have groups as empty text. */
export function laneOf(route: Route, channel: string, labels: AlertLabels): Lane {
  const group = Object.fromEntries(route.groupBy.toSorted().map((label) => [label, labels[label] ?? '']));
  return { id: definitionHashOf({ lane: { channel, route: route.id, group } }), channel, route: route.id, group };
}

export function routeById(root: Route, id: string): Route | null {
  if (root.id === id) return root;
  for (const child of root.children) {
    const found = routeById(child, id);
    if (found !== null) return found;
  }
  return null;
}
