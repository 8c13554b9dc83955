/**
 * The small shapes that a rules file is made of. What a regular expression or a bound can say is said that way, because the published JSON
 * Schema is made of these: an editor then refuses what the parser refuses.
 */
import { z } from 'zod';
import {
  durationMs,
  durationPattern,
  durationText,
  spanOf,
  spanPattern,
  spanText,
  windowCountPattern,
  windowCountText,
} from '../duration.ts';

export const duration = z
  .string()
  .regex(durationPattern, { error: `expected ${durationText}` })
  .transform((text) => durationMs(text) ?? 0);

/** What is done again and again needs some time in between. */
export const pause = z
  .string()
  .regex(/^[1-9]\d{0,6}[smhd]$/, { error: 'expected a duration of at least 1s, such as 30s, 5m, 1h or 7d' })
  .transform((text) => durationMs(text) ?? 0);

export const span = z
  .string()
  .regex(spanPattern, { error: `expected ${spanText}` })
  .transform((text) => spanOf(text) ?? { ms: 0 });

export const windowCount = z
  .string()
  .regex(/^[1-9]\d{0,3} windows?$/, { error: `expected ${windowCountText}` })
  .transform((text) => Number(windowCountPattern.exec(text)?.[1] ?? 1));

/** Minutes are kept an hour longer than the longest window of minutes: a window that settles later could not be read any more. */
const settleMsMax = 30 * 60_000;
export const settle = duration.refine((ms) => ms <= settleMsMax, {
  error: 'expected at most 30m: later the small panes of the window are gone',
});

const decimalMax = 1e15;
/** As a decimal: a limit of 4.5 is compared as 4.5, and nothing is lost to binary fractions. */
export const decimal = z
  .number()
  .refine((value) => Math.abs(value) < decimalMax && /^-?\d+(\.\d+)?$/.test(String(value)), {
    error: 'expected a number below 10^15 with at most 6 decimals',
  })
  .meta({ exclusiveMinimum: -decimalMax, exclusiveMaximum: decimalMax })
  .transform(String);

export const word = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, { error: 'expected 1 to 64 of a-z, 0-9, dash and underscore, beginning with a letter or digit' });
export const line = z.string().min(1, { error: 'expected some text' }).max(500, { error: 'expected at most 500 characters' });

/** A list that a person writes by hand. */
const listLengthMax = 100;
export const listOf = <S extends z.ZodType>(one: S) =>
  z.array(one).max(listLengthMax, { error: `expected at most ${listLengthMax} entries` });
export const someOf = <S extends z.ZodType>(one: S) => listOf(one).min(1, { error: 'expected at least one entry' });

/** In JSON Schema: exactly one of these keys. */
export const exactlyOne = (...keys: readonly string[]) => ({ oneOf: keys.map((key) => ({ required: [key] })) });
export const atLeastOne = (...keys: readonly string[]) => ({ anyOf: keys.map((key) => ({ required: [key] })) });
export const atMostOne = (first: string, second: string) => ({ not: { required: [first, second] } });
