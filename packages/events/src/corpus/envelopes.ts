import type { CorpusBuilder } from './record.ts';

const minuteMs = 60_000;

/** JSON that is no envelope, times that cannot be, records in the wrong place. */
export function addEnvelopes(corpus: CorpusBuilder): void {
  for (const [name, value] of Object.entries({
    'a text': '"order.placed"',
    'a number': '42',
    null: 'null',
    true: 'true',
    'a list': '[{"id":"1"}]',
    'an empty object': '{}',
  })) {
    corpus.add(`${name} for an envelope`, 'not_an_envelope', value);
  }
  for (const field of ['specversion', 'id', 'source', 'type', 'subject', 'time', 'data']) {
    corpus.addEvent(`no ${field}`, 'not_an_envelope', { changes: { [field]: undefined }, field });
  }
  for (const field of ['specversion', 'id', 'source', 'type', 'subject', 'time', 'tenantid']) {
    corpus.addEvent(`a number for ${field}`, 'not_an_envelope', { changes: { [field]: 7 }, field });
  }
  corpus.add('an envelope in __proto__', 'not_an_envelope', { value: `{"__proto__":${corpus.text()}}`, field: 'specversion' });
  corpus.addEvent('CloudEvents 0.3', 'not_an_envelope', { changes: { specversion: '0.3' }, field: 'specversion' });
  corpus.addEvent('an empty id', 'not_an_envelope', { changes: { id: '' }, field: 'id' });
  corpus.addEvent('an id of 201 characters', 'not_an_envelope', { changes: { id: 'x'.repeat(201) }, field: 'id' });
  corpus.addEvent('an id of 200 characters beyond the basic plane', 'accepted', { changes: { id: '😀'.repeat(200) } });
  corpus.addEvent('a NUL in the subject', 'not_an_envelope', { changes: { subject: 'cust\u0000' }, field: 'subject' });
  corpus.addEvent('a line break in the source', 'not_an_envelope', { changes: { source: 'a\nb' }, field: 'source' });
  corpus.addEvent('a C1 control in the subject', 'not_an_envelope', { changes: { subject: 'cust\u0085' }, field: 'subject' });
  for (const tenantid of ['', 'Default', '-a', 'a:b', 'a b', 'a'.repeat(65), 'é']) {
    corpus.addEvent(`tenant ${JSON.stringify(tenantid).slice(0, 12)}`, 'not_an_envelope', { changes: { tenantid }, field: 'tenantid' });
  }
  corpus.addEvent('no tenant', 'accepted', { changes: { tenantid: undefined } });
  corpus.addEvent('XML announced', 'not_an_envelope', { changes: { datacontenttype: 'application/xml' }, field: 'datacontenttype' });
  corpus.addEvent('JSON announced', 'accepted', { changes: { datacontenttype: 'application/json; charset=utf-8' } });
  corpus.addEvent('data in base64', 'not_an_envelope', { changes: { data: undefined, data_base64: 'e30=' }, field: 'data' });
  corpus.addEvent('an unknown type', 'unknown_type', { changes: { type: 'order.teleported' }, field: 'type' });
  corpus.addEvent('a type in another spelling', 'unknown_type', { changes: { type: 'OrderPlaced' }, field: 'type' });
  corpus.addEvent('a type of Object.prototype', 'unknown_type', { changes: { type: 'constructor' }, field: 'type' });
  corpus.addEvent('an empty type', 'unknown_type', { changes: { type: '' }, field: 'type' });
  addTimes(corpus);
  addRouting(corpus);
}

function addTimes(corpus: CorpusBuilder): void {
  const malformed = [
    '2026-03-04',
    '2026-03-04T10:15:00',
    '2026-03-04 10:15:00Z',
    '2026-03-04T10:15Z',
    '2026-03-04T10:15:00+0100',
    '2026-03-04T10:15:00.Z',
    '2026-02-30T10:15:00Z',
    '2025-02-29T10:15:00Z',
    '2026-13-01T00:00:00Z',
    '2026-03-04T24:00:00Z',
    '2016-12-31T23:59:60Z',
    '2026-03-04T10:15:00+24:00',
    '20260304T101500Z',
    'Wed, 04 Mar 2026 10:15:00 GMT',
    '1772615700000',
    '٢٠٢٦-03-04T10:15:00Z',
  ];
  for (const time of malformed) corpus.addEvent(`time ${time}`, 'not_an_envelope', { changes: { time }, field: 'time' });
  for (const time of [
    '1969-12-31T23:59:59.999Z',
    '1970-01-01T00:59:59+01:00',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '9999-12-31T23:59:59-01:00',
  ]) {
    corpus.addEvent(`time ${time}`, 'time_out_of_range', { changes: { time }, field: 'time' });
  }
  corpus.addEvent('a time in the year 10000', 'time_out_of_range', { changes: { time: '10000-01-01T00:00:00Z' }, field: 'time' });
  corpus.addEvent('a time with a signed year', 'time_out_of_range', { changes: { time: '+012026-03-04T10:15:00Z' }, field: 'time' });
  corpus.addEvent('a time 15 minutes and 1 ms ahead', 'time_out_of_range', {
    changes: { time: corpus.at(15 * minuteMs + 1) },
    field: 'time',
  });
  corpus.addEvent('a time 15 minutes ahead', 'accepted', { changes: { time: corpus.at(15 * minuteMs) } });
  corpus.addEvent('the first instant of 1970', 'accepted', { changes: { time: '1970-01-01T00:00:00Z' } });
  corpus.addEvent('a leap day', 'accepted', { changes: { time: '2024-02-29t10:15:00.123456789z' } });
}

function addRouting(corpus: CorpusBuilder): void {
  const good = corpus.text();
  corpus.add('no key', 'misrouted', { value: good, key: null, field: 'key' });
  corpus.add('an empty key', 'misrouted', { value: good, key: '', field: 'key' });
  corpus.add('the subject alone for a key', 'misrouted', { value: good, key: 'cust-1', field: 'key' });
  corpus.add('the key of another customer', 'misrouted', { value: good, key: 'default:cust-2', field: 'key' });
  corpus.add('the key of another tenant', 'misrouted', { value: good, key: 'other:cust-1', field: 'key' });
  corpus.add('a key with more behind', 'misrouted', { value: good, key: 'default:cust-1 ', field: 'key' });
  corpus.add('another partition than the key says', 'misrouted', { value: good, shift: 1, field: 'partition' });
}
