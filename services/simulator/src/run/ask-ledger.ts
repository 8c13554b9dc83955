import { z } from 'zod';
import { durationMs } from '../incidents/incident.ts';
import type { Span } from '../ledger/columns.ts';
import { expectTransitions, type ExpectedTransition, type SimpleRule } from '../ledger/expect-alerts.ts';
import { isLedgerKpi, ledgerKpis, trueValue, type LedgerKpi, type TrueValue } from '../ledger/kpis.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { windowStart } from '../ledger/local-days.ts';

export class AskError extends Error {
  override readonly name = 'AskError';
}

export interface LedgerAnswer extends TrueValue {
  readonly kpi: LedgerKpi;
  readonly from: string;
  readonly to: string;
  readonly slice: Span['slice'];
}

const minuteMs = 60_000;

/**
 * Answers `?kpi=cac&from=...&to=...` or `?kpi=cac&window=30d` (to the end of the running minute), with `by=channel&value=search` for a slice.
 *
 * Errors   AskError: what was expected, what was found
 */
export function askLedger(ledger: Ledger, query: URLSearchParams, nowMs: number): LedgerAnswer {
  const kpi = query.get('kpi') ?? '';
  if (!isLedgerKpi(kpi)) throw new AskError(`kpi: expected one of ${ledgerKpis.join(', ')}, found ${JSON.stringify(kpi)}`);
  const { fromMs, toMs } = spanOf(ledger, query, nowMs);
  const by = query.get('by');
  const slice = by === null ? null : { dimension: by, value: query.get('value') ?? 'unknown' };
  const answer = trueValue(ledger, kpi, { fromMs, toMs, asOfMs: Infinity, slice });
  return { kpi, from: iso(fromMs), to: iso(toMs), slice, ...answer };
}

function spanOf(ledger: Ledger, query: URLSearchParams, nowMs: number): { fromMs: number; toMs: number } {
  const window = query.get('window');
  if (window !== null) {
    const sizeMs = durationMs(window);
    if (sizeMs === undefined) throw new AskError(`window: expected a duration such as 30d, found ${JSON.stringify(window)}`);
    const toMs = query.has('to') ? instantOf(query, 'to') : (Math.floor(nowMs / minuteMs) + 1) * minuteMs;
    return { fromMs: windowStart(toMs, sizeMs, ledger.zone), toMs };
  }
  return { fromMs: instantOf(query, 'from'), toMs: instantOf(query, 'to') };
}

function instantOf(query: URLSearchParams, name: 'from' | 'to'): number {
  const text = query.get(name) ?? '';
  const ms = /^\d{10,16}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(ms))
    throw new AskError(`${name}: expected an instant such as 2026-11-01T00:00:00Z, or epoch ms, found ${JSON.stringify(text)}`);
  return ms;
}

const sizeText = (fallback?: string) =>
  z
    .string()
    .default(fallback ?? '')
    .transform((text, context) => durationMs(text) ?? (context.addIssue(`a duration such as 30d, found ${JSON.stringify(text)}`), z.NEVER));
const decimal = z.string().regex(/^-?\d+(\.\d{1,4})?$/, 'a decimal as text, such as "4.5"');

const ruleSchema = z.strictObject({
  kpi: z.string().refine(isLedgerKpi, `one of ${ledgerKpis.join(', ')}`),
  size: sizeText(),
  every: sizeText('1m'),
  settle: sizeText('0s'),
  comparison: z.enum(['at_or_above', 'at_or_below']).default('at_or_above'),
  limits: z
    .array(z.strictObject({ severity: z.string(), limit: decimal, recovery: decimal }))
    .min(1)
    .max(3),
  for: sizeText('0s'),
  keep_firing_for: sizeText('0s'),
  min_sample: z.strictObject({ measure: z.enum(['customers_at_start', 'new_customers', 'orders']), at_least: z.int().min(0) }).optional(),
  on_zero_denominator: z.strictObject({ numerator_at_least: decimal, severity: z.string() }).optional(),
  slice: z.strictObject({ dimension: z.string(), value: z.string() }).optional(),
  from: z.iso.datetime({ offset: true }).transform(Date.parse),
  to: z.iso.datetime({ offset: true }).transform(Date.parse),
});

const windowCountMax = 10_000;

/**
 * The transitions that a rule must make; the body is a rule with `from` and `to`.
 *
 * Errors   AskError with every problem
 */
export function askExpected(ledger: Ledger, body: unknown): ExpectedTransition[] {
  const parsed = ruleSchema.safeParse(body);
  if (!parsed.success)
    throw new AskError(parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'rule'}: expected ${message}`).join('\n'));
  const { data } = parsed;
  if ((data.to - data.from) / data.every > windowCountMax)
    throw new AskError(`from, to: expected at most ${windowCountMax} windows, found ${Math.ceil((data.to - data.from) / data.every)}`);
  const rule: SimpleRule = {
    ...{ kpi: data.kpi, comparison: data.comparison, limits: data.limits },
    ...{ sizeMs: data.size, everyMs: data.every, settleMs: data.settle, forMs: data.for, keepFiringForMs: data.keep_firing_for },
    minSample: data.min_sample === undefined ? null : { measure: data.min_sample.measure, atLeast: data.min_sample.at_least },
    onZeroDenominator:
      data.on_zero_denominator === undefined
        ? null
        : { numeratorAtLeast: data.on_zero_denominator.numerator_at_least, severity: data.on_zero_denominator.severity },
    slice: data.slice ?? null,
  };
  return expectTransitions(ledger, rule, { fromMs: data.from, toMs: data.to });
}

const shownWindows = ['24h', '7d', '30d', '90d', '365d'];

/** All KPIs over the usual windows that end after a moment, for a file. */
export function ledgerSummary(ledger: Ledger, nowMs: number): readonly LedgerAnswer[] {
  return ledgerKpis
    .filter((kpi) => kpi !== 'cac_by_channel')
    .flatMap((kpi) => shownWindows.map((window) => askLedger(ledger, new URLSearchParams({ kpi, window }), nowMs)));
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
