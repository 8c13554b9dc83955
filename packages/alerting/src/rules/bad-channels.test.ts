import { expect, test } from 'vitest';
import { fileOf, problemsOf } from './bad-file.fixture.ts';

// Channels. What is added begins in line 7.
const cases: readonly (readonly [name: string, rest: string, problems: readonly string[]])[] = [
  [
    'a kind of channel that is none',
    'channels: { hook: { type: webhok } }',
    [
      '7:27 channels.hook.type: expected one of the known kinds of type (log, webhook, slack, teams, discord, pagerduty, alertmanager, email, kafka), found "webhok". Did you mean webhook?',
    ],
  ],
  [
    'a channel without a kind',
    'channels: { hook: { url: "https://ops.example.org" } }',
    [
      '7:19 channels.hook.type: expected one of the known kinds of type (log, webhook, slack, teams, discord, pagerduty, alertmanager, email, kafka), found nothing',
    ],
  ],
  [
    'a name of a channel that is none',
    'channels: { "Ops Hook": { type: log } }',
    ['7:13 channels.Ops Hook: expected 1 to 64 of a-z, 0-9, dash and underscore, beginning with a letter or digit, found "Ops Hook"'],
  ],
  [
    'a webhook without TLS',
    'channels: { hook: { type: webhook, url: "http://ops.example.org", secret_env: S } }',
    [
      "7:41 channels.hook.url: expected https, found http:// to ops.example.org. Plain http is only for hosts listed in this channel's allow_private_hosts.",
    ],
  ],
  [
    'a webhook with a password in its URL',
    'channels: { hook: { type: webhook, url: "https://u:hunter2@ops.example.org", secret_env: S } }',
    ['7:41 channels.hook.url: expected a URL without user and password, found one with them. Receivers check the signature instead.'],
  ],
  [
    'a webhook that leads nowhere',
    'channels: { hook: { type: webhook, url: "hunter2", secret_env: S } }',
    ['7:41 channels.hook.url: expected a URL such as https://example.org/hook, found something that is none (not shown, it may be secret)'],
  ],
  [
    'a webhook without a secret',
    'channels: { hook: { type: webhook, url: "https://ops.example.org/hunter2" } }',
    [
      '7:19 channels.hook: expected exactly one of secret_env (name of a variable) and secret_file (path of a file); secrets are never written here, found a mapping of type, url',
    ],
  ],
  [
    'a webhook with two URLs',
    'channels: { hook: { type: webhook, url: "https://ops.example.org/hunter2", url_env: U, secret_env: S } }',
    [
      '7:19 channels.hook: expected exactly one of url, url_env (name of a variable) and url_file (path of a file), found a mapping of type, url, url_env, secret_env',
    ],
  ],
  [
    'a pasted signing secret',
    'channels: { hook: { type: webhook, url: "https://ops.example.org", secret_env: "whsec_hunter2=" } }',
    [
      '7:80 channels.hook.secret_env: expected the name of an environment variable in capitals, such as VIGIE_OPS_SECRET, not the secret itself, found a value that does not fit (not shown, it may be a secret)',
    ],
  ],
  [
    'a signing secret under a key of its own',
    'channels: { hook: { type: webhook, url: "https://ops.example.org", secret: whsec_hunter2 } }',
    [
      '7:68 channels.hook.secret: unknown key "secret": it is a secret, which is never written here. Put the name of a variable under secret_env, or the path of a file under secret_file.',
    ],
  ],
  [
    'a pasted secret where a path belongs',
    'channels: { hook: { type: webhook, url: "https://ops.example.org", secret_file: whsec_hunter2 } }',
    [
      '7:81 channels.hook.secret_file: expected the path of a file, beginning with / or ./, not the secret itself, found a value that does not fit (not shown, it may be a secret)',
    ],
  ],
  [
    'three secrets',
    'channels: { hook: { type: webhook, url: "https://ops.example.org", secret_env: [A, B, C] } }',
    ['7:80 channels.hook.secret_env: expected one, or two during a rotation, found a list of 3'],
  ],
  [
    'a chat URL in the file',
    'channels: { chat: { type: slack, url: "https://chat.example.org/hunter2" } }',
    [
      '7:34 channels.chat.url: unknown key "url": it is a secret, which is never written here. Put the name of a variable under url_env, or the path of a file under url_file.',
    ],
  ],
  [
    'a pasted chat URL',
    'channels: { chat: { type: teams, url_env: "https://chat.example.org/hunter2" } }',
    [
      '7:43 channels.chat.url_env: expected the name of an environment variable in capitals, such as VIGIE_OPS_SECRET, not the secret itself, found a value that does not fit (not shown, it may be a secret)',
    ],
  ],
  [
    'a chat without a URL',
    'channels: { chat: { type: discord } }',
    [
      '7:19 channels.chat: expected exactly one of url_env (name of a variable) and url_file (path of a file): the URL of a chat channel is a secret, found a mapping of type',
    ],
  ],
  [
    'a pasted routing key',
    'channels: { pager: { type: pagerduty, routing_key_env: R0HUNTER2HUNTER2HUNTER2HUNTER2XX } }',
    [
      '7:56 channels.pager.routing_key_env: expected the name of an environment variable in capitals, such as VIGIE_OPS_SECRET, not the secret itself, found a value that does not fit (not shown, it may be a secret)',
    ],
  ],
  [
    'a routing key in the file',
    'channels: { pager: { type: pagerduty, routing_key: hunter2 } }',
    [
      '7:39 channels.pager.routing_key: unknown key "routing_key": it is a secret, which is never written here. Put the name of a variable under routing_key_env, or the path of a file under routing_key_file.',
    ],
  ],
  [
    'an endpoint for alerts with its path',
    "channels: { am: { type: alertmanager, url: 'https://am.example.org/api/v2/alerts' } }",
    ['7:44 channels.am.url: expected the base URL, found one that has /api in it. Vigie adds /api/v2/alerts itself.'],
  ],
  [
    'a password in the file',
    'channels: { mail: { type: email, host: smtp.example.org, user: vigie, password: hunter2, from: a@example.org, to: [b@example.org] } }',
    [
      '7:71 channels.mail.password: unknown key "password": it is a secret, which is never written here. Put the name of a variable under password_env, or the path of a file under password_file.',
    ],
  ],
  [
    'a user without a password',
    'channels: { mail: { type: email, host: smtp.example.org, user: vigie, from: a@example.org, to: [b@example.org] } }',
    [
      '7:19 channels.mail: expected user with exactly one of password_env and password_file, or none of the three, found a mapping of type, host, user, from, to',
    ],
  ],
  [
    'a password in clear',
    'channels: { mail: { type: email, host: smtp.example.org, tls: none, user: vigie, password_env: P, from: a@example.org, to: [b@example.org] } }',
    [
      "7:63 channels.mail.tls: expected starttls or implicit where a password is sent, found none. Without it only to hosts of this channel's allow_private_hosts.",
    ],
  ],
  [
    'an address that is none',
    'channels: { mail: { type: email, host: smtp.example.org, from: vigie, to: [b@example.org] } }',
    [
      '7:64 channels.mail.from: expected an address such as ops@example.org or Vigie <vigie@example.org>, found a value that does not fit (not shown, it may be a secret)',
    ],
  ],
  [
    'a topic that is none',
    'channels: { bus: { type: kafka, topic: "vigie alerts" } }',
    ['7:40 channels.bus.topic: expected the name of a topic: letters, digits, dot, dash and underscore, found "vigie alerts"'],
  ],
  [
    'a key of another kind of channel',
    'channels: { bus: { type: kafka, topics: alerts } }',
    ['7:18 channels.bus.topic: expected a string, found nothing', '7:33 channels.bus.topics: unknown key "topics". Did you mean topic?'],
  ],
  [
    'a fallback that is none',
    'channels: { bus: { type: kafka, topic: alerts, fallback: lgo } }',
    ['7:58 channels.bus.fallback: expected a channel that is declared under channels, found "lgo". Did you mean log?'],
  ],
  [
    'a fallback to itself',
    'channels: { bus: { type: kafka, topic: alerts, fallback: bus } }',
    ['7:58 channels.bus.fallback: expected another channel than bus itself'],
  ],
  [
    'fallbacks in a ring',
    'channels:\n  start: { type: kafka, topic: a, fallback: one }\n  one: { type: kafka, topic: a, fallback: two }\n  two: { type: kafka, topic: b, fallback: one }',
    ['9:43 channels.one.fallback: expected fallbacks that end somewhere, found a ring: one -> two -> one'],
  ],
  ['a key twice', 'version: 2', ['7:1 expected YAML, found: Map keys must be unique']],
  ['a tag', 'channels: { hook: !secret hunter2 }', ['7:19 expected YAML, found: Unresolved tag: !secret']],
  [
    'an alias of nothing',
    'routes: *nothing',
    ['1:1 expected YAML whose aliases can be followed, found: Unresolved alias (the anchor must be set before the alias): nothing'],
  ],
];

test.each(cases)('a file is refused for %s', (_name, rest, problems) => {
  const said = problemsOf(fileOf({}, rest));
  expect(said).toEqual(problems);
  // The secret that some of these files hold.
  expect(said.join('\n').toLowerCase()).not.toContain('hunter2');
});
