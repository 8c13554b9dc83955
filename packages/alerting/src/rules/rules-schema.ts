/** The shape of a rules file; what one key means to another is checked in check-*.ts. */
import { z } from 'zod';
import { channelSchema } from './channel-schema.ts';
import { listOf, pause, settle, word } from './fields.ts';
import { inhibitSchema, muteTimingSchema, routesSchema } from './route-schema.ts';
import { maxInstances, noData, noDataText, rulesList } from './rule-schema.ts';

export const rulesFileSchema = z.strictObject({
  version: z.literal(1).describe('The version of this format.'),
  defaults: z
    .strictObject({
      tenant: word.optional().describe('The tenant of rules that name none (default: default).'),
      timezone: z.string().optional().describe('The IANA zone of mute timings that name none (default UTC).'),
      settle: settle
        .optional()
        .describe("How long after a window's end the numbers must be complete before it is judged (default 0s, at most 30m)."),
      no_data: noData.optional().describe(noDataText),
      repeat_interval: pause.optional().describe('How often what still fires is told again (default 24h).'),
      max_instances: maxInstances.optional().describe('Slices that one rule watches at most (default 1000).'),
    })
    .optional()
    .describe('What holds for all rules and routes that say nothing else.'),
  rules: rulesList.describe('What is watched, and its limits.'),
  routes: routesSchema.optional().describe('Who is told of which alerts, and when (default: everything goes to the log).'),
  mute_timings: z.record(word, muteTimingSchema).optional().describe('Times at which routes hold their messages, by name.'),
  inhibit: listOf(inhibitSchema)
    .optional()
    .describe('Which alerts hold which others. Default: critical alarms of the pipeline hold those of KPIs; [] turns it off.'),
  channels: z.record(word, channelSchema).optional().describe('Where messages go, by name. `log` is always there.'),
});

export type RulesFile = z.output<typeof rulesFileSchema>;
