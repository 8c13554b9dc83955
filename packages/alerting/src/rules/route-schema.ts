/** The shape of everything that decides who is told, and when: routes, mute timings, inhibition. */
import { z } from 'zod';
import { atLeastOne, duration, line, listOf, pause, someOf } from './fields.ts';

const label = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/, { error: 'expected the name of a label' });
const matchMap = z
  .record(label, line)
  .refine((found) => Object.keys(found).length > 0, { error: 'expected at least one label, such as { severity: critical }' })
  .meta({ minProperties: 1 });
const matcherList = someOf(z.string().max(400, { error: 'expected at most 400 characters' }));

const sending = {
  channels: someOf(z.string()).optional().describe('Names of channels; every one of them is told.'),
  group_by: listOf(label)
    .optional()
    .describe('Alerts that agree in these labels come in one message (default [rule]); [] puts all into one.'),
  group_wait: duration.optional().describe('How long a new group waits for more before its first message (default 30s).'),
  group_interval: duration.optional().describe('How long a group waits before a message about changes (default 5m).'),
  repeat_interval: pause.optional().describe('How often what still fires is told again (default 24h).'),
  mute: listOf(z.string()).optional().describe('Names of mute timings during which messages are held.'),
  flap: z
    .union([
      z.literal('off'),
      z.strictObject({
        firings: z
          .int()
          .min(1, { error: 'expected at least 1' })
          .max(1000, { error: 'expected at most 1000' })
          .describe('More firings than this, within'),
        within: pause.describe('this time, are flapping: told once, and then held'),
        calm: pause.describe('until it has not fired anew for this long.'),
      }),
    ])
    .optional()
    .describe('Holds alerts that come and go: { firings: 5, within: 1h, calm: 30m }, or off (default).'),
};

const child = z.strictObject({
  match: matchMap.optional().describe('Labels with their values, all of which must agree: { severity: critical }.'),
  matchers: matcherList.optional().describe('Matchers, all of which must hold: channel=~"paid_.*", severity!=info.'),
  continue: z.boolean().optional().describe('Also look at the routes behind this one (default false).'),
  // One by one: a schema that names itself can only be typed without spreads.
  channels: sending.channels,
  group_by: sending.group_by,
  group_wait: sending.group_wait,
  group_interval: sending.group_interval,
  repeat_interval: sending.repeat_interval,
  mute: sending.mute,
  flap: sending.flap,
  get children(): z.ZodOptional<z.ZodArray<typeof child>> {
    return listOf(child).optional().describe('Finer routes below this one; the first that matches wins.');
  },
});
z.globalRegistry.add(child, { id: 'route', description: 'A finer route; what it does not say is as in the route above it.' });

export const routesSchema = z.strictObject({
  default: z
    .strictObject({ ...sending, channels: someOf(z.string()).describe('Names of channels; every one of them is told.') })
    .describe('Takes every alert that no child takes, and says what children do not say.'),
  children: listOf(child).optional().describe('Finer routes; the first that matches wins.'),
});

export const weekdayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const interval = z
  .strictObject({
    times: someOf(
      z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'expected times such as 09:00-17:30 or 22:00-24:00' }),
    )
      .optional()
      .describe("Stretches of the local day, the end not included: ['22:00-24:00', '00:00-07:00']."),
    weekdays: someOf(z.enum(weekdayNames)).optional().describe('Days of the week.'),
    days_of_month: someOf(
      z.int().refine((day) => day !== 0 && Math.abs(day) <= 31, { error: 'expected 1 to 31, or -1 (the last day) to -31' }),
    )
      .optional()
      .describe('Days of the month; negative ones count from its end: -1 is the last day.'),
    months: someOf(z.int().min(1, { error: 'expected 1 to 12' }).max(12, { error: 'expected 1 to 12' }))
      .optional()
      .describe('Months, 1 to 12.'),
  })
  .refine((found) => Object.values(found).some((value) => value !== undefined), {
    error: 'expected at least one of times, weekdays, days_of_month, months (without any it would mute for ever)',
  })
  .meta(atLeastOne('times', 'weekdays', 'days_of_month', 'months'));

export const muteTimingSchema = z.strictObject({
  timezone: z.string().optional().describe('IANA zone, such as Europe/Paris (default: that of `defaults`, else UTC).'),
  intervals: someOf(interval).describe('Muted while any of these holds; within one, everything that is given must hold.'),
});

const selection = z.union([matchMap, matcherList]);
export const inhibitSchema = z.strictObject({
  source: selection.describe('While an alert like this fires ...'),
  target: selection.describe('... alerts like this are held.'),
  equal: listOf(label).optional().describe('Only if both agree in these labels.'),
});

export type RoutesEntry = z.output<typeof routesSchema>;
export type ChildEntry = z.output<typeof child>;
export type SendingEntry = { readonly [K in keyof RoutesEntry['default']]?: RoutesEntry['default'][K] | undefined };
export type MuteTimingEntry = z.output<typeof muteTimingSchema>;
export type InhibitEntry = z.output<typeof inhibitSchema>;
export type SelectionEntry = z.output<typeof selection>;
