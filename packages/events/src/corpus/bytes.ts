import type { CorpusBuilder } from './record.ts';

/** Bytes that are no JSON document, or one that different readers would read differently. */
export function addBytes(corpus: CorpusBuilder): void {
  const good = corpus.text();
  const bytes = Buffer.from(good);
  corpus.add('a tombstone', 'tombstone', null);
  corpus.add('no bytes', 'bad_json', '');
  corpus.add('a blank', 'bad_json', ' ');
  corpus.add('one NUL byte', 'bad_json', Buffer.from([0]));
  corpus.add('plain text', 'bad_json', 'order placed');
  corpus.add('truncated in a string', 'bad_json', good.slice(0, 25));
  corpus.add('truncated before the last brace', 'bad_json', good.slice(0, -1));
  corpus.add('two documents', 'bad_json', good + good);
  corpus.add('a trailing comma', 'bad_json', good.replace('}}', ',}}'));
  corpus.add('single quotes', 'bad_json', good.replaceAll('"', "'"));
  corpus.add('a comment', 'bad_json', `// an order\n${good}`);
  corpus.add('NaN for a number', 'bad_json', good.replace('1000', 'NaN'));
  corpus.add('Infinity for a number', 'bad_json', good.replace('1000', '-Infinity'));
  corpus.add('a number with a leading zero', 'bad_json', good.replace('1000', '01000'));
  corpus.add('a number with a plus', 'bad_json', good.replace('1000', '+1000'));
  corpus.add('a hexadecimal number', 'bad_json', good.replace('1000', '0x3e8'));
  corpus.add('a raw newline in a string', 'bad_json', good.replace('cust-1', 'cust\n1'));
  corpus.add('a raw NUL in a string', 'bad_json', good.replace('cust-1', 'cust\u00001'));
  corpus.add('an unknown escape', 'bad_json', good.replace('cust-1', String.raw`cust\x31`));
  corpus.add('a UTF-8 byte order mark', 'bad_json', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]));
  corpus.add('UTF-16', 'bad_json', Buffer.from(good, 'utf16le'));
  corpus.add('UTF-16 with a byte order mark', 'bad_json', Buffer.from(`\uFEFF${good}`, 'utf16le'));
  corpus.add('Latin-1', 'bad_json', Buffer.from(corpus.text({}, { channel: 'café' }), 'latin1'));
  corpus.add('an overlong slash', 'bad_json', splice(bytes, 'cust-1', [0xc0, 0xaf]));
  corpus.add('a surrogate in CESU-8', 'bad_json', splice(bytes, 'cust-1', [0xed, 0xa0, 0x80]));
  corpus.add('a code point above U+10FFFF', 'bad_json', splice(bytes, 'cust-1', [0xf4, 0x90, 0x80, 0x80]));
  corpus.add('an invalid byte after a backslash', 'bad_json', splice(bytes, 'cust-1', [0x5c, 0xff]));
  corpus.add('gzip', 'bad_json', Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00]));
  corpus.add('a schema registry header in front', 'bad_json', Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), bytes]));
  addStructure(corpus, good);
}

/** JSON by its grammar, and still not to be trusted. */
function addStructure(corpus: CorpusBuilder, good: string): void {
  corpus.add('an id that stands twice', 'bad_json', { value: good.replace('"id":', '"id":"other","id":'), field: 'id' });
  corpus.add('an amount that stands twice', 'bad_json', {
    value: good.replace('"gross_minor":1000', '"gross_minor":1000,"gross_minor":9'),
    field: 'gross_minor',
  });
  corpus.add('a key twice, once escaped', 'bad_json', { value: good.replace('"id":', String.raw`"\u0069d":"other","id":`), field: 'id' });
  corpus.add('a duplicate in an unknown field', 'bad_json', {
    value: good.replace('"order_id"', '"x":{"a":1,"b":{},"a":2},"order_id"'),
    field: 'a',
  });
  corpus.add('__proto__ twice', 'bad_json', {
    value: good.replace('"order_id"', '"__proto__":1,"__proto__":2,"order_id"'),
    field: '__proto__',
  });
  corpus.add('33 levels of lists', 'bad_json', good.replace('"o-1"', '['.repeat(31) + ']'.repeat(31)));
  corpus.add('100,000 open lists', 'bad_json', '['.repeat(100_000));
  corpus.add('100,000 nested objects', 'bad_json', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000));
  corpus.add('one byte too many', 'too_large', good + ' '.repeat(1_000_001 - Buffer.byteLength(good)));
  corpus.add('10 MB', 'too_large', `{"id":"${'x'.repeat(10_000_000)}"}`);
  corpus.add('exactly a million bytes', 'accepted', good + ' '.repeat(1_000_000 - Buffer.byteLength(good)));
  corpus.add('blanks and line breaks between tokens', 'accepted', JSON.stringify(corpus.order(), null, '\t'));
  corpus.add('colons and braces inside text', 'accepted', corpus.text({ subject: 'a:b{c}[d]"e\\' }));
  corpus.add('escaped keys', 'accepted', good.replace('"id":', String.raw`"\u0069d":`));
  corpus.add('a pair of surrogates, escaped', 'accepted', good.replace('"order_id"', String.raw`"x":"\ud83d\ude00","order_id"`));
  corpus.add('text beyond the basic plane', 'accepted', corpus.text({ subject: 'café 😀 客户' }));
  corpus.add(
    'keys of Object.prototype in unknown fields',
    'accepted',
    good.replace('"order_id"', '"__proto__":{"gross_minor":-1},"constructor":1,"toString":2,"order_id"'),
  );
}

function splice(bytes: Buffer, text: string, replacement: readonly number[]): Buffer {
  const index = bytes.indexOf(text);
  return Buffer.concat([bytes.subarray(0, index), Buffer.from(replacement), bytes.subarray(index + text.length)]);
}
