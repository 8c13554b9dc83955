/** Values window by window in short: `4 x3, 6 x2` is 4, 4, 4, 6, 6; `3 +0.5 x3` is 3, 3.5, 4. */
import { compareDecimals } from '../../decimal.ts';

/** Longest series of a case: two months of hours. */
const seriesLengthMax = 2_000;

const number = String.raw`-?\d{1,15}(?:\.\d{1,6})?`;
const stepForm = new RegExp(String.raw`^(${number})\s+([+-])\s*(\d{1,15}(?:\.\d{1,6})?)\s+x\s*(\d{1,4})$`);
const repeatForm = /^(.*\S)\s+x\s*(\d{1,4})$/;

/**
 * Reads a series.
 *
 * Shapes   items, or one text with commas between -> one text per window
 * Errors   a text that says what is wrong instead of a list
 */
export function readSeries(series: string | number | readonly (string | number)[]): readonly string[] | { readonly wrong: string } {
  const items = typeof series === 'object' ? series.map(String) : String(series).split(',');
  const values: string[] = [];
  for (const item of items) {
    const text = item.trim();
    if (text === '') return { wrong: 'expected a value between commas, found nothing' };
    values.push(...valuesOf(text));
    if (values.length > seriesLengthMax) return { wrong: `expected at most ${seriesLengthMax} windows, found more` };
  }
  return values;
}

function valuesOf(text: string): string[] {
  const step = stepForm.exec(text);
  if (step !== null) {
    const [, first = '', sign, by = '', times] = step;
    return Array.from({ length: Number(times) }, (_, index) => plusTimes(first, `${sign === '-' ? '-' : ''}${by}`, index));
  }
  const repeat = repeatForm.exec(text);
  return repeat === null ? [text] : Array<string>(Number(repeat[2])).fill(repeat[1]!);
}

export const isNumber = (text: string): boolean => new RegExp(`^${number}$`).test(text);

/** first + times x by, exact; as many decimals as the two have. */
function plusTimes(first: string, by: string, times: number): string {
  const places = Math.max(...[first, by].map((text) => text.split('.')[1]?.length ?? 0));
  const sum = digitsOf(first, places) + digitsOf(by, places) * BigInt(times);
  const digits = (sum < 0n ? -sum : sum).toString().padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return compareDecimals(text, '0') === 0 || sum > 0n ? text : `-${text}`;
}

/** A decimal as an integer of its last place. */
export function digitsOf(decimal: string, places: number): bigint {
  const [whole = '', fraction = ''] = decimal.replace('-', '').split('.');
  const digits = BigInt(`${whole}${fraction.padEnd(places, '0')}`);
  return decimal.startsWith('-') ? -digits : digits;
}
