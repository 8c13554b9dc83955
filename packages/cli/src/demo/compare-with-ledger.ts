import { type Dimension, type KpiAnswer, type KpiDef, kpiDefs } from '@vigie/kpis';
import { askKpi, readWindow } from '../ask/ask-kpi.ts';
import type { Context } from '../context.ts';
import { waitUntilCounted } from '../ingest/wait-until-counted.ts';
import type { LedgerAnswer, LedgerQuestion, Simulator } from './simulator.ts';

/** One number, as Vigie and as the ledger have it. */
export interface LedgerPair {
  readonly question: LedgerQuestion;
  readonly window: string;
  readonly vigie: LedgerAnswer;
  readonly ledger: LedgerAnswer;
  readonly isEqual: boolean;
}

export interface LedgerComparison {
  readonly pairs: readonly LedgerPair[];
  /** Numbers that late events moved at every look, so that nothing can be said of them. */
  readonly movingCount: number;
}

export interface CompareOptions {
  readonly tenant: string;
  readonly windows: readonly string[];
  /** In this one every slice is compared, in the others the totals. */
  readonly slicedWindow: string;
  /** End of all windows; past, so that only late events can still move them. */
  readonly toMs: number;
  readonly stallMs: number;
}

const roundCountMax = 6;

/**
 * Compares every KPI with the simulator's ledger, value and exact fraction.
 *
 * Holds    a number is compared only where the ledger says the same before and after Vigie was asked, and Vigie had counted all that was sent before
 */
export async function compareWithLedger(context: Context, simulator: Simulator, options: CompareOptions): Promise<LedgerComparison> {
  const pairs: LedgerPair[] = [];
  let wanted: Set<string> | null = null;
  for (let round = 0; round < roundCountMax && wanted?.size !== 0; round++) {
    const named = await askVigie(context, options);
    const before = await askLedger(simulator, named, wanted);
    await waitUntilCounted(context, { stallMs: options.stallMs, untilStored: true, onProgress: () => {} });
    const answered = await askVigie(context, options);
    const after = await askLedger(simulator, answered, wanted);
    const moving = new Set<string>();
    for (const [key, { question, window, vigie }] of answered) {
      if (wanted !== null && !wanted.has(key)) continue;
      const [ledger, later] = [before.get(key), after.get(key)];
      if (ledger === undefined || later === undefined || !isSame(ledger, later)) moving.add(key);
      else pairs.push({ question, window, vigie, ledger, isEqual: isSame(vigie, ledger) });
    }
    wanted = moving;
  }
  return { pairs, movingCount: wanted?.size ?? 0 };
}

function isSame(a: LedgerAnswer, b: LedgerAnswer): boolean {
  return a.value === b.value && a.reason === b.reason && a.numerator === b.numerator && a.denominator === b.denominator;
}

interface Answered {
  readonly question: LedgerQuestion;
  readonly window: string;
  readonly vigie: LedgerAnswer;
}

async function askVigie(context: Context, { tenant, windows, slicedWindow, toMs }: CompareOptions): Promise<Map<string, Answered>> {
  const settings = context.settings.of(tenant);
  const found = new Map<string, Answered>();
  const ask = async (def: KpiDef, text: string, by: Dimension | null): Promise<void> => {
    const window = readWindow(text, settings.zone, toMs - 1);
    const { total, slices } = await askKpi(context, { def, tenant, settings, window, by }, 'live');
    const answers = by === null ? [total] : slices.filter(({ slice }) => slice !== null);
    for (const answer of answers) if (answer !== null) found.set(keyOf(answer, text), answeredOf(answer, text));
  };
  for (const def of kpiDefs) {
    const dimensions = def.onlyBy === undefined ? def.dimensions : [def.onlyBy];
    for (const text of windows) {
      if (def.onlyBy === undefined) await ask(def, text, null);
      if (text === slicedWindow) for (const by of dimensions) await ask(def, text, by);
    }
  }
  return found;
}

async function askLedger(
  simulator: Simulator,
  asked: ReadonlyMap<string, Answered>,
  wanted: ReadonlySet<string> | null,
): Promise<Map<string, LedgerAnswer>> {
  const found = new Map<string, LedgerAnswer>();
  for (const [key, { question }] of asked) if (wanted === null || wanted.has(key)) found.set(key, await simulator.ledger(question));
  return found;
}

const keyOf = ({ kpi, slice }: KpiAnswer, window: string): string => JSON.stringify([kpi, window, slice]);

function answeredOf({ kpi, window, slice, value, reason, numerator, denominator }: KpiAnswer, label: string): Answered {
  return {
    question: { kpi, fromMs: window.from, toMs: window.to, slice: slice ?? null },
    window: label,
    vigie: { value, reason: reason ?? null, numerator: Number(numerator), denominator: Number(denominator) },
  };
}
