import { nearest } from '@vigie/runtime';
import { eventTypes } from '@vigie/events';
import { z } from 'zod';

const durationPattern = /^(\d{1,6})(ms|s|m|h|d)$/;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration such as 90s, 10m, 2h, 3d. */
export function durationMs(text: string): number | undefined {
  const found = durationPattern.exec(text);
  return found === null ? undefined : Number(found[1]) * unitMs[found[2]!]!;
}

const duration = z
  .string({ error: 'a duration such as 90s, 10m, 2h or 3d' })
  .regex(durationPattern, { error: 'a duration such as 90s, 10m, 2h or 3d' })
  .transform((text) => durationMs(text)!);

/** When: after the end of history (+2m), before it (-10d), now, or at an instant. */
const moment = z.string({ error: 'a moment' }).refine((text) => isMoment(text), { error: 'now, +2m, -10d or an instant with its offset' });

function isMoment(text: string): boolean {
  return text === 'now' || durationMs(text.replace(/^[+-]/, '')) !== undefined || /T.*(Z|[+-]\d\d:\d\d)$/.test(text);
}

/** The moment that a text names. */
export function momentMs(text: string, zeroMs: number): number {
  if (text === 'now') return zeroMs;
  const offsetMs = durationMs(text.replace(/^[+-]/, ''));
  return offsetMs === undefined ? Date.parse(text) : zeroMs + (text.startsWith('-') ? -offsetMs : offsetMs);
}

const share = (description: string) =>
  z.coerce
    .number({ error: `${description}, 0 to 1` })
    .min(0, { error: `${description}, 0 to 1` })
    .max(1, { error: `${description}, 0 to 1` });
const count = (max: number) =>
  z.coerce
    .number({ error: `a whole number up to ${max}` })
    .int({ error: `a whole number up to ${max}` })
    .min(0)
    .max(max, { error: `a whole number up to ${max}` });
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')], { error: 'true or false' });
const timing = { at: moment.default('now') };

const kinds = {
  /** Customers of a plan leave after a price rise; when it is over, most are won back. */
  'churn-wave': z.strictObject({
    ...timing,
    for: duration.default(90_000),
    plan: z.enum(['basic', 'team', 'business'], { error: 'one of basic, team, business' }).default('basic'),
    share: share('the share that leaves').default(0.25),
    price_rise: share('by how much the price rises').default(0.1),
    grace: duration.default(10_000),
    win_back: share('the share of leavers that stays after all').default(0.95),
  }),
  /** A channel's ads become dear; when it is over, the vendor credits a part. */
  'cac-jump': z.strictObject({
    ...timing,
    for: duration.default(60_000),
    channel: z.string().default('social'),
    amount: z.coerce
      .number({ error: 'an amount in EUR' })
      .min(1)
      .max(10_000_000, { error: 'an amount in EUR up to 10,000,000' })
      .default(20_000),
    credit: share('the share that is credited').default(1),
  }),
  /** Money goes into a channel that wins nobody; when it is over, it wins some. */
  'spend-without-customers': z.strictObject({
    ...timing,
    for: duration.default(60_000),
    channel: z.string().default('affiliate'),
    amount: z.coerce
      .number({ error: 'an amount in EUR' })
      .min(1)
      .max(10_000_000, { error: 'an amount in EUR up to 10,000,000' })
      .default(5_000),
    wins: count(10_000).default(60),
  }),
  'silent-producer': z.strictObject({
    ...timing,
    for: duration.default(180_000),
    type: z.enum(eventTypes as [string, ...string[]], { error: 'an event type such as order.placed' }).default('order.placed'),
    backfill: flag.default(false),
  }),
  duplicates: z.strictObject({
    ...timing,
    for: duration.default(60_000),
    share: share('the share sent again').default(0.3),
    old: count(10_000).default(200),
  }),
  'late-events': z.strictObject({
    ...timing,
    for: duration.default(60_000),
    share: share('the share held up').default(0.3),
    up_to: duration.default(2 * 86_400_000),
  }),
  'bad-events': z.strictObject({ ...timing, for: duration.default(60_000), count: count(10_000).default(22) }),
  'clock-skew': z.strictObject({
    ...timing,
    for: duration.default(60_000),
    ahead: duration.default(600_000).refine((ms) => ms <= 14 * 60_000 || ms >= 30 * 60_000, {
      error: 'at most 14m (accepted) or at least 30m (refused); in between it is a matter of luck',
    }),
  }),
} as const;

export type IncidentKind = keyof typeof kinds;
type Options = { readonly [K in IncidentKind]: z.output<(typeof kinds)[K]> };
export type Incident = { readonly [K in IncidentKind]: { readonly kind: K; readonly options: Options[K] } }[IncidentKind];

export class IncidentError extends Error {
  override readonly name = 'IncidentError';
}

const kindNames = Object.keys(kinds);

/**
 * Reads an incident as it stands in a script, or was made from a flag.
 *
 * Errors   IncidentError names every wrong key at once: where, what was expected, what was found
 */
export function readIncident(given: unknown, where: string): Incident {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new IncidentError(`${where}: expected an incident {kind, at?, for?, ...}, found ${JSON.stringify(given)}`);
  const { kind, ...rest }: { kind?: unknown } = given;
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) {
    const meant = typeof kind === 'string' ? nearest(kind, kindNames) : null;
    const advice = meant === null ? '' : `. Did you mean ${meant}?`;
    throw new IncidentError(`${where}.kind: expected one of ${kindNames.join(', ')}, found ${JSON.stringify(kind) ?? 'nothing'}${advice}`);
  }
  const schema = kinds[kind as IncidentKind];
  const parsed = schema.safeParse(rest);
  if (parsed.success) return { kind, options: parsed.data } as Incident;
  throw new IncidentError(
    parsed.error.issues.map((issue) => problemOf(issue, { where, rest, known: Object.keys(schema.shape) })).join('\n'),
  );
}

function problemOf(issue: z.core.$ZodIssue, { where, rest, known }: { where: string; rest: object; known: readonly string[] }): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .map((key) => {
        const meant = nearest(key, known);
        return `${where}.${key}: unknown key. ${meant === null ? `There are ${known.join(', ')}` : `Did you mean ${meant}?`}`;
      })
      .join('\n');
  }
  const key = String(issue.path[0] ?? '');
  const found: unknown = Object.entries(rest).find(([name]) => name === key)?.[1];
  return `${where}.${key}: expected ${issue.message}, found ${JSON.stringify(found) ?? 'nothing'}`;
}

/**
 * Reads an incident as a flag says it: `churn-wave@+2m/90s:plan=team,share=0.4`.
 *
 * Shapes   kind[@at][/for][:key=value[,key=value...]]
 */
export function readIncidentText(text: string): Incident {
  const found = /^([a-z-]+)(?:@([^/]+?))?(?:\/([^/:]+))?(?::([a-z_]+=.*))?$/.exec(text.trim());
  if (found === null)
    throw new IncidentError(
      `incident: expected kind@at/for:key=value,..., such as churn-wave@+2m/60s:share=0.3, found ${JSON.stringify(text)}`,
    );
  const [, kind, at, lasts, rest] = found;
  const options: Record<string, string> = {};
  if (at !== undefined) options['at'] = at;
  if (lasts !== undefined) options['for'] = lasts;
  for (const pair of rest?.split(',') ?? []) {
    const [key = '', ...value] = pair.split('=');
    options[key.trim()] = value.join('=').trim();
  }
  return readIncident({ kind, ...options }, `incident ${kind}`);
}
