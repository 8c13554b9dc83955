import type { Path } from './problem.ts';

/** What of a channel may be repeated; everything else may hold a secret, also where none belongs. */
const shownChannelKeys = new Set<string | number>(['type', 'format', 'tls', 'port', 'resend', 'topic', 'fallback']);
const shownLengthMax = 80;
const notShown = 'a value that does not fit (not shown, it may be a secret)';

/** What stands at a path, as a message may repeat it. People paste secrets where their names belong, and the URL of a chat channel is one. */
export function shownValue(data: unknown, path: Path): string {
  const found = valueAt(data, path);
  if (found === undefined) return 'nothing';
  if (path[0] !== 'channels') return shownPlain(found);
  if (Array.isArray(found)) return `a list of ${found.length}`;
  // Keys of the channel itself are told anyway when they are unknown; deeper ones may be anything.
  if (found !== null && typeof found === 'object') return path.length === 2 ? `a mapping of ${Object.keys(found).join(', ')}` : 'a mapping';
  const isShown = path.length === 3 && shownChannelKeys.has(path[2]!);
  return isShown ? shorten(JSON.stringify(found)) : notShown;
}

function shownPlain(found: unknown): string {
  if (typeof found === 'number') return String(found);
  const text = JSON.stringify(found);
  const isLarge = text.length > shownLengthMax && found !== null && typeof found === 'object' && !Array.isArray(found);
  return isLarge ? `a mapping of ${Object.keys(found).join(', ')}` : shorten(text);
}

export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const key of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function shorten(text: string): string {
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax - 3)}...` : text;
}
