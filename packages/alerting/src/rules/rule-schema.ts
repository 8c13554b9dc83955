/** The shape of one rule. */
import { dimensions, kpiDefs, measureDefs } from '@vigie/kpis';
import { z } from 'zod';
import { changeBases, pipelineSignals, severities } from '../types.ts';
import { atMostOne, decimal, duration, exactlyOne, line, listOf, settle, span, windowCount, word } from './fields.ts';
import { signalDimensions, signalMeasures } from './signals.ts';

const level = z
  .strictObject({
    at_or_above: decimal.optional().describe('Fires when the value reaches or exceeds this; for KPIs where lower is better.'),
    recover_below: decimal
      .optional()
      .describe('With at_or_above: ends only below this (default: the limit). Between the two nothing changes.'),
    at_or_below: decimal.optional().describe('Fires when the value reaches or falls below this; for KPIs where higher is better.'),
    recover_above: decimal
      .optional()
      .describe('With at_or_below: ends only above this (default: the limit). Between the two nothing changes.'),
  })
  .refine((found) => (found.at_or_above === undefined) !== (found.at_or_below === undefined), {
    error: 'expected exactly one of at_or_above (lower is better) and at_or_below (higher is better)',
  })
  .meta(exactlyOne('at_or_above', 'at_or_below'));

const levels = z.strictObject({
  info: level.optional().describe('The mildest severity: good to know.'),
  warning: level.optional().describe('Somebody should look soon.'),
  critical: level.optional().describe('Somebody must look now.'),
});

const severityName = z.enum(severities);

// Editors complete these; parseRules knows more of them, and says what was probably meant.
const kpiName = z.string().meta({ enum: kpiDefs.map(({ id }) => id) });
const measureName = z.string().meta({ enum: [...measureDefs.filter(({ money }) => !money).map(({ id }) => id), ...signalMeasures] });
const industryName = line.meta({ enum: kpiDefs.flatMap(({ benchmarks }) => benchmarks.map(({ industry }) => industry)) });

const noDataForms = z.discriminatedUnion('then', [
  z.strictObject({
    // oxlint-disable-next-line unicorn/no-thenable -- a key of the file format; nothing awaits it
    then: z.literal('breach').describe('As if the limit of `severity` were reached.'),
    severity: severityName.optional().describe('Which severity then fires (default: the gravest of the rule).'),
    after: windowCount.optional().describe('After how many windows in a row without data (default 1 window).'),
  }),
  z.strictObject({
    // oxlint-disable-next-line unicorn/no-thenable -- a key of the file format; nothing awaits it
    then: z.literal('notify').describe("The rule's health says so (signal rule_broken); its alerts stay as they are."),
    after: windowCount.optional().describe('After how many windows in a row without data (default 1 window).'),
  }),
]);

export const noData = z.union([z.enum(['hold', 'ok', 'zero', 'breach']), noDataForms]);
export const noDataText =
  'What a missing answer means: hold (default: nothing changes), ok (as if in order), zero (as if the value were 0), breach, ' +
  'or { then: breach, severity, after: 2 windows }, or { then: notify, after: 3 windows }.';

/** Slices that one rule may watch at most. */
export const maxInstances = z
  .int({ error: 'expected a whole number from 1 to 10000' })
  .min(1, { error: 'expected a whole number from 1 to 10000' })
  .max(10_000, { error: 'expected a whole number from 1 to 10000' });

const window = z
  .strictObject({
    size: z
      .string()
      .regex(/^[1-9]\d{0,7}[mhd]$/, { error: 'expected a rolling window such as 90m, 24h or 30d' })
      .optional()
      .describe('Length of the rolling window: 90m, 24h, 30d. Not for signals.'),
    every: duration.describe('How often a window ends and is judged: whole minutes, 1m to 31d.'),
  })
  .optional()
  .describe('Which stretch of time is judged, and how often. Signals need none (default: every 1m).');

const windowTotal = z.int().min(1, { error: 'expected at least 1' }).max(100, { error: 'expected at most 100' });

const override = z.strictObject({
  match: z
    .record(word, line)
    .refine((found) => Object.keys(found).length > 0, { error: 'expected the slice, such as { channel: paid_search }' })
    .meta({ minProperties: 1 })
    .describe('The slice, by its dimension: { channel: paid_search }.'),
  severity: levels.describe("Limits of this slice, in place of the rule's. A severity that is not named here has no limit in this slice."),
});

export const ruleSchema = z
  .strictObject({
    uid: word.describe("The rule's identity: its state survives a change of everything else."),
    name: line.optional().describe('How people call it (default: the uid).'),
    tenant: word.optional().describe('Whose numbers are judged (default: that of `defaults`, else `default`).'),
    kpi: kpiName.optional().describe('The id of a KPI, as in docs/kpis.md.'),
    signal: z.enum(pipelineSignals).optional().describe("One of Vigie's own signals, instead of a KPI."),
    window,
    severity: levels.optional().describe('The limits, inclusive, in the unit of the KPI (percent, major units of money) or of its change.'),
    benchmark: z
      .strictObject({
        industry: industryName.describe('The industry, as in docs/kpis.md.'),
        severity: severityName.describe('What fires when the value is worse than typical.'),
      })
      .optional()
      .describe("Instead of severity: fires when the value is worse than typical of an industry, converted to the rule's window."),
    overrides: listOf(override).optional().describe('Limits of their own for single slices; the first that matches wins.'),
    for: span.optional().describe('How long the limit must be reached before it fires: "2 windows" (the first one counts) or 30m.'),
    n_of_m: z
      .strictObject({
        n: windowTotal.describe('So many of the last m windows.'),
        m: windowTotal.describe('The number of windows that are looked at.'),
      })
      .optional()
      .describe('Fires when n of the last m windows reach the limit, instead of `for`.'),
    keep_firing_for: span.optional().describe('How long it must be in order before it ends: "1 window" or 30m.'),
    settle: settle.optional().describe("How long after a window's end the numbers must be complete before it is judged (at most 30m)."),
    min_sample: z
      .strictObject({
        measure: measureName.describe('A count that the KPI is made of, such as customers_at_start.'),
        at_least: decimal.describe('Below this the rule says nothing and holds its state.'),
      })
      .optional()
      .describe('The smallest sample that says anything: three customers are no trend.'),
    confidence: z
      .number()
      .min(0.5, { error: 'expected a number from 0.5 to 0.999' })
      .max(0.999, { error: 'expected a number from 0.5 to 0.999' })
      .optional()
      .describe(
        'The Wilson bound at this confidence must reach the limit too (0.5 to 0.999). Needs min_sample, and a KPI that is a share of counts.',
      ),
    group_by: z
      .array(z.enum([...new Set([...dimensions, ...signalDimensions])]))
      .max(1, { error: 'expected at most one dimension' })
      .optional()
      .describe('One alert per slice of this dimension, each with a state of its own.'),
    except: z
      .array(line)
      .min(1, { error: 'expected at least one slice' })
      .max(1_000, { error: 'expected at most 1000 slices' })
      .optional()
      .describe('Slices that are not watched, such as unknown: cost that belongs to no channel wins nobody.'),
    max_instances: maxInstances.optional().describe('Slices that are watched at most (default 1000); the rest is counted.'),
    on_zero_denominator: z
      .union([
        z.literal('inconclusive'),
        z.strictObject({
          when_numerator_at_least: decimal.describe('From this numerator on (major units for money).'),
          // oxlint-disable-next-line unicorn/no-thenable -- a key of the file format; nothing awaits it
          then: z.literal('breach').describe('It fires although there is no value.'),
          severity: severityName.describe('A severity of this rule.'),
        }),
      ])
      .optional()
      .describe('What a zero denominator means: inconclusive (default), or a breach, as for spend that won nobody.'),
    no_data: noData.optional().describe(noDataText),
    change: z
      .strictObject({
        against: z
          .enum(changeBases)
          .describe('The earlier window: the one before, the same weekday a week ago, or the same period a year ago.'),
        as: z.enum(['percent', 'absolute']).describe("percent of the earlier value, or absolute in the KPI's unit."),
        min_base: decimal.optional().describe('The earlier value must be at least this, else the rule says nothing.'),
      })
      .optional()
      .describe('The limits are limits of the change since an earlier window: at_or_below: -20 is a fall by 20 % or more.'),
    labels: z.record(word, line).optional().describe('Labels of your own, for routes and silences: { team: growth }.'),
    summary: z
      .string()
      .min(1, { error: 'expected some text' })
      .max(1000, { error: 'expected at most 1000 characters' })
      .optional()
      .describe('The text of the alert; {{ value }}, {{ threshold }}, {{ window }} and others are filled in.'),
    runbook: z
      .url({ protocol: /^https?$/, error: 'expected a link beginning with https://' })
      .optional()
      .describe('What to do: a link that every message carries.'),
  })
  .refine((found) => (found.kpi === undefined) !== (found.signal === undefined), {
    error: 'expected exactly one of kpi (a number of the company) and signal (one of the pipeline)',
  })
  .refine((found) => (found.severity === undefined) !== (found.benchmark === undefined), {
    error: 'expected exactly one of severity (limits of your own) and benchmark (limits of an industry)',
  })
  .refine((found) => found.for === undefined || found.n_of_m === undefined, {
    path: ['n_of_m'],
    error: 'expected it without for: both say how many windows it takes',
  })
  .meta({
    allOf: [
      exactlyOne('kpi', 'signal'),
      {
        oneOf: [
          { required: ['kpi', 'window'], properties: { window: { required: ['size'] } } },
          { required: ['signal'], properties: { window: { not: { required: ['size'] } } } },
        ],
      },
      exactlyOne('severity', 'benchmark'),
      atMostOne('for', 'n_of_m'),
    ],
  });

export const rulesList = z.array(ruleSchema).max(1000, { error: 'expected at most 1000 rules' });

export type RuleEntry = z.output<typeof ruleSchema>;
export type LevelEntry = z.output<typeof level>;
export type LevelsEntry = z.output<typeof levels>;
export type NoDataEntry = z.output<typeof noData>;
