import { connectClickhouse, migrate, readTransitions, writeAlertJournal } from '@vigie/clickhouse';
import { clickhouseConfig, readConfig } from '@vigie/runtime';
import { alertsFromMs, anAlertRecord, anAlertRule, useServers } from '@vigie/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

const suite = useServers();
const config = readConfig(clickhouseConfig, suite.environment);
const clickhouse = connectClickhouse(config, { name: 'test' });
const analyst = connectClickhouse(config, { name: 'test', as: 'analyst' });
const minute = 60_000;
const window = { from: alertsFromMs - minute, to: alertsFromMs, label: '1m', zone: 'UTC' };
const first = {
  ...anAlertRecord('t1'),
  slice: { dimension: 'channel', value: 'Réseaux\uD800' },
  evidence: {
    ...{
      value: '1234567890123456.78',
      reason: null,
      unit: 'money',
      currency: 'EUR',
      window,
      measures: {},
      numerator: '1',
      denominator: '1',
    },
    ...{ completeThroughMs: alertsFromMs, generation: 1 },
  },
  limit: { severity: 'warning', comparison: 'at_or_above', limit: '5.12345678', recovery: '4.5' },
  judged: 'not a number',
} as const;
const second = {
  ...anAlertRecord('t2', {
    kind: 'resolved',
    sequence: 1,
    previousSeverity: 'warning',
    windowEndMs: alertsFromMs + minute,
    reason: 'rule_removed',
  }),
  rule: anAlertRule('other'),
};
const entries = [first, second].map((record, index) => ({
  ...{ kind: 'transition', key: record.transition.id, revision: index + 1, body: JSON.stringify(record) },
}));
beforeAll(async () => {
  await migrate(clickhouse, () => {});
  await writeAlertJournal(clickhouse, 'vigie', entries);
  await writeAlertJournal(clickhouse, 'vigie', entries);
});
afterAll(async () => {
  await clickhouse.close();
  await analyst.close();
});
const ask = async (sql: string): Promise<unknown[]> =>
  (await analyst.client.query({ query: sql, format: 'JSONEachRow', clickhouse_settings: { output_format_json_quote_decimals: 1 } })).json();

test('analysts read each transition once, with exact numbers, and a row that cannot be typed holds up no other', async () => {
  expect(await ask(`SELECT * FROM ${analyst.views}.alert_transitions ORDER BY at`)).toEqual([
    {
      ...{ at: '2026-11-22 10:00:00.000', tenant: 'default', rule: 'churn', rule_name: 'Churn', kpi: 'customer_churn_rate' },
      ...{ dimension: 'channel', slice: 'Réseaux\uFFFD', kind: 'firing', severity: 'warning', previous_severity: '' },
      ...{ value: '1234567890123456.78', judged: null, unit: 'money', currency: 'EUR', limit: '5.123456' },
      ...{
        window_from: '2026-11-22 09:59:00.000',
        window_to: '2026-11-22 10:00:00.000',
        episode: 'e',
        episode_started: '2026-11-22 10:00:00.000',
      },
      ...{ sequence: 0, reason: '', backfilled: false, labels: { team: 'growth' }, id: 't1', scope: 'vigie' },
    },
    {
      ...{ at: '2026-11-22 10:01:00.000', tenant: 'default', rule: 'other', rule_name: 'Churn', kpi: 'customer_churn_rate' },
      ...{ dimension: '', slice: '', kind: 'resolved', severity: 'warning', previous_severity: 'warning', value: null, judged: null },
      ...{
        unit: '',
        currency: '',
        limit: null,
        window_from: null,
        window_to: null,
        episode: 'e',
        episode_started: '2026-11-22 10:00:00.000',
      },
      ...{ sequence: 1, reason: 'rule_removed', backfilled: false, labels: { team: 'growth' }, id: 't2', scope: 'vigie' },
    },
  ]);
});

test('what the monitor keeps for itself stays closed to them', async () => {
  for (const table of ['alert_transitions', 'alert_journal']) {
    await expect(ask(`SELECT count() FROM ${analyst.database}.${table}`)).rejects.toThrow(/Not enough privileges|ACCESS_DENIED/);
  }
});

test('records come back as they were stored, by tenant, rule and time', async () => {
  const read = async (over: object) =>
    (await readTransitions(clickhouse, { scope: 'vigie', countMax: 10, ...over })).map(({ transition }) => transition.id);
  expect(await readTransitions(clickhouse, { scope: 'vigie', countMax: 10 })).toEqual([second, first]);
  expect(await read({ rule: 'churn' })).toEqual(['t1']);
  expect(await read({ tenant: 'nobody' })).toEqual([]);
  expect(await read({ fromMs: alertsFromMs + 1 })).toEqual(['t2']);
  expect(await read({ toMs: alertsFromMs + minute })).toEqual(['t1']);
  expect(await read({ countMax: 1 })).toEqual(['t2']);
  expect(await readTransitions(clickhouse, { scope: 'elsewhere', countMax: 10 })).toEqual([]);
});
