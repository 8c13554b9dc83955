import { evaluateWindow, type RuleSet } from '@vigie/alerting';
import type { Clock } from '@vigie/runtime';
import { planWindows } from '../evaluate/plan-windows.ts';
import { readReadings, shareReads, type ReadDeps } from '../evaluate/read-readings.ts';

/**
 * Judges the newest window of every rule without storing anything, so that rules that cannot be judged are refused before they replace those that can.
 *
 * Errors   one Error that names every rule that could not be judged, and why
 */
export function createDryRun(deps: ReadDeps & { readonly clock: Clock }): (ruleSet: RuleSet) => Promise<void> {
  return async ({ rules }) => {
    const reading = { ...deps, readKpi: shareReads(deps.readKpi) };
    const problems: string[] = [];
    for (const rule of rules) {
      const [windowEndMs] = planWindows(rule, null, deps.clock()).ends;
      if (windowEndMs === undefined) continue;
      try {
        const { readings, baselines } = await readReadings(rule, windowEndMs, reading);
        const before = { instances: [], evaluatedToMs: null, health: { state: 'HEALTHY' } } as const;
        evaluateWindow({ rule, ...before, windowEndMs, readings, baselines, backfilled: false });
      } catch (error) {
        problems.push(`rule ${rule.uid}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (problems.length > 0) throw new Error(`the dry run of the new rules failed: ${problems.join('; ')}`);
  };
}
