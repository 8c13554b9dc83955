import { dimensions } from '@vigie/kpis';
import { z } from 'zod';
import { durationMs, durationText, spanOf, spanText, type Span } from '../duration.ts';
import { severities } from '../types.ts';

/** The shape of a rules file; what one key means to another is checked in rules-checks.ts. */

const duration = z.string().transform((text, context): number => {
  const ms = durationMs(text);
  if (ms !== null) return ms;
  context.addIssue({ code: 'custom', message: `expected ${durationText}` });
  return z.NEVER;
});

/** Minutes are kept an hour longer than the longest window of minutes: a window that settles later could not be read any more. */
const settleMsMax = 30 * 60_000;
const settle = duration.refine((ms) => ms <= settleMsMax, { error: 'expected at most 30m: later the small panes of the window are gone' });

const span = z.string().transform((text, context): Span => {
  const parsed = spanOf(text);
  if (parsed !== null) return parsed;
  context.addIssue({ code: 'custom', message: `expected ${spanText}` });
  return z.NEVER;
});

/** As a decimal: a limit of 4.5 is compared as 4.5, and nothing is lost to binary fractions. */
const decimal = z
  .number()
  .refine((value) => Math.abs(value) < 1e15 && /^-?\d+(\.\d+)?$/.test(String(value)), {
    error: 'expected a number below 10^15 with at most 6 decimals',
  })
  .transform(String);

const word = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, { error: 'expected 1 to 64 of a-z, 0-9, dash and underscore, beginning with a letter or digit' });
const line = z.string().min(1).max(500);

const level = z
  .strictObject({
    at_or_above: decimal.optional(),
    recover_below: decimal.optional(),
    at_or_below: decimal.optional(),
    recover_above: decimal.optional(),
  })
  .refine((found) => (found.at_or_above === undefined) !== (found.at_or_below === undefined), {
    error: 'expected exactly one of at_or_above (lower is better) and at_or_below (higher is better)',
  });

const ruleSchema = z.strictObject({
  uid: word,
  name: line.optional(),
  tenant: word.optional(),
  kpi: z.string(),
  window: z.strictObject({ size: z.string(), every: duration }),
  severity: z.strictObject({ info: level.optional(), warning: level.optional(), critical: level.optional() }),
  for: span.optional(),
  keep_firing_for: span.optional(),
  settle: settle.optional(),
  min_sample: z.strictObject({ measure: z.string(), at_least: decimal }).optional(),
  group_by: z.array(z.enum(dimensions)).max(1, { error: 'expected at most one dimension' }).optional(),
  on_zero_denominator: z
    .union([
      z.literal('inconclusive'),
      // oxlint-disable-next-line unicorn/no-thenable -- a key of the file format; nothing awaits it
      z.strictObject({ when_numerator_at_least: decimal, then: z.literal('breach'), severity: z.enum(severities) }),
    ])
    .optional(),
  labels: z.record(word, line).optional(),
  summary: z.string().min(1).max(1000).optional(),
  runbook: z.url({ protocol: /^https?$/, error: 'expected a link beginning with https://' }).optional(),
});

const secretName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'expected the name of an environment variable, not the secret itself' });
const oneOrTwo = <S extends z.ZodType<string>>(one: S) =>
  z.union([one.transform((value): string[] => [value]), z.array(one).min(1).max(2)]);

const webhookSchema = z
  .strictObject({
    type: z.literal('webhook'),
    url: z.string(),
    secret_env: oneOrTwo(secretName).optional(),
    secret_file: oneOrTwo(line).optional(),
    allow_private_hosts: z.array(z.string().min(1)).optional(),
  })
  .refine((found) => (found.secret_env === undefined) !== (found.secret_file === undefined), {
    error: 'expected exactly one of secret_env (name of a variable) and secret_file (path of a file); secrets are never written here',
  });

const channelSchema = z.discriminatedUnion('type', [z.strictObject({ type: z.literal('log') }), webhookSchema]);

export const rulesFileSchema = z.strictObject({
  version: z.literal(1),
  defaults: z.strictObject({ tenant: word.optional(), settle: settle.optional() }).optional(),
  rules: z.array(ruleSchema).max(1000),
  routes: z.strictObject({ default: z.strictObject({ channels: z.array(z.string()).min(1) }) }).optional(),
  channels: z.record(word, channelSchema).optional(),
});

export type RulesFile = z.output<typeof rulesFileSchema>;
export type RuleEntry = RulesFile['rules'][number];
export type LevelEntry = z.output<typeof level>;
