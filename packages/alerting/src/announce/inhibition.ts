import { matches } from './matcher.ts';
import type { FiringAlert, Inhibition } from './types.ts';

/**
 * The alert that holds the target, or null.
 *
 * Shapes   firing: what fires, told or not, those that began earlier first; the target may be among them
 * Holds    an alert never inhibits itself. Of two that would inhibit each other only one is held: an alert of the pipeline holds one of a KPI,
 *          else the one that comes first in `firing` holds the other
 */
export function inhibitorOf(inhibitions: readonly Inhibition[], target: FiringAlert, firing: readonly FiringAlert[]): FiringAlert | null {
  const aimed = inhibitions.filter((inhibition) => matches(inhibition.target, target.labels));
  if (aimed.length === 0) return null;
  const targetIndex = firing.findIndex(({ instance }) => instance === target.instance);
  for (const [index, source] of firing.entries()) {
    if (source.instance === target.instance || !inhibits(aimed, source, target)) continue;
    const isMutual = inhibits(inhibitions, target, source);
    if (!isMutual || outranks({ source, index }, { target, index: targetIndex })) return source;
  }
  return null;
}

function inhibits(inhibitions: readonly Inhibition[], source: FiringAlert, target: FiringAlert): boolean {
  return inhibitions.some(
    (inhibition) =>
      matches(inhibition.source, source.labels) &&
      matches(inhibition.target, target.labels) &&
      inhibition.equal.every((label) => (source.labels[label] ?? '') === (target.labels[label] ?? '')),
  );
}

function outranks(by: { source: FiringAlert; index: number }, held: { target: FiringAlert; index: number }): boolean {
  const isPipeline = by.source.labels['kind'] === 'pipeline';
  if (isPipeline !== (held.target.labels['kind'] === 'pipeline')) return isPipeline;
  // A target that is not in the list does not fire, so it holds nobody.
  return held.index === -1 || by.index < held.index;
}
