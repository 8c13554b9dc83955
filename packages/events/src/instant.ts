/**
 * Instants as RFC 3339 writes them. `Date.parse` is no help here: it takes local times, rolls 2026-02-30 over into March and is slower.
 */

const dayMs = 86_400_000;
const daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;
const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** 1970-01-01 up to the last millisecond of the year 9999. */
export const instantMsMin = 0;
export const instantMsMax = 253_402_300_799_999;

export const instantExpected = 'an RFC 3339 instant with its offset, such as 2026-03-04T10:15:00.000+01:00';

/**
 * Reads an RFC 3339 instant.
 *
 * Units    epoch ms UTC; digits beyond the millisecond are cut off
 * Holds    NaN for anything else: no offset, a date that does not exist, second 60, a space instead of T. Years 0000..9999 are read,
 *          so the caller decides what is out of range
 */
export function parseInstant(text: string): number {
  const day = parseDay(text);
  const separator = text.charCodeAt(10) | 0x20;
  if (Number.isNaN(day) || separator !== 0x74 || text.charCodeAt(13) !== 0x3a || text.charCodeAt(16) !== 0x3a) return NaN;
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  // Written so that NaN fails too.
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return NaN;
  let end = 19;
  let fractionMs = 0;
  if (text.charCodeAt(19) === 0x2e) {
    let weight = 100;
    for (end = 20; isDigit(text.charCodeAt(end)); end++) {
      fractionMs += Math.trunc((text.charCodeAt(end) - 48) * weight);
      weight = weight > 1 ? weight / 10 : 0;
    }
    if (end === 20) return NaN;
  }
  return day + hour * 3_600_000 + minute * 60_000 + second * 1000 + fractionMs - parseOffset(text, end);
}

/** Reads `YYYY-MM-DD` at the start of the text as midnight UTC; NaN when there is no such date. */
export function parseDay(text: string): number {
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return NaN;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1)) return NaN;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > daysInMonth[month - 1]! + (leap && month === 2 ? 1 : 0)) return NaN;
  const years = year - 1;
  const leapDays = year === 0 ? 0 : Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400) + 1;
  const dayOfYear = daysBeforeMonth[month - 1]! + (leap && month > 2 ? 1 : 0) + day - 1;
  return (year * 365 + leapDays + dayOfYear - 719_528) * dayMs;
}

/** A date alone, `2026-03-04`. */
export function isDate(text: string): boolean {
  return text.length === 10 && !Number.isNaN(parseDay(text));
}

/** Why a text is not an instant, in words that say what to do; undefined when nothing special is known. */
export function instantAdvice(text: unknown): string | undefined {
  if (typeof text === 'number') return 'send text, not an epoch number';
  if (typeof text !== 'string') return undefined;
  if (/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:60/.test(text)) return 'leap seconds cannot be kept, send second 59';
  if (/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?$/.test(text))
    return 'add Z or an offset such as +01:00: without one it is not an instant';
  if (/^\d{4}-\d\d-\d\d /.test(text)) return 'write T between date and time';
  if (/^\d{4}-\d\d-\d\d[Tt]/.test(text) && Number.isNaN(parseDay(text))) return 'there is no such date';
  return undefined;
}

/** A year with five digits or a sign: a time, but none that can be kept. */
export function isFarYear(text: string): boolean {
  return /^([+-]\d{4,}|\d{5,})-\d\d-\d\dT/i.test(text);
}

function parseOffset(text: string, start: number): number {
  const sign = text.charCodeAt(start);
  if ((sign | 0x20) === 0x7a) return text.length === start + 1 ? 0 : NaN;
  if (sign !== 0x2b && sign !== 0x2d) return NaN;
  if (text.length !== start + 6 || text.charCodeAt(start + 3) !== 0x3a) return NaN;
  const hour = twoDigits(text, start + 1);
  const minute = twoDigits(text, start + 4);
  if (!(hour <= 23 && minute <= 59)) return NaN;
  return (hour * 60 + minute) * (sign === 0x2d ? -60_000 : 60_000);
}

function twoDigits(text: string, index: number): number {
  const tens = text.charCodeAt(index) - 48;
  const ones = text.charCodeAt(index + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
