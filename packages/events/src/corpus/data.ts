import type { CorpusBuilder, Verdict } from './record.ts';

const dayMs = 86_400_000;

/** Envelopes in order, with data that is not. */
export function addData(corpus: CorpusBuilder): void {
  const good = corpus.text();
  for (const [name, data] of Object.entries({ null: null, 'a list': [], 'a text': 'x', 'a number': 1 })) {
    corpus.addEvent(`${name} for data`, 'schema_violation', { changes: { data }, field: 'data' });
  }
  for (const field of ['order_id', 'gross_minor', 'currency']) {
    corpus.addEvent(`no ${field}`, 'schema_violation', { data: { [field]: undefined }, field: `data.${field}` });
  }
  corpus.add('required fields only in __proto__', 'schema_violation', {
    value: corpus.text({ data: 0 }).replace('"data":0', '"data":{"__proto__":{"order_id":"o","gross_minor":1,"currency":"EUR"}}'),
    field: 'data.order_id',
  });
  corpus.addEvent('null for an optional field', 'schema_violation', { data: { channel: null }, field: 'data.channel' });
  corpus.addEvent('a text for an amount', 'schema_violation', { data: { gross_minor: '1000' }, field: 'data.gross_minor' });
  corpus.addEvent('a fraction for an amount', 'schema_violation', { data: { gross_minor: 10.5 }, field: 'data.gross_minor' });
  corpus.addEvent('true for an amount', 'schema_violation', { data: { gross_minor: true }, field: 'data.gross_minor' });
  corpus.addEvent('1 for a flag', 'schema_violation', { data: { anonymous: 1 }, field: 'data.anonymous' });
  for (const currency of ['eur', 'EURO', 'XXX', 'ZZZ', '€', '', 978, 'toString']) {
    corpus.addEvent(`currency ${JSON.stringify(currency)}`, 'schema_violation', { data: { currency }, field: 'data.currency' });
  }
  corpus.addEvent('an empty channel', 'schema_violation', { data: { channel: '' }, field: 'data.channel' });
  corpus.addEvent('a channel of 201 characters', 'schema_violation', { data: { channel: 'x'.repeat(201) }, field: 'data.channel' });
  corpus.addEvent('a NUL in a channel', 'schema_violation', { data: { channel: 'a\u0000b' }, field: 'data.channel' });
  corpus.addEvent('a delete character in a channel', 'schema_violation', { data: { channel: 'a\u007F' }, field: 'data.channel' });
  corpus.addEvent('an object for lines', 'schema_violation', { data: { lines: {} }, field: 'data.lines' });
  corpus.addEvent('a line without its amount', 'schema_violation', {
    data: { lines: [{ product: 'p', quantity: 1 }] },
    field: 'data.lines.0.gross_minor',
  });
  corpus.addEvent('1,001 lines', 'schema_violation', {
    data: { lines: Array.from({ length: 1001 }, () => ({ product: 'p', quantity: 1, gross_minor: 1 })) },
    field: 'data.lines',
  });
  corpus.addEvent('17 dims', 'schema_violation', {
    data: { dims: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`d${n}`, 'v'])) },
    field: 'data.dims',
  });
  corpus.addEvent('a dim that is no text', 'schema_violation', { data: { dims: { store: 3 } }, field: 'data.dims.store' });
  corpus.addEvent('a dim with a blank in its name', 'schema_violation', {
    data: { dims: { 'store type': 'x' } },
    field: 'data.dims.store type',
  });
  addNumbers(corpus, good);
  addSurrogates(corpus, good);
  addOtherTypes(corpus);
  corpus.addEvent('unknown extra fields', 'accepted', {
    changes: { traceparent: '00-1' },
    data: { colour: 'red', nested: { a: [1, null] } },
  });
}

function addNumbers(corpus: CorpusBuilder, good: string): void {
  const outOfRange = [
    '1e400',
    '-1e400',
    '9007199254740993',
    '9007199254740992',
    '10000000000001',
    '1e300',
    '-1',
    '123456789012345678901234567890',
  ];
  for (const number of outOfRange) {
    corpus.add(`amount ${number}`, 'number_out_of_range', { value: good.replace(':1000', `:${number}`), field: 'data.gross_minor' });
  }
  corpus.add('negative zero', 'accepted', good.replace(':1000', ':-0'));
  corpus.add('an integer written 1e3', 'accepted', good.replace(':1000', ':1e3'));
  corpus.add('an integer written 1000.0', 'accepted', good.replace(':1000', ':1000.0'));
  corpus.add('10^13', 'accepted', good.replace(':1000', ':10000000000000'));
  corpus.add('1e400 in an unknown field', 'accepted', good.replace('"order_id"', '"x":1e400,"order_id"'));
}

function addSurrogates(corpus: CorpusBuilder, good: string): void {
  corpus.add('a lone high surrogate in the subject', 'lone_surrogates', {
    value: good.replace('cust-1', String.raw`cust\ud800`),
    field: 'subject',
  });
  corpus.add('a lone low surrogate in the id', 'lone_surrogates', { value: good.replace('corpus-1', String.raw`\udc00`), field: 'id' });
  corpus.add('surrogates in the wrong order', 'lone_surrogates', {
    value: good.replace('o-1', String.raw`\ude00\ud83d`),
    field: 'data.order_id',
  });
  corpus.add('a lone surrogate in an unknown field', 'lone_surrogates', {
    value: good.replace('"order_id"', String.raw`"x":["\ud800"],"order_id"`),
    field: 'data.x.0',
  });
  corpus.add('a lone surrogate in a key', 'lone_surrogates', good.replace('"order_id"', String.raw`"\udbff":1,"order_id"`));
}

interface TypedEvent {
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly field?: string;
}

type Add = (name: string, expected: Verdict, event: TypedEvent) => void;

function addOtherTypes(corpus: CorpusBuilder): void {
  const add: Add = (name, expected, { type, data, field }) => {
    corpus.addEvent(name, expected, { changes: { type, data }, ...(field === undefined ? {} : { field }) });
  };
  addInstants(corpus, add);
  addCosts(add);
  addRelations(add);
}

/** Instants in data, which have a range of their own. */
function addInstants(corpus: CorpusBuilder, add: Add): void {
  const type = 'subscription.ended';
  add('effective_at 3,653 days ahead', 'accepted', { type, data: ended(corpus.at(3653 * dayMs)) });
  add('effective_at 1 ms more', 'effective_at_out_of_range', {
    type,
    data: ended(corpus.at(3653 * dayMs + 1)),
    field: 'data.effective_at',
  });
  add('effective_at in 9999', 'effective_at_out_of_range', { type, data: ended('9999-12-31T23:59:59Z'), field: 'data.effective_at' });
  add('effective_at in the year 10000', 'time_out_of_range', { type, data: ended('10000-01-01T00:00:00Z'), field: 'data.effective_at' });
  add('effective_at before 1970', 'time_out_of_range', { type, data: ended('1969-12-31T00:00:00Z'), field: 'data.effective_at' });
  add('effective_at without an offset', 'schema_violation', { type, data: ended('2026-03-04T10:15:00'), field: 'data.effective_at' });
  add('effective_at as an epoch', 'schema_violation', { type, data: ended(1772615700000), field: 'data.effective_at' });
}

/** Service periods. */
function addCosts(add: Add): void {
  const cost = { cost_id: 'k', category: 'sales', amount_minor: -5, currency: 'EUR' };
  const period = (service_start: unknown, service_end: unknown): Record<string, unknown> => ({ ...cost, service_start, service_end });
  const field = 'data.service_end';
  add("a vendor's credit", 'accepted', { type: 'cost.recorded', data: cost });
  add('a service start without an end', 'schema_violation', { type: 'cost.recorded', data: period('2026-03-01', undefined), field });
  add('an empty service period', 'schema_violation', { type: 'cost.recorded', data: period('2026-03-01', '2026-03-01'), field });
  add('a service period backwards', 'schema_violation', { type: 'cost.recorded', data: period('2026-03-02', '2026-03-01'), field });
  add('a service period of 3,661 days', 'schema_violation', { type: 'cost.recorded', data: period('2010-01-01', '2020-01-10'), field });
  add('a service period of 3,660 days', 'accepted', { type: 'cost.recorded', data: period('2010-01-01', '2020-01-09') });
  add('a service start on 30 February', 'schema_violation', {
    type: 'cost.recorded',
    data: period('2026-02-30', '2026-03-01'),
    field: 'data.service_start',
  });
  add('a date and an instant for a period', 'schema_violation', {
    type: 'cost.recorded',
    data: period('2026-02-01', '2026-03-01T00:00:00Z'),
    field,
  });
  add('a service start in 9990', 'effective_at_out_of_range', {
    type: 'cost.recorded',
    data: period('9990-01-01', '9991-01-01'),
    field: 'data.service_start',
  });
  add('an unknown category', 'schema_violation', { type: 'cost.recorded', data: { ...cost, category: 'fun' }, field: 'data.category' });
}

/** Fields that are wrong only beside each other, and numbers that must be text. */
function addRelations(add: Add): void {
  const answer = { response_id: 'r', survey: 'nps', score: 5, scale_min: 0, scale_max: 10 };
  add('a score off its scale', 'schema_violation', { type: 'survey.answered', data: { ...answer, score: 11 }, field: 'data.score' });
  add('a scale upside down', 'schema_violation', { type: 'survey.answered', data: { ...answer, scale_max: -1 }, field: 'data.scale_max' });
  add('half a point', 'schema_violation', { type: 'survey.answered', data: { ...answer, score: 4.5 }, field: 'data.score' });
  add('a deal worth nothing in no currency', 'schema_violation', {
    type: 'deal.closed',
    data: { deal_id: 'd', outcome: 'won', first_contact_at: '2026-01-01T00:00:00Z', amount_minor: 5 },
    field: 'data.amount_minor',
  });
  add('an exchange rate of 0', 'schema_violation', {
    type: 'fx.rate_published',
    data: { base: 'EUR', quote: 'USD', rate: '0.00' },
    field: 'data.rate',
  });
  add('an exchange rate as a float', 'schema_violation', {
    type: 'fx.rate_published',
    data: { base: 'EUR', quote: 'USD', rate: 1.1 },
    field: 'data.rate',
  });
  add('a currency against itself', 'schema_violation', {
    type: 'fx.rate_published',
    data: { base: 'EUR', quote: 'EUR', rate: '1' },
    field: 'data.quote',
  });
}

function ended(effectiveAt: unknown): Record<string, unknown> {
  return { subscription_id: 's-1', effective_at: effectiveAt };
}
