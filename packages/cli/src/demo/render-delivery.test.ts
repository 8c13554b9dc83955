import { readFileSync } from 'node:fs';
import pc from 'picocolors';
import { expect, test } from 'vitest';
import { renderDelivery } from './render-delivery.ts';

const file = new URL('../../../alerting/src/channels/golden/webhook-firing.json', import.meta.url);
const [{ body }] = JSON.parse(readFileSync(file, 'utf8')) as [{ body: unknown }];
const delivery = { headers: { 'webhook-id': 'msg_1' }, body: JSON.stringify(body), verified: true, receivedMs: 0 };
const colors = pc.createColors(false);
const lines = (whole: boolean, verified = true) => renderDelivery({ ...delivery, verified }, { colors, whole }).split('\n');
/** Columns are as wide as they have to be. */
const words = (line: string) => line.trim().replaceAll(/ +/g, ' ');

test('a person reads value, limit, sample, how the measures moved, and which slices drove it', () => {
  const read = lines(false).map(words);
  for (const line of [
    'ALERT critical Acquisition cost, channel paid_search: 182.40 EUR',
    'limit at or above 180 EUR; it ends below 160 EUR',
    'sample 12 new_customers (at least 10)',
    'cac_by_channel 151.20 EUR 182.40 EUR +31.20 EUR',
    'marketing_cost 2116.80 EUR 2188.80 EUR +72.00 EUR',
    'new_customers 14 12 -2',
    'Which slices drove it, by campaign',
    'brand 130.00 EUR 170.10 EUR +40.10 EUR',
    'retargeting 90.00 EUR 81.10 EUR -8.90 EUR',
    'the whole 151.20 EUR 182.40 EUR +31.20 EUR',
    'id msg_1',
    'signature verified with the shared secret',
  ])
    expect(read).toContain(line);
});

test('the JSON is shown only when it is asked for', () => {
  const isJson = (line: string) => line.includes('"alert.firing"');
  expect([lines(false).some(isJson), lines(true).some(isJson)]).toEqual([false, true]);
});

test('of a message that is not signed nothing is shown but that it was refused', () => {
  expect(
    lines(false, false)
      .map(words)
      .filter((line) => line !== ''),
  ).toEqual(['id msg_1', 'signature NOT good: it was refused']);
});
