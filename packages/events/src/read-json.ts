/**
 * Bytes to a JSON object, refusing what other readers of the same bytes may see differently: invalid UTF-8, a byte order mark, a key that
 * stands twice, lone surrogates. Depth is bounded before anything recursive sees the text.
 */
import { isUtf8 } from 'node:buffer';
import { reject, type Rejection } from './rejection.ts';

export const valueBytesMax = 1_000_000;
const depthMax = 32;

export type Json = Record<string, unknown>;
export type JsonRead = { readonly ok: true; readonly body: Json } | { readonly ok: false; readonly rejection: Rejection };

export function readJson(value: Uint8Array): JsonRead {
  if (value.length > valueBytesMax)
    return fail('too_large', { expected: `at most ${valueBytesMax} bytes`, found: `${value.length} bytes` });
  if (value[0] === 0xef && value[1] === 0xbb && value[2] === 0xbf) {
    return fail('bad_json', { expected: 'UTF-8 without a byte order mark', found: 'a byte order mark (EF BB BF)', advice: 'leave it out' });
  }
  const scan = scanBytes(value);
  if (scan.depth > depthMax) {
    return fail('bad_json', { expected: `objects and lists nested at most ${depthMax} deep`, found: `more than ${depthMax} levels` });
  }
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (!scan.ascii && !isUtf8(bytes)) return fail('bad_json', { expected: 'UTF-8', found: 'bytes that are not UTF-8' });
  const text = scan.ascii ? bytes.toString('latin1') : bytes.toString('utf8');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    return fail('bad_json', { expected: 'JSON', found: jsonFault(error, value.length) });
  }
  if (!isObject(body)) {
    const found = Array.isArray(body) ? 'a list' : body === null ? 'null' : `a ${typeof body}`;
    return fail('not_an_envelope', { expected: 'a CloudEvents object', found });
  }
  const keyCount = countKeys(body, scan.escapes);
  if (keyCount < 0) {
    return fail('lone_surrogates', {
      field: findLoneSurrogate(body),
      expected: 'well-formed text',
      found: 'half of a surrogate pair (\\ud800 to \\udfff)',
    });
  }
  if (keyCount !== scan.colonCount) {
    return fail('bad_json', { field: findDuplicateKey(text), expected: 'each key once in its object', found: 'a key that stands twice' });
  }
  return { ok: true, body };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Detail {
  readonly field?: string;
  readonly expected: string;
  readonly found: string;
  readonly advice?: string;
}

function fail(reason: Rejection['reason'], detail: Detail): JsonRead {
  return { ok: false, rejection: reject({ reason, field: 'value', ...detail }) };
}

interface Scan {
  readonly depth: number;
  readonly colonCount: number;
  readonly ascii: boolean;
  readonly escapes: boolean;
}

/** One pass over the bytes, right for valid JSON; for anything else JSON.parse has the last word. */
function scanBytes(bytes: Uint8Array): Scan {
  let depth = 0;
  let deepest = 0;
  let colonCount = 0;
  let bits = 0;
  let escapes = false;
  const length = bytes.length;
  for (let index = 0; index < length; index++) {
    const byte = bytes[index]!;
    if (byte === 0x22) {
      for (index++; index < length; index++) {
        const inside = bytes[index]!;
        if (inside === 0x22) break;
        bits |= inside;
        if (inside === 0x5c) {
          escapes = true;
          index++;
        }
      }
    } else if (byte === 0x3a) colonCount++;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > deepest) deepest = depth;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
    else bits |= byte;
  }
  // The byte after a backslash is not looked at: JSON.parse refuses any but an ASCII one there.
  return { depth: deepest, colonCount, ascii: bits < 0x80, escapes };
}

/** Counts the keys of all objects and turns -0 into 0, which is the same amount; negative once a text is not well-formed. */
function countKeys(node: object, escapes: boolean): number {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- lists are walked by their indices as well
  const fields = node as Json;
  const keys = Object.keys(fields);
  let total = Array.isArray(node) ? 0 : keys.length;
  for (const key of keys) {
    const child = fields[key];
    if (typeof child === 'string') {
      if (escapes && !child.isWellFormed()) return -1;
    } else if (typeof child === 'object' && child !== null) {
      const count = countKeys(child, escapes);
      if (count < 0) return -1;
      total += count;
    } else if (child === 0) fields[key] = 0;
    if (escapes && !key.isWellFormed()) return -1;
  }
  return total;
}

function findLoneSurrogate(node: unknown, path = ''): string {
  if (typeof node !== 'object' || node === null) return path;
  for (const [key, child] of Object.entries(node)) {
    const field = path === '' ? key : `${path}.${key}`;
    if (!key.isWellFormed() || (typeof child === 'string' && !child.isWellFormed())) return field;
    const deeper = findLoneSurrogate(child, field);
    if (deeper !== field) return deeper;
  }
  return path;
}

/** The name of a key that stands twice in one object of valid JSON. Only looked for once the count has shown that there is one. */
function findDuplicateKey(text: string): string {
  const open: Set<string>[] = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (token.endsWith(':')) {
      const key = String(JSON.parse(token.slice(0, -1)));
      const seen = open.at(-1);
      if (seen?.has(key)) return key;
      seen?.add(key);
    }
  }
  return 'value';
}

/** What JSON.parse stumbled over, without the text around it that its own message quotes. */
function jsonFault(error: unknown, byteCount: number): string {
  const message = error instanceof Error ? error.message : '';
  if (byteCount === 0) return 'no bytes';
  if (/end of JSON|Unterminated/i.test(message)) return `text that stops after ${byteCount} bytes`;
  const token = /^Unexpected token (.+?), /u.exec(message)?.[1];
  const position = /at position (\d+)/.exec(message)?.[1];
  const what = token === undefined ? 'text that is not JSON' : `an unexpected ${token}`;
  return position === undefined ? `${what} in ${byteCount} bytes` : `${what} at position ${position}`;
}
