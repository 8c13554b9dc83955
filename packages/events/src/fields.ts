/** The kinds of fields that event data is made of. Each carries, as its `error`, the sentence that a rejection prints as what was expected. */
import { z } from 'zod';
import { currencyCodes } from './currencies.ts';
import { instantExpected, instantMsMax, instantMsMin, isDate, parseDay, parseInstant } from './instant.ts';

export const textLengthMax = 200;
export const amountMinorMax = 10_000_000_000_000;
export const countMax = 1_000_000_000_000;
const dimsCountMax = 16;

/** 1..200 characters (code points), none of them a control character. Lone surrogates are found earlier, for the whole record. */
export const textPattern = /^\P{Cc}{1,200}$/u;
export const textExpected = `text of 1 to ${textLengthMax} characters without control characters`;

const textSchema = z.string({ error: textExpected }).regex(textPattern, { error: textExpected });

export function text(description: string) {
  return textSchema.describe(description);
}

export function flag(description: string) {
  return z.boolean({ error: 'true or false' }).describe(description);
}

export function oneOf<const V extends readonly [string, ...string[]]>(values: V, description: string) {
  return z.enum(values, { error: `one of ${values.join(', ')}` }).describe(description);
}

function integer(range: { min: number; max: number; expected: string }) {
  const { min, max, expected: error } = range;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** Money that may not be negative. */
export function amountMinor(description: string) {
  return integer({ min: 0, max: amountMinorMax, expected: 'an integer in minor currency units, 0 to 10^13' }).describe(description);
}

/** Money that may be negative, such as a vendor's credit. */
export function signedAmountMinor(description: string) {
  return integer({ min: -amountMinorMax, max: amountMinorMax, expected: 'an integer in minor currency units, -10^13 to 10^13' }).describe(
    description,
  );
}

export function count(description: string) {
  return integer({ min: 0, max: countMax, expected: 'an integer, 0 to 10^12' }).describe(description);
}

export function signedCount(description: string) {
  return integer({ min: -countMax, max: countMax, expected: 'an integer, -10^12 to 10^12' }).describe(description);
}

const currencySchema = z.enum(currencyCodes, { error: 'an ISO 4217 currency code in capitals, such as EUR' });

export function currency(description = 'ISO 4217 code of every amount of this event.') {
  return currencySchema.describe(description);
}

const instants = new WeakSet<object>();

/** Text on the wire, epoch ms once decoded. The range is looked at later, with the append time at hand. */
export function instant(description: string) {
  const schema = z
    .string({ error: instantExpected })
    .refine((value) => !Number.isNaN(parseInstant(value)), { error: instantExpected })
    .meta({ description, format: 'date-time' })
    .transform(parseInstant);
  instants.add(schema);
  return schema;
}

/** The fields of a shape that are instants. */
export function instantFields(shape: z.core.$ZodLooseShape): string[] {
  return Object.entries(shape).flatMap(([name, schema]) => {
    const inner: unknown = schema instanceof z.ZodExactOptional ? schema.unwrap() : schema;
    return typeof inner === 'object' && inner !== null && instants.has(inner) ? [name] : [];
  });
}

const dayExpected = 'a date such as 2026-03-01, or an RFC 3339 instant with its offset';

/** A date or an instant, kept as text: which local day it is depends on the tenant's zone. */
export function dayOrInstant(description: string) {
  return z.string({ error: dayExpected }).refine(isDayOrInstant, { error: dayExpected }).describe(description);
}

/** Epoch ms of a date (as midnight UTC) or of an instant; NaN for anything else. */
export function dayOrInstantMs(value: string): number {
  return isDate(value) ? parseDay(value) : parseInstant(value);
}

function isDayOrInstant(value: string): boolean {
  const ms = dayOrInstantMs(value);
  return ms >= instantMsMin && ms <= instantMsMax;
}

const dimsExpected = `at most ${dimsCountMax} named texts, names like store_type`;
const dimName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, { error: 'a name of lower case letters, digits and _, starting with a letter' });
const dims = z
  .record(dimName, textSchema, { error: dimsExpected })
  .refine((value) => Object.keys(value).length <= dimsCountMax, { error: dimsExpected })
  .describe(`Further dimensions of your own, at most ${dimsCountMax}; kept with the event, not sliced live.`);

/** What every event about a customer (or one to be) may carry to be sliced by. */
export const customerDims = {
  channel: text('Where it came through, such as search or partner.').exactOptional(),
  campaign: text('The campaign it belongs to.').exactOptional(),
  segment: text('The segment at that moment; slices only the sums of this event.').exactOptional(),
  country: text('The country at that moment; slices only the sums of this event.').exactOptional(),
  plan: text('The plan it belongs to.').exactOptional(),
  product: text('The product it belongs to.').exactOptional(),
  dims: dims.exactOptional(),
};
