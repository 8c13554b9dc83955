import {
  currencyExponentOf,
  evaluateFormula,
  kpiById,
  measureById,
  measureIdsOf,
  rollingWindowEnding,
  type NullReason,
  type Window,
} from '@vigie/kpis';
import { baselineWindow } from '../../evaluate/change.ts';
import { signalShapes } from '../../rules/signals.ts';
import type { PipelineSignal, Reading, Rule } from '../../types.ts';
import type { ReadWindow } from '../judge-windows.ts';
import type { CaseInput, CaseNumbers } from './case-schema.ts';
import { digitsOf, isNumber } from './series.ts';

/** A mistake in a case: where below the case, and what to do. */
export interface CaseMistake {
  readonly path: readonly string[];
  readonly text: string;
}

const absent = 'no_data';
const late = 'late';
const reasons: readonly NullReason[] = ['zero_denominator', 'no_acquisition', 'rebuilding', 'too_many_values', 'not_live', 'unavailable'];
const words = [absent, late, ...reasons];

export interface Frame {
  readonly rule: Rule;
  readonly startMs: number;
  readonly zone: string;
  readonly currency: string;
}

/**
 * Turns the series of a case into the readings of its windows; values come from the KPI's own formula where only measures are given.
 *
 * Shapes   one window per value of the series, the first one ending at startMs
 * Errors   mistakes instead of windows, all at once
 */
export function buildWindows(input: CaseInput, frame: Frame): { windows: ReadWindow[]; mistakes: CaseMistake[] } {
  const mistakes = [...mistakesOf(input, frame), ...changeMistakes(input, frame.rule)];
  if (mistakes.length > 0) return { windows: [], mistakes };
  const slices = slicesOf(input);
  const baselines = input.baseline === undefined ? null : slicesOf(input.baseline);
  const count = lengthOf(slices[0]!.numbers);
  const windows = Array.from({ length: count }, (_, index): ReadWindow => {
    const windowEndMs = frame.startMs + index * frame.rule.everyMs;
    const window = windowOf(frame, windowEndMs);
    const earlier = baselines === null ? null : baselineWindow(frame.rule, window, frame.zone);
    return {
      windowEndMs,
      readings: slices.flatMap((slice) => readingsOf(slice, index, { frame, window })),
      baselines: baselines === null ? null : baselines.flatMap((slice) => readingsOf(slice, index, { frame, window: earlier! })),
    };
  });
  return { windows, mistakes: [] };
}

interface SliceNumbers {
  readonly slice: string | null;
  readonly numbers: CaseNumbers;
}

function slicesOf({ values, measures, slices }: Pick<CaseInput, 'values' | 'measures' | 'slices'>): SliceNumbers[] {
  if (slices === undefined) return [{ slice: null, numbers: { values, measures } }];
  return Object.entries(slices).map(([slice, numbers]) => ({ slice, numbers }));
}

const seriesOf = ({ values, measures }: CaseNumbers): [string, readonly string[]][] => [
  ...(values === undefined ? [] : [['values', values] as [string, readonly string[]]]),
  ...Object.entries(measures ?? {}),
];
const lengthOf = (numbers: CaseNumbers): number => seriesOf(numbers)[0]?.[1].length ?? 0;

/** Signals have no window of their own. */
function windowOf({ rule, zone }: Frame, windowEndMs: number): Window {
  if (rule.kind === 'kpi') return rollingWindowEnding(rule.size, windowEndMs, zone);
  return { from: windowEndMs - rule.everyMs, to: windowEndMs, label: rule.size, zone, provisional: false };
}

function readingsOf({ slice, numbers }: SliceNumbers, index: number, at: { frame: Frame; window: Window }): Reading[] {
  const texts = seriesOf(numbers).map(([, series]) => series[index]!);
  if (texts.includes(absent)) return [];
  const { rule, currency } = at.frame;
  const def = kpiById(rule.kpi);
  const isLate = texts.includes(late);
  const reason = reasons.find((one) => texts.includes(one)) ?? null;
  const places = currencyExponentOf(currency);
  const measures = Object.fromEntries(
    Object.entries(numbers.measures ?? {}).map(([id, series]) => {
      const text = series[index]!;
      return [id, isNumber(text) ? digitsOf(text, placesOf(id, at.frame)) : 0n];
    }),
  );
  const isWhole = def !== undefined && measureIdsOf(def).every((id) => measures[id] !== undefined);
  const computed = isWhole
    ? evaluateFormula(def, measures, { currencyExponent: places })
    : { value: null, reason: null, numerator: 0n, denominator: 0n };
  const given = numbers.values?.[index];
  const value = given !== undefined && isNumber(given) ? { value: given, reason: null } : {};
  const missing = reason === null ? {} : { value: null, reason };
  return [
    {
      ...{
        kpi: rule.kpi,
        tenant: rule.tenant,
        window: at.window,
        unit: def?.unit ?? signalUnits[rule.kpi as PipelineSignal],
        currency,
        generation: 1,
        source: 'recomputed',
      },
      slice: slice === null ? null : { dimension: rule.groupBy ?? 'slice', value: slice },
      ...{ ...computed, ...value, ...missing, measures },
      completeThroughMs: isLate ? at.window.to - 1 : at.window.to + rule.settleMs,
    },
  ];
}

/** What the numbers of a rule are made of. */
function measuresFor({ kind, kpi }: Rule): readonly string[] {
  if (kind === 'pipeline') return signalShapes[kpi as PipelineSignal].measures;
  const def = kpiById(kpi);
  return def === undefined ? [] : measureIdsOf(def);
}

/** Decimals of a measure as people write it; signals count. */
function placesOf(measure: string, { rule, currency }: Frame): number {
  return rule.kind === 'kpi' && measureById(measure).money ? currencyExponentOf(currency) : 0;
}

const signalUnits: Readonly<Record<PipelineSignal, Reading['unit']>> = {
  completeness_lag: 'seconds',
  stuck_partition: 'seconds',
  dead_letter_share: 'percent',
  silent_event_type: 'count',
  source_error: 'seconds',
  rule_broken: 'count',
  delivery_dead: 'count',
};

function mistakesOf(input: CaseInput, frame: Frame): CaseMistake[] {
  const parts = [
    { path: [] as string[], slices: slicesOf(input) },
    ...(input.baseline === undefined ? [] : [{ path: ['baseline'], slices: slicesOf(input.baseline) }]),
  ];
  const length = lengthOf(parts[0]!.slices[0]?.numbers ?? {});
  return parts.flatMap(({ path, slices }) =>
    slices.flatMap(({ slice, numbers }) => {
      const at = slice === null ? path : [...path, 'slices', slice];
      return [...sliceMistakes({ slice, rule: frame.rule, at }), ...numbersMistakes(numbers, { frame, at, length })];
    }),
  );
}

function sliceMistakes({ slice, rule, at }: { slice: string | null; rule: Rule; at: readonly string[] }): CaseMistake[] {
  if ((slice === null) === (rule.groupBy === null)) return [];
  const text =
    slice === null
      ? `expected slices of ${rule.groupBy}, because the rule watches each by itself, found numbers without any`
      : `expected no slices, because the rule has no group_by, found ${slice}`;
  return [{ path: at, text }];
}

function changeMistakes(input: CaseInput, rule: Rule): CaseMistake[] {
  if ((rule.change === null) === (input.baseline === undefined)) return [];
  const text =
    rule.change === null
      ? 'expected no baseline, because the rule is not on a change'
      : `expected a baseline, the numbers of the earlier window (${rule.change.against}), because the rule is on a change, found none`;
  return [{ path: rule.change === null ? ['baseline'] : [], text }];
}

function numbersMistakes(numbers: CaseNumbers, of: { frame: Frame; at: readonly string[]; length: number }): CaseMistake[] {
  const { frame, at, length } = of;
  const { kpi } = frame.rule;
  const known = measuresFor(frame.rule);
  const mistakes: CaseMistake[] = [];
  for (const [name, series] of seriesOf(numbers)) {
    const path = name === 'values' ? [...at, 'values'] : [...at, 'measures', name];
    if (name !== 'values' && !known.includes(name)) {
      mistakes.push({ path, text: `expected a measure of ${kpi} (${known.join(', ') || 'it has none'}), found ${name}` });
      continue;
    }
    if (series.length !== length)
      mistakes.push({ path, text: `expected as many windows as the first series (${length}), found ${series.length}` });
    const placesMax = name === 'values' ? 6 : placesOf(name, frame);
    const wrong = series.find((text) => !words.includes(text) && !(isNumber(text) && (text.split('.')[1]?.length ?? 0) <= placesMax));
    if (wrong === undefined) continue;
    const numbersText = placesMax === 0 ? 'whole numbers' : `numbers with at most ${placesMax} decimals`;
    mistakes.push({ path, text: `expected ${numbersText} or one of ${words.join(', ')}, found ${JSON.stringify(wrong)}` });
  }
  const missing = numbers.values === undefined ? known.filter((id) => numbers.measures?.[id] === undefined) : [];
  if (numbers.values === undefined && frame.rule.kind === 'pipeline') {
    mistakes.push({ path: at, text: `expected values, because no formula gives those of a signal (${kpi})` });
  } else if (missing.length > 0) {
    mistakes.push({
      path: [...at, 'measures'],
      text: `expected every measure of ${kpi}, found none of ${missing.join(', ')}. Give them, or values.`,
    });
  }
  return mistakes;
}
