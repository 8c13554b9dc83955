import { type CellRead, type HashIncrement, panesPerGroup } from '@vigie/kpis';

interface CellHash {
  readonly expiresAtMs: number;
  readonly fields: Map<string, bigint>;
}

/** What Redis holds after some folds, as plain maps, and the sums that a reader asks of it. */
export class Cells {
  /** By series and slice, then by the rest of the key: readers ask for one slice of one series at a time. */
  readonly #series = new Map<string, Map<string, CellHash>>();

  /** Adds one batch's increments; a group of panes that has expired at that moment is not written. */
  apply(increments: readonly HashIncrement[], nowMs: number): void {
    for (const { key, expiresAtMs, fields } of increments) {
      if (expiresAtMs !== 0 && expiresAtMs <= nowMs) continue;
      const [name, rest] = splitKey(key);
      const series = this.#series.get(name) ?? new Map<string, CellHash>();
      const hash = series.get(rest) ?? { expiresAtMs, fields: new Map<string, bigint>() };
      this.#series.set(name, series.set(rest, hash));
      for (let index = 0; index < fields.length; index += 2) {
        const field = fields[index]!;
        hash.fields.set(field, (hash.fields.get(field) ?? 0n) + BigInt(fields[index + 1]!));
      }
    }
  }

  /** Every cell that is not zero, in one order, for comparing. */
  entries(): [string, string][] {
    const entries: [string, string][] = [];
    for (const [name, series] of this.#series) {
      for (const [rest, { expiresAtMs, fields }] of series) {
        for (const [field, value] of fields)
          if (value !== 0n) entries.push([`${name}:${rest} ${field} until ${expiresAtMs}`, String(value)]);
      }
    }
    return entries.toSorted((a, b) => (a[0] < b[0] ? -1 : 1));
  }

  /** The sum of a read, of what has not expired at `nowMs`. */
  sum(tenant: string, read: CellRead, nowMs: number): bigint {
    const name = `${read.kind === 'panes' ? 'cells' : 'pairs'}:${tenant}:${read.series}:${read.slice}`;
    let sum = 0n;
    for (const [rest, { expiresAtMs, fields }] of this.#series.get(name) ?? []) {
      if ((expiresAtMs !== 0 && expiresAtMs <= nowMs) || !opens(read, rest.split(':'))) continue;
      for (const [field, value] of fields) if (covers(read, field)) sum += value;
    }
    return read.sign === 1 ? sum : -sum;
  }
}

/** The last two parts of a key say which panes; parts before them are escaped, so colons only separate. */
function splitKey(key: string): [name: string, rest: string] {
  const at = key.lastIndexOf(':', key.lastIndexOf(':') - 1);
  return [key.slice(0, at), key.slice(at + 1)];
}

/** Whether a reader opens the hash at all: a grouping that reader and writer see differently loses its cells. */
function opens(read: CellRead, place: readonly string[]): boolean {
  if (read.kind === 'panes') {
    const [size, group] = [place[0], Number(place[1])];
    return size === read.size && group >= Math.floor(read.lo / panesPerGroup[read.size]) && group * panesPerGroup[read.size] < read.hi;
  }
  const [sinceDay, atGroup] = [Number(place[0]), Number(place[1])];
  const opensDay = sinceDay >= read.sinceDayFrom && sinceDay < read.sinceDayTo;
  return opensDay && atGroup < read.atGroupTo;
}

function covers(read: CellRead, field: string): boolean {
  if (read.kind === 'panes') return Number(field) >= read.lo && Number(field) < read.hi;
  const [since, at] = field.split('|').map(Number);
  return since! >= read.sinceMinuteFrom && at! < read.atMinuteTo;
}
