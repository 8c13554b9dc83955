import { type LedgerKpi, trueMeasure, trueValue } from './kpis.ts';
import type { Span } from './columns.ts';
import type { Ledger } from './ledger.ts';
import { windowStart } from './local-days.ts';

/** A rule as far as the ledger judges it; decimals in the KPI's unit, as in rules files. */
export interface SimpleRule {
  readonly kpi: LedgerKpi;
  readonly sizeMs: number;
  readonly everyMs: number;
  readonly settleMs: number;
  readonly comparison: 'at_or_above' | 'at_or_below';
  /** From mild to grave. */
  readonly limits: readonly { readonly severity: string; readonly limit: string; readonly recovery: string }[];
  /** How long it must breach after the first breaching window; 0: fires at once. */
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly minSample: { readonly measure: 'customers_at_start' | 'new_customers' | 'orders'; readonly atLeast: number } | null;
  readonly onZeroDenominator: { readonly numeratorAtLeast: string; readonly severity: string } | null;
  readonly slice: Span['slice'];
}

export interface ExpectedTransition {
  readonly windowEndMs: number;
  readonly kind: 'firing' | 'resolved' | 'escalated' | 'deescalated';
  readonly severity: string;
  readonly value: string | null;
}

type Condition =
  | { readonly is: 'OK' }
  | { readonly is: 'PENDING'; readonly sinceMs: number }
  | { readonly is: 'FIRING'; readonly rank: number }
  | { readonly is: 'RECOVERING'; readonly rank: number; readonly sinceMs: number };

/** Rank of the gravest limit that is reached; `band`: between the firing severity's recovery and its limit; `held`: nothing can be said. */
type Judged = { readonly rank: number } | 'band' | 'clear' | 'held';

const places = 4;

/**
 * Which transitions must occur at which window ends, for one rule and one slice.
 *
 * Holds    each window is judged by what had been sent until its end plus `settle`; the same ledger gives the same transitions
 * Source   ALERTING.md §2 and §3; shares no code with packages/alerting
 */
export function expectTransitions(ledger: Ledger, rule: SimpleRule, over: { fromMs: number; toMs: number }): ExpectedTransition[] {
  const found: ExpectedTransition[] = [];
  let condition: Condition = { is: 'OK' };
  const firstEndMs = Math.ceil(over.fromMs / rule.everyMs) * rule.everyMs;
  for (let windowEndMs = firstEndMs; windowEndMs <= over.toMs; windowEndMs += rule.everyMs) {
    const fromMs = windowStart(windowEndMs, rule.sizeMs, ledger.zone);
    const span = { fromMs, toMs: windowEndMs, asOfMs: windowEndMs + rule.settleMs, slice: rule.slice };
    const { judged, value } = judge(ledger, { rule, span, condition });
    const next = advance(condition, { judged, rule, windowEndMs });
    condition = next.condition;
    if (next.kind !== null) found.push({ windowEndMs, kind: next.kind, severity: rule.limits[next.rank]!.severity, value });
  }
  return found;
}

function judge(
  ledger: Ledger,
  { rule, span, condition }: { rule: SimpleRule; span: Span; condition: Condition },
): { judged: Judged; value: string | null } {
  const { value, numerator, denominator } = trueValue(ledger, rule.kpi, span);
  if (denominator === 0) return { judged: judgeZero(rule, numerator), value };
  if (rule.minSample !== null && trueMeasure(ledger, rule.minSample.measure, span) < rule.minSample.atLeast)
    return { judged: 'held', value };
  // The published value is what limits are compared with, so that the number people see and the verdict never disagree.
  const found = scaled(value!);
  const isReached = (limit: string): boolean => (rule.comparison === 'at_or_above' ? found >= scaled(limit) : found <= scaled(limit));
  const isPastRecovery = (recovery: string): boolean =>
    rule.comparison === 'at_or_above' ? found < scaled(recovery) : found > scaled(recovery);
  const rank = rule.limits.findLastIndex(({ limit }) => isReached(limit));
  const firing = condition.is === 'FIRING' || condition.is === 'RECOVERING' ? condition.rank : -1;
  const isHeldByBand = firing > rank && !isPastRecovery(rule.limits[firing]!.recovery);
  if (isHeldByBand) return { judged: 'band', value };
  return { judged: rank >= 0 ? { rank } : bandBelow({ rule, firing, isPastRecovery }), value };
}

/** From a graver severity the value may come to rest in the band of a milder one: still firing, as that one. */
function bandBelow(at: { rule: SimpleRule; firing: number; isPastRecovery: (recovery: string) => boolean }): Judged {
  const rank = at.rule.limits.findLastIndex(({ recovery }, index) => index < at.firing && !at.isPastRecovery(recovery));
  return rank >= 0 ? { rank } : 'clear';
}

function judgeZero({ onZeroDenominator, limits }: SimpleRule, numerator: number): Judged {
  if (onZeroDenominator === null) return 'held';
  if (BigInt(numerator) * 100n < scaled(onZeroDenominator.numeratorAtLeast)) return 'held';
  return { rank: limits.findIndex(({ severity }) => severity === onZeroDenominator.severity) };
}

interface Advance {
  readonly judged: Judged;
  readonly rule: SimpleRule;
  readonly windowEndMs: number;
}

interface Advanced {
  readonly condition: Condition;
  readonly kind: ExpectedTransition['kind'] | null;
  readonly rank: number;
}

function advance(condition: Condition, at: Advance): Advanced {
  const stay: Advanced = { condition, kind: null, rank: 0 };
  if (at.judged === 'held')
    // The clock of a pending alert stands still meanwhile.
    return condition.is === 'PENDING' ? { ...stay, condition: { is: 'PENDING', sinceMs: condition.sinceMs + at.rule.everyMs } } : stay;
  if (condition.is === 'OK' || condition.is === 'PENDING') return advanceQuiet(condition, at);
  return advanceFiring(condition, at);
}

function advanceQuiet(condition: Condition & { is: 'OK' | 'PENDING' }, { judged, rule, windowEndMs }: Advance): Advanced {
  if (typeof judged === 'string') return { condition: { is: 'OK' }, kind: null, rank: 0 };
  const { rank } = judged;
  const sinceMs = condition.is === 'PENDING' ? condition.sinceMs : windowEndMs;
  if (windowEndMs - sinceMs < rule.forMs) return { condition: { is: 'PENDING', sinceMs }, kind: null, rank };
  return { condition: { is: 'FIRING', rank }, kind: 'firing', rank };
}

function advanceFiring(condition: Condition & { is: 'FIRING' | 'RECOVERING' }, { judged, rule, windowEndMs }: Advance): Advanced {
  const { rank } = condition;
  if (judged === 'clear') {
    const sinceMs = condition.is === 'RECOVERING' ? condition.sinceMs : windowEndMs;
    if (windowEndMs - sinceMs >= rule.keepFiringForMs) return { condition: { is: 'OK' }, kind: 'resolved', rank };
    return { condition: { is: 'RECOVERING', rank, sinceMs }, kind: null, rank };
  }
  if (judged === 'band' || judged === 'held' || judged.rank === rank) return { condition: { is: 'FIRING', rank }, kind: null, rank };
  return { condition: { is: 'FIRING', rank: judged.rank }, kind: judged.rank > rank ? 'escalated' : 'deescalated', rank: judged.rank };
}

/** A decimal in ten-thousandths. */
function scaled(decimal: string): bigint {
  const [, sign = '', whole = '', part = ''] = /^(-?)(\d+)(?:\.(\d{1,4}))?$/.exec(decimal) ?? [];
  if (whole === '') throw new Error(`expected a decimal with at most ${places} places, such as 4.5, found ${JSON.stringify(decimal)}`);
  return BigInt(`${sign}${whole}${part.padEnd(places, '0')}`);
}
