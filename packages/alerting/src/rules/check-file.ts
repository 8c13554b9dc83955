import { checkChannels } from './check-channels.ts';
import { checkInhibit, checkRoutes } from './check-routes.ts';
import { checkMuteTimings, zoneProblem } from './check-mute-timings.ts';
import { checkRule } from './check-rule.ts';
import type { Draft, Finding } from './finding.ts';

/** Everything that is wrong with what keys mean to each other. */
export function checkFile(draft: Draft): Finding[] {
  return [
    ...checkDefaults(draft),
    ...checkUids(draft),
    ...checkRoutes(draft),
    ...checkMuteTimings(draft),
    ...checkInhibit(draft),
    ...checkChannels(draft),
    ...draft.rules.flatMap((rule, index) => (rule === null ? [] : checkRule(rule, index, draft))),
  ];
}

function checkDefaults({ defaults, rules }: Draft): Finding[] {
  const findings: Finding[] = [];
  const zone = defaults.timezone === undefined ? null : zoneProblem(defaults.timezone);
  if (zone !== null) findings.push({ path: ['defaults', 'timezone'], text: zone });
  const policy = defaults.no_data;
  const severity = typeof policy === 'object' && policy.then === 'breach' ? policy.severity : undefined;
  const lacking = rules.find(
    (rule) =>
      rule !== null &&
      rule.no_data === undefined &&
      rule.severity !== undefined &&
      severity !== undefined &&
      rule.severity[severity] === undefined,
  );
  if (lacking) {
    findings.push({
      path: ['defaults', 'no_data', 'severity'],
      text: `expected a severity that every rule has, found ${severity}, which ${lacking.uid} has not. Leave it out: then the gravest of each rule fires.`,
    });
  }
  return findings;
}

function checkUids({ rules, defaults }: Draft): Finding[] {
  const firstOf = new Map<string, number>();
  return rules.flatMap((rule, index) => {
    if (rule === null) return [];
    const key = `${rule.tenant ?? defaults.tenant ?? 'default'}:${rule.uid}`;
    const first = firstOf.get(key);
    if (first === undefined) firstOf.set(key, index);
    return first === undefined
      ? []
      : [{ path: ['rules', index, 'uid'], text: `expected a uid of its own, found that of rules[${first}]. Rename one.` }];
  });
}
