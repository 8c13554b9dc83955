import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormatsOf from 'ajv-formats';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { fileOf, problemsOf } from './bad-file.fixture.ts';
import { rulesFileJsonSchema } from './json-schema.ts';

const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const validate: ValidateFunction = addFormatsOf
  .default(new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true, allowUnionTypes: true }))
  .compile(rulesFileJsonSchema());
const isAccepted = (text: string): boolean => validate(parse(text));

test('docs/rules.schema.json is the schema of this version (node packages/alerting/scripts/write-docs.ts writes it)', () => {
  expect(JSON.parse(read('docs/rules.schema.json'))).toEqual(rulesFileJsonSchema());
});

test.each(['infra/rules/rules.yaml', 'examples/telco-churn/rules.yaml', 'examples/online-retail/rules.yaml'])('it accepts %s', (path) => {
  expect([isAccepted(read(path)), validate.errors]).toEqual([true, null]);
});

// Every kind of channel, and what is rare.
const accepted = [
  'rules: []\nchannels: { log: { type: log }, hook: { type: webhook, url_file: /run/hook, secret_file: [./a, ./b], fallback: log } }',
  "rules: []\nchannels: { hook: { type: webhook, url: 'https://ops.example.org', format: alertmanager } }",
  'rules: []\nchannels: { a: { type: slack, url_env: A }, b: { type: teams, url_env: B }, c: { type: discord, url_file: /c } }',
  'rules: []\nchannels: { a: { type: pagerduty, routing_key_env: A }, b: { type: alertmanager, url: "https://am.example.org", resend: 30s } }',
  'rules: []\nchannels: { a: { type: email, host: smtp.example.org, port: 25, tls: none, from: Vigie <a@example.org>, to: [b@example.org] } }',
  'rules: []\nchannels: { a: { type: email, host: smtp.example.org, user: u, password_file: /p, from: a@example.org, to: [b@example.org] }, b: { type: kafka, topic: a.b } }',
  "rules: []\nroutes: { default: { channels: [log], flap: off }, children: [{ match: { kind: kpi }, children: [{ matchers: ['severity!=info'], continue: true }] }] }",
  "rules: []\nmute_timings: { a: { intervals: [{ times: ['00:00-24:00'], days_of_month: [-1] }] } }\ninhibit: [{ source: ['kind=pipeline'], target: { kind: kpi }, equal: [] }]",
  'rules: [{ uid: a, signal: rule_broken, severity: { info: { at_or_above: 1 } }, no_data: { then: notify, after: 3 windows } }]',
  "rules: [{ uid: a, kpi: cac, window: { size: 7d, every: 1h }, benchmark: { industry: 'e-commerce, United States', severity: info }, n_of_m: { n: 1, m: 2 }, no_data: zero }]",
  'rules: [{ uid: a, kpi: cac, window: { size: 7d, every: 1h }, severity: { info: { at_or_above: 1 } }, group_by: [channel], overrides: [{ match: { channel: x }, severity: { info: { at_or_above: 2 } } }], on_zero_denominator: inconclusive }]',
].map((text) => `version: 1\n${text}\n`);
test.each(accepted)('it and the parser accept %j', (text) => {
  expect([problemsOf(text), isAccepted(text), validate.errors]).toEqual([[], true, null]);
});

const refused: readonly (readonly [string, string])[] = [
  ['another version', fileOf().replace('version: 1', 'version: 2')],
  ['an unknown key', fileOf({ a: 'labls: {}' })],
  ['an unknown section', fileOf({}, 'route: {}')],
  ['no uid', fileOf({ uid: 'name: churn' })],
  ['a uid that is no word', fileOf({ uid: 'uid: Churn 30d' })],
  ['neither KPI nor signal', fileOf({ kpi: 'name: churn' })],
  ['KPI and signal', fileOf({ a: 'signal: completeness_lag' })],
  ['a signal that is none', fileOf({ kpi: 'signal: lag' })],
  ['a KPI that is none', fileOf({ kpi: 'kpi: chrun' })],
  ['a KPI without a size', fileOf({ window: 'window: { every: 1h }' })],
  ['a KPI without a window', fileOf({ window: 'name: churn' })],
  ['a signal with a size', fileOf({ kpi: 'signal: completeness_lag' })],
  ['severity and benchmark', fileOf({ a: "benchmark: { industry: 'e-commerce, United States', severity: info }" })],
  ['neither severity nor benchmark', fileOf({ severity: 'name: churn' })],
  ['for and n of m', fileOf({ a: 'for: 2 windows', b: 'n_of_m: { n: 1, m: 2 }' })],
  ['a size that is none', fileOf({ window: 'window: { size: 30 days, every: 1h }' })],
  ['a duration that is none', fileOf({ window: 'window: { size: 30d, every: hourly }' })],
  ['a span that is none', fileOf({ a: 'for: two windows' })],
  ['a limit in quotes', fileOf({ severity: "severity: { info: { at_or_above: '5' } }" })],
  ['a limit too large', fileOf({ severity: 'severity: { info: { at_or_above: 1e15 } }' })],
  ['both directions in one level', fileOf({ severity: 'severity: { info: { at_or_above: 5, at_or_below: 1 } }' })],
  ['no direction', fileOf({ severity: 'severity: { info: { recover_below: 5 } }' })],
  ['too much confidence', fileOf({ a: 'confidence: 1' })],
  ['no windows without data', fileOf({ a: 'no_data: { then: breach, after: 0 windows }' })],
  ['notify with a severity', fileOf({ a: 'no_data: { then: notify, severity: info }' })],
  ['two dimensions', fileOf({ a: 'group_by: [channel, segment]' })],
  [
    'an override without a slice',
    fileOf({ a: 'group_by: [channel]', b: 'overrides: [{ match: {}, severity: { info: { at_or_above: 5 } } }]' }),
  ],
  ['a runbook that is no link', fileOf({ a: 'runbook: a wiki' })],
  ['a route without channels', fileOf({}, 'routes: { default: {} }')],
  ['an unknown key deep in the routes', fileOf({}, 'routes: { default: { channels: [log] }, children: [{ children: [{ mach: {} }] }] }')],
  ['no pause', fileOf({}, 'routes: { default: { channels: [log], repeat_interval: 0s } }')],
  ['a mute for ever', fileOf({}, 'mute_timings: { a: { intervals: [{}] } }')],
  ['a time that is none', fileOf({}, "mute_timings: { a: { intervals: [{ times: ['22:00-25:00'] }] } }")],
  ['an inhibition by nothing', fileOf({}, 'inhibit: [{ source: {}, target: { kind: kpi } }]')],
  ['a kind of channel that is none', fileOf({}, 'channels: { a: { type: sms } }')],
  ['a webhook with two URLs', fileOf({}, "channels: { a: { type: webhook, url: 'https://a.example.org', url_env: U, secret_env: S } }")],
  ['a webhook without a secret', fileOf({}, "channels: { a: { type: webhook, url: 'https://a.example.org' } }")],
  ['a pasted secret', fileOf({}, 'channels: { a: { type: slack, url_env: "https://a.example.org" } }')],
  ['a chat URL in the file', fileOf({}, 'channels: { a: { type: slack, url: "https://a.example.org" } }')],
  ['a user without a password', fileOf({}, 'channels: { a: { type: email, host: a, user: u, from: a@b, to: [a@b] } }')],
  ['nobody to write to', fileOf({}, 'channels: { a: { type: email, host: a, from: a@b, to: [] } }')],
  ['a name of a channel that is none', fileOf({}, 'channels: { "Ops Hook": { type: log } }')],
];
test.each(refused)('it refuses what the parser refuses: %s', (_name, text) => {
  expect([problemsOf(text).length > 0, isAccepted(text)]).toEqual([true, false]);
});

test('it explains every key, so that an editor can', () => {
  const unexplained: string[] = [];
  let keyCount = 0;
  const walk = (node: unknown, path: string): void => {
    if (node === null || typeof node !== 'object') return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'allOf' || key === 'not') continue;
      if (key === 'properties') {
        for (const [name, property] of Object.entries(value as Record<string, { description?: string }>)) {
          keyCount += 1;
          if (!property.description) unexplained.push(`${path}.${name}`);
        }
      }
      walk(value, `${path}.${key}`);
    }
  };
  walk(rulesFileJsonSchema(), '');
  expect([unexplained, keyCount > 150]).toEqual([[], true]);
});
