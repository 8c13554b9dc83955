import { examples } from '@vigie/events';
import { expect, test } from 'vitest';
import { completeEvent } from './complete-event.ts';

const defaults = { source: 'cli', tenant: 'acme', nowMs: Date.parse('2026-10-01T00:00:00Z') };

test('what an event leaves out is filled in', () => {
  const checked = completeEvent({ type: 'lead.created', subject: 'lead-7', data: { lead_id: '7' } }, defaults);
  expect(checked).toMatchObject({ ok: true, idMade: true, record: { key: 'acme:lead-7' } });
  const value = checked.ok ? (JSON.parse(checked.record.value) as Record<string, unknown>) : {};
  expect(value).toMatchObject({ source: 'cli', tenantid: 'acme', time: '2026-10-01T00:00:00.000Z' });
  expect(value['id']).toMatch(/^[0-9a-f-]{36}$/);
});

test.each(Object.values(examples).map((example) => [example.type, example] as const))(
  'the example of %s passes as it is',
  (_type, example) => {
    const checked = completeEvent(example, { ...defaults, nowMs: Date.parse('2027-06-01T00:00:00Z') });
    expect(checked).toMatchObject({ ok: true, idMade: false });
  },
);

test.each([
  [null, 'expected a JSON object'],
  [[1], 'expected a JSON object'],
  ['text', 'expected a JSON object'],
  [{ type: 'order.plced', subject: 'c', data: {} }, 'did you mean order.placed?'],
  [{ type: 'lead.created', subject: 'l', data: {} }, 'data.lead_id'],
  [{ type: 'lead.created', data: { lead_id: '7' } }, 'subject'],
  [{ type: 'lead.created', subject: 'l', time: '2027-01-01T00:00:00Z', data: { lead_id: '7' } }, '[time_out_of_range]'],
])('what is wrong with %j is said before it leaves', (written, message) => {
  const checked = completeEvent(written, defaults);
  expect(checked.ok ? '' : checked.problem).toContain(message);
});

const lead = { type: 'lead.created', subject: 'lead-7', data: { lead_id: '7' } };

test.each([
  [{ ...lead, tme: '2026-09-01T00:00:00Z' }, 'did you mean time?'],
  [{ ...lead, lead_id: '7' }, 'go into data'],
])('a key that means nothing is refused, not dropped: %j', (written, message) => {
  const checked = completeEvent(written, defaults);
  expect(checked.ok ? '' : checked.problem).toContain(message);
});

test.each([
  [{ ...lead, tenantid: 'zed' }, 'zed:lead-7'],
  [{ ...lead, tenant: 'zed' }, 'zed:lead-7'],
  [{ ...lead, specversion: '1.0', id: '1', source: 's', time: '2026-09-01T00:00:00Z' }, 'acme:lead-7'],
])('the tenant is the one that is written, else the one that was asked for: %j', (written, key) => {
  expect(completeEvent(written, defaults)).toMatchObject({ ok: true, record: { key } });
});
