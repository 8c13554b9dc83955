/** The shape of a file of cases: numbers in; states, texts and notifications out. */
import { z } from 'zod';
import { severities, transitionKinds } from '../../types.ts';
import { momentMs } from './moments.ts';
import { readSeries } from './series.ts';

const series = z
  .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
  .refine((found) => 'length' in readSeries(found), { error: 'expected a series such as "4.2 x3, 6, no_data"' })
  .transform((found) => readSeries(found) as readonly string[]);

const momentText = { error: 'expected a time after the start (1h30m, 90s) or an instant with its offset (2026-03-02T09:00Z)' };
const offset = z
  .string()
  .regex(/^(?:(?:\d{1,6}[dhms])(?:\s*\d{1,6}[hms])*|\d{4}-.*)$/, momentText)
  .refine((text) => !Number.isNaN(momentMs(text, 0)), momentText);

const numbers = z.strictObject({
  /** Published values; or no_data, late, or why there is none: no_acquisition, unavailable, ... */
  values: series.optional(),
  /** What the KPI is made of; money in major units. Without `values` the KPI's own formula gives them. */
  measures: z.record(z.string(), series).optional(),
});
const numbersOrSlices = z
  .strictObject({ ...numbers.shape, slices: z.record(z.string(), numbers).optional() })
  .refine((found) => (found.slices === undefined) !== (found.values === undefined && found.measures === undefined), {
    error: 'expected values or measures, or slices with theirs',
  });

const input = z.strictObject({
  ...numbersOrSlices.shape,
  /** Of the earlier window, for rules on a change. */
  baseline: numbersOrSlices.optional(),
});

const bySlice = z.union([series, z.record(z.string(), series)]);
const expectedTransition = z.strictObject({
  /** From 1. */
  window: z.int({ error: 'expected the number of a window, from 1' }).min(1, { error: 'expected the number of a window, from 1' }),
  kind: z.enum(transitionKinds),
  severity: z.enum(severities).optional(),
  slice: z.string().optional(),
  text: z.string().optional(),
  contains: z.string().optional(),
});
const expectedNotification = z.strictObject({
  at: offset,
  channel: z.string(),
  kind: z.enum(['firing', 'resolved', 'changed', 'repeat', 'flapping']),
  text: z.string().optional(),
  contains: z.string().optional(),
});

const oneCase = z.strictObject({
  name: z.string().min(1),
  rule: z.string(),
  /** End of the first window. */
  start: z.string().optional(),
  input,
  /** Other rules that run beside it, for what one alert does to another. */
  also: z
    .array(z.strictObject({ rule: z.string(), input }))
    .max(20)
    .optional(),
  silences: z
    .array(z.strictObject({ matchers: z.array(z.string()).min(1), from: offset, to: offset }))
    .max(20)
    .optional(),
  /** Of what fires at that moment. */
  acknowledgements: z
    .array(z.strictObject({ at: offset, rule: z.string().optional(), slice: z.string().optional() }))
    .max(20)
    .optional(),
  /** How long the simulation goes on after the last window. */
  wait: offset.optional(),
  expect: z.strictObject({
    states: bySlice.optional(),
    verdicts: bySlice.optional(),
    transitions: z.array(expectedTransition).optional(),
    notifications: z.array(expectedNotification).optional(),
  }),
});

export const caseFileSchema = z.strictObject({
  version: z.literal(1),
  /** Relative to this file. */
  rules: z.string().min(1),
  zone: z.string().optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: 'expected a currency such as EUR' })
    .optional(),
  cases: z.array(oneCase).min(1).max(1000),
});

export type CaseFile = z.output<typeof caseFileSchema>;
export type RuleCase = CaseFile['cases'][number];
export type CaseInput = RuleCase['input'];
export type CaseNumbers = z.output<typeof numbers>;
export type ExpectedTransition = z.output<typeof expectedTransition>;
export type ExpectedNotification = z.output<typeof expectedNotification>;
