import { dayMs, rollingWindowEnding, type Window } from '@vigie/kpis';
import { alignDecimals, compareDecimals, decimalOfMinor } from '../decimal.ts';
import type { ChangeSpec, Rule } from '../types.ts';
import { moveOnClock } from './local-time.ts';

/**
 * The earlier window of a rule on a change.
 *
 * Holds    it has the size of the rule and lies on pane edges; a week and a year earlier are the same local clock time, whatever clocks did since;
 *          a year before 29 February is 28 February
 * Errors   RangeError when the rule is not on a change
 */
export function baselineWindow({ size, change }: Pick<Rule, 'size' | 'change'>, window: Window, zone: string): Window {
  return rollingWindowEnding(size, baselineEndMs(change, window, zone), zone);
}

function baselineEndMs(change: ChangeSpec | null, { from, to }: Window, zone: string): number {
  switch (change?.against) {
    case 'previous':
      return from;
    case 'same_weekday_last_week':
      return moveOnClock(zone, to, (shownMs) => shownMs - 7 * dayMs);
    case 'same_period_last_year':
      return moveOnClock(zone, to, yearEarlier);
    case undefined:
      throw new RangeError('Expected a rule on a change, found one on a value. It has no earlier window.');
  }
}

function yearEarlier(shownMs: number): number {
  const shown = new Date(shownMs);
  const [year, monthIndex] = [shown.getUTCFullYear() - 1, shown.getUTCMonth()];
  const lastDay = new Date(Date.UTC(year, monthIndex + 1, 0)).getUTCDate();
  return Date.UTC(year, monthIndex, Math.min(shown.getUTCDate(), lastDay), shown.getUTCHours(), shown.getUTCMinutes());
}

/** Changes in percent are shown, and compared, with two decimals, as percents of KPIs are. */
const percentPlaces = 2;

/**
 * How much a value changed, from the published values: what people see is what is compared.
 *
 * Units    percent: of the magnitude of the earlier value, so that more is a rise even from a negative one, rounded half away from zero;
 *          absolute: in the KPI's unit, exact
 * Shapes   null: the earlier value says too little, being below `minBase`, or 0 where percents are asked for
 */
export function changeOf(spec: ChangeSpec, before: string, after: string): string | null {
  const { left: base, right: value, places } = alignDecimals(before, after);
  const magnitude = base < 0n ? -base : base;
  if (spec.minBase !== null && compareDecimals(decimalOfMinor(magnitude, places), spec.minBase) < 0) return null;
  if (spec.as === 'absolute') return decimalOfMinor(value - base, places);
  if (magnitude === 0n) return null;
  const scaled = (value - base) * 10n ** BigInt(2 + percentPlaces);
  const rounded = (2n * (scaled < 0n ? -scaled : scaled) + magnitude) / (2n * magnitude);
  return decimalOfMinor(scaled < 0n ? -rounded : rounded, percentPlaces);
}
