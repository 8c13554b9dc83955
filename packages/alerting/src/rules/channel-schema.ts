/** The shape of a channel. Secrets are named, never written: a variable of the environment, or a file. */
import { z } from 'zod';
import { exactlyOne, line, listOf, pause, someOf } from './fields.ts';

/** Pasted secrets have small letters, signs, or go on without a break; names of variables do none of this. */
const variable = z.string().regex(/^(?![A-Z0-9]{24})[A-Z_][A-Z0-9_]{0,99}$/, {
  error: 'expected the name of an environment variable in capitals, such as VIGIE_OPS_SECRET, not the secret itself',
});
const path = z.string().regex(/^(?:\.{0,2}\/|[A-Za-z]:[\\/])[^\n\r]{1,400}$/, {
  error: 'expected the path of a file, beginning with / or ./, not the secret itself',
});
const oneOrTwo = <S extends z.ZodType<string>>(one: S) =>
  z.union([one.transform((value): string[] => [value]), z.array(one).min(1).max(2, { error: 'expected one, or two during a rotation' })]);

const fallback = z.string().optional().describe('Another channel, which is told what this one lost for good.');
const allowPrivateHosts = listOf(line).optional().describe('Hosts that may be private addresses, and for webhooks plain http.');
const secretUrl = {
  url_env: variable.optional().describe('The variable that holds the URL; it is a secret itself.'),
  url_file: path.optional().describe('The file that holds the URL; it is a secret itself.'),
};
const hasOne = (found: object, ...keys: readonly string[]) => keys.filter((key) => Reflect.get(found, key) !== undefined).length === 1;

const log = z.strictObject({ type: z.literal('log').describe("One line per message in the monitor's own log.") });

const webhook = z
  .strictObject({
    type: z.literal('webhook').describe('A signed JSON message (Standard Webhooks).'),
    url: z.string().optional().describe('Where messages are posted: https, without user and password.'),
    ...secretUrl,
    secret_env: oneOrTwo(variable)
      .optional()
      .describe('The variable that holds the signing secret (whsec_...); two during a rotation: both sign.'),
    secret_file: oneOrTwo(path)
      .optional()
      .describe('The file that holds the signing secret (whsec_...); two during a rotation: both sign.'),
    format: z
      .enum(['standard', 'alertmanager'])
      .optional()
      .describe("standard (default): Vigie's own message; alertmanager: that of an Alertmanager webhook receiver."),
    allow_private_hosts: allowPrivateHosts,
    fallback,
  })
  .refine((found) => hasOne(found, 'url', 'url_env', 'url_file'), {
    error: 'expected exactly one of url, url_env (name of a variable) and url_file (path of a file)',
  })
  .refine((found) => hasOne(found, 'secret_env', 'secret_file') || isUnsigned(found), {
    error: 'expected exactly one of secret_env (name of a variable) and secret_file (path of a file); secrets are never written here',
  })
  .meta({
    allOf: [
      exactlyOne('url', 'url_env', 'url_file'),
      {
        anyOf: [
          exactlyOne('secret_env', 'secret_file'),
          {
            required: ['format'],
            properties: { format: { const: 'alertmanager' } },
            not: { anyOf: [{ required: ['secret_env'] }, { required: ['secret_file'] }] },
          },
        ],
      },
    ],
  });

/** Alertmanager's own receivers know no signature. */
function isUnsigned(found: { format?: string | undefined; secret_env?: unknown; secret_file?: unknown }): boolean {
  return found.format === 'alertmanager' && found.secret_env === undefined && found.secret_file === undefined;
}

const chatTexts = {
  slack: 'An incoming webhook of Slack.',
  teams: 'A Workflows webhook of Microsoft Teams.',
  discord: 'A webhook of Discord.',
};
const chat = <T extends keyof typeof chatTexts>(type: T) =>
  z
    .strictObject({ type: z.literal(type).describe(chatTexts[type]), ...secretUrl, allow_private_hosts: allowPrivateHosts, fallback })
    .refine((found) => hasOne(found, 'url_env', 'url_file'), {
      error: 'expected exactly one of url_env (name of a variable) and url_file (path of a file): the URL of a chat channel is a secret',
    })
    .meta(exactlyOne('url_env', 'url_file'));

const pagerduty = z
  .strictObject({
    type: z.literal('pagerduty').describe('An Events API v2 integration of PagerDuty.'),
    routing_key_env: variable.optional().describe('The variable that holds the integration key.'),
    routing_key_file: path.optional().describe('The file that holds the integration key.'),
    url: z.string().optional().describe('Another endpoint than the public one, such as that of the EU region.'),
    allow_private_hosts: allowPrivateHosts,
    fallback,
  })
  .refine((found) => hasOne(found, 'routing_key_env', 'routing_key_file'), {
    error:
      'expected exactly one of routing_key_env (name of a variable) and routing_key_file (path of a file); secrets are never written here',
  })
  .meta(exactlyOne('routing_key_env', 'routing_key_file'));

const alertmanager = z.strictObject({
  type: z.literal('alertmanager').describe('An Alertmanager of your own, which then groups and routes.'),
  url: z.string().describe('Its base URL; alerts go to /api/v2/alerts below it.'),
  resend: pause.optional().describe('How often what fires is sent again (default 1m).'),
  allow_private_hosts: allowPrivateHosts,
  fallback,
});

const address = z.string().regex(/^(?:[^\s<>@"]+@[^\s<>@"]+|[^<>@"\n\r]{1,100} <[^\s<>@"]+@[^\s<>@"]+>)$/, {
  error: 'expected an address such as ops@example.org or Vigie <vigie@example.org>',
});
const email = z
  .strictObject({
    type: z.literal('email').describe('E-mail over SMTP.'),
    host: z
      .string()
      .regex(/^[A-Za-z0-9.:_-]{1,253}$/, { error: 'expected the name of a mail server, such as smtp.example.org' })
      .describe('The mail server.'),
    port: z
      .int({ error: 'expected a port from 1 to 65535' })
      .min(1, { error: 'expected a port from 1 to 65535' })
      .max(65_535, { error: 'expected a port from 1 to 65535' })
      .optional()
      .describe('Default: 587 with starttls, 465 with implicit, 25 with none.'),
    tls: z
      .enum(['starttls', 'implicit', 'none'])
      .optional()
      .describe('starttls (default): encryption begins after the greeting and is required; implicit: from the first byte; none: never.'),
    user: line.optional().describe('The name to log in with.'),
    password_env: variable.optional().describe('The variable that holds the password.'),
    password_file: path.optional().describe('The file that holds the password.'),
    from: address.describe('The sender.'),
    to: someOf(address).describe('Who gets it.'),
    allow_private_hosts: allowPrivateHosts,
    fallback,
  })
  .refine(hasWholeLogin, { error: 'expected user with exactly one of password_env and password_file, or none of the three' })
  .meta({
    oneOf: [
      { required: ['user'], ...exactlyOne('password_env', 'password_file') },
      { not: { anyOf: ['user', 'password_env', 'password_file'].map((key) => ({ required: [key] })) } },
    ],
  });

function hasWholeLogin(found: { user?: unknown; password_env?: unknown; password_file?: unknown }): boolean {
  const isOpen = found.user === undefined && found.password_env === undefined && found.password_file === undefined;
  return isOpen || (found.user !== undefined && hasOne(found, 'password_env', 'password_file'));
}

const kafka = z.strictObject({
  type: z.literal('kafka').describe('A topic of the same Kafka that the events come from.'),
  topic: z
    .string()
    .regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/, { error: 'expected the name of a topic: letters, digits, dot, dash and underscore' })
    .describe('One record per message, with the group as its key.'),
  fallback,
});

export const channelSchema = z.discriminatedUnion('type', [
  log,
  webhook,
  chat('slack'),
  chat('teams'),
  chat('discord'),
  pagerduty,
  alertmanager,
  email,
  kafka,
]);

export type ChannelEntry = z.output<typeof channelSchema>;
