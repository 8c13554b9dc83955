import { baselineWindow, type PipelineSignal, type Reading, type Rule } from '@vigie/alerting';
import { kpiById, rollingWindowEnding, type Dimension, type KpiAnswer, type Window } from '@vigie/kpis';

export interface KpiQuestion {
  readonly tenant: string;
  readonly kpi: string;
  readonly window: Window;
  readonly by: Dimension | null;
}
export type ReadKpi = (question: KpiQuestion) => Promise<readonly KpiAnswer[]>;

export interface SignalQuestion {
  readonly tenant: string;
  readonly signal: PipelineSignal;
  /** Readings are of this moment and say so: they are complete by nature. */
  readonly windowEndMs: number;
  readonly everyMs: number;
}
export type ReadSignal = (question: SignalQuestion) => Promise<readonly Reading[]>;

/** What one window of a rule is judged by. */
export interface Readings {
  readonly window: Window | null;
  readonly readings: readonly Reading[];
  readonly baselines: readonly Reading[] | null;
  /** What says whether the numbers are complete: the readings, or a total where there is no slice yet. */
  readonly witnesses: readonly Reading[];
}

export interface ReadDeps {
  readonly readKpi: ReadKpi;
  readonly readSignal: ReadSignal;
  readonly zoneOf: (tenant: string) => string;
}

/** Rules that ask the same question share one read: the same promise is given to all of them, a failed one too. */
export function shareReads(readKpi: ReadKpi): ReadKpi {
  const asked = new Map<string, Promise<readonly KpiAnswer[]>>();
  return (question) => {
    const { tenant, kpi, window, by } = question;
    const key = JSON.stringify([tenant, kpi, window.from, window.to, by]);
    const known = asked.get(key) ?? readKpi(question);
    asked.set(key, known);
    return known;
  };
}

/**
 * Reads everything that one window of a rule is judged by.
 *
 * Errors   those of the readers
 */
export async function readReadings(rule: Rule, windowEndMs: number, deps: ReadDeps): Promise<Readings> {
  if (rule.kind === 'pipeline') {
    const signal = rule.kpi as PipelineSignal;
    const readings = await deps.readSignal({ tenant: rule.tenant, signal, windowEndMs, everyMs: rule.everyMs });
    return { window: null, readings, baselines: null, witnesses: [] };
  }
  const zone = deps.zoneOf(rule.tenant);
  const window = rollingWindowEnding(rule.size, windowEndMs, zone);
  const question: KpiQuestion = { tenant: rule.tenant, kpi: rule.kpi, window, by: rule.groupBy as Dimension | null };
  const [readings, baselines] = await Promise.all([
    deps.readKpi(question),
    rule.change === null ? null : deps.readKpi({ ...question, window: baselineWindow(rule, window, zone) }),
  ]);
  // No slice at all says nothing about completeness; a total does, of any KPI that has one.
  const witnesses = readings.length > 0 ? readings : await deps.readKpi({ ...question, kpi: witnessOf(rule.kpi), by: null });
  return { window, readings, baselines, witnesses };
}

/** A KPI that exists by slices only has no total to ask for. */
const witnessOf = (kpi: string): string => (kpiById(kpi)?.onlyBy === undefined ? kpi : 'customer_churn_rate');
