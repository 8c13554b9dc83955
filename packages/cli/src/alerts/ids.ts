import { nearest } from '@vigie/runtime';
import { CliError, exitCodes } from '../console/cli-error.ts';

/** As short as one can say it to a colleague, as long as it takes to be unique. */
const shortLengthMin = 6;

/** Ids cut to one length at which all of them differ. */
export function shortIds(ids: Iterable<string>, lengthMin = shortLengthMin): (id: string) => string {
  const unique = [...new Set(ids)].toSorted();
  let length = lengthMin;
  for (const [index, id] of unique.entries()) length = Math.max(length, commonLength(id, unique[index + 1] ?? '') + 1);
  return (id) => id.slice(0, length);
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** Something that can be named: by the beginning of one of its ids, or by a whole name of its own. */
export interface Named<T> {
  readonly ids: readonly string[];
  /** Such as the rule's uid: enough where one thing alone has it. */
  readonly names: readonly string[];
  readonly text: string;
  readonly value: T;
}

/**
 * Finds what a person means.
 *
 * Errors   CliError when nothing or several things are meant; it says which were near
 */
export function findNamed<T>(written: string, things: readonly Named<T>[], what: { readonly one: string; readonly list: string }): T {
  const wanted = written.trim();
  const found = wanted === '' ? [] : things.filter(({ ids, names }) => ids.some((id) => id.startsWith(wanted)) || names.includes(wanted));
  const exact = found.filter(({ ids }) => ids.includes(wanted));
  if (exact.length === 1) return exact[0]!.value;
  if (found.length === 1) return found[0]!.value;
  if (found.length > 1) throw ambiguous(written, found, what.one);
  const names = [...new Set(things.flatMap((thing) => [...thing.names, ...thing.ids.map((id) => id.slice(0, wanted.length))]))];
  const meant = nearest(wanted, names);
  const hint = meant === null || wanted === '' ? `${what.list} shows what there is` : `did you mean ${meant}?`;
  throw new CliError(`expected ${what.one}, found ${JSON.stringify(written)}; ${hint}`, exitCodes.usage);
}

/** Of several that are meant, so many are listed. */
const listedMax = 10;

function ambiguous<T>(written: string, found: readonly Named<T>[], one: string): CliError {
  const short = shortIds(found.flatMap(({ ids }) => ids));
  const lines = found.slice(0, listedMax).map(({ ids, text }) => `  ${short(ids[0] ?? '')}  ${text}`);
  const more = found.length > listedMax ? [`  and ${found.length - listedMax} more`] : [];
  return new CliError(
    `expected ${one} that is meant alone, found ${found.length} for ${JSON.stringify(written)}; say more of its id:\n${[...lines, ...more].join('\n')}`,
    exitCodes.usage,
  );
}
