import type { Instance, NoDataPolicy, Reading, Rule, Severity } from '../types.ts';

/** Rules, readings and instances that tests vary; nothing here is right by itself. */
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
export const endMs = Date.UTC(2026, 10, 22, 10);

/** Churn of 5 % warns, 7 % is critical; judged each hour. */
export function aRule(over: Partial<Rule> = {}): Rule {
  return {
    ...{ uid: 'churn', name: 'Customer churn', tenant: 'default', kind: 'kpi', kpi: 'customer_churn_rate', size: '30d' },
    ...{ everyMs: hourMs, settleMs: 0, forMs: 0, nOfM: null, keepFiringForMs: 0, minSample: null, confidence: null },
    limits: [
      { severity: 'warning', comparison: 'at_or_above', limit: '5', recovery: '4.5' },
      { severity: 'critical', comparison: 'at_or_above', limit: '7', recovery: '6' },
    ],
    ...{ overrides: [], groupBy: null, maxInstances: 100, onZeroDenominator: null, noData: noData('hold'), change: null },
    ...{ benchmark: null, labels: { team: 'growth' }, summary: null, runbook: null, definitionHash: 'd' },
    ...over,
  };
}

type NoDataText = Exclude<NoDataPolicy['then'], 'breach' | 'notify'> | `breach ${Severity} after ${number}` | `notify after ${number}`;
/** What a rules file says of missing answers: `hold`, `notify after 2`, `breach critical after 3`. */
export function noData(text: NoDataText): NoDataPolicy {
  const [policy, ...words] = text.split(' ');
  const afterWindows = Number(words.at(-1));
  const rest = policy === 'breach' ? { severity: words[0], afterWindows } : policy === 'notify' ? { afterWindows } : {};
  // oxlint-disable-next-line unicorn/no-thenable -- the policy's own word; nothing awaits it
  return { then: policy, ...rest } as NoDataPolicy;
}

export function aReading(over: Partial<Reading> & { windowEndMs?: number } = {}): Reading {
  const { windowEndMs = endMs, ...rest } = over;
  return {
    ...{ kpi: 'customer_churn_rate', tenant: 'default', slice: null, unit: 'percent', currency: 'EUR', value: '5.00', reason: null },
    window: { from: windowEndMs - 30 * dayMs, to: windowEndMs, label: '30d', zone: 'UTC', provisional: false },
    ...{ numerator: 5n, denominator: 100n, measures: { customers_lost: 5n, customers_at_start: 100n } },
    ...{ completeThroughMs: windowEndMs, generation: 1, source: 'live' },
    ...rest,
  };
}

export function anInstance(over: Partial<Instance> = {}): Instance {
  return { id: 'i', labels: {}, condition: { state: 'OK' }, evaluatedToMs: null, missingCount: 0, ...over };
}
