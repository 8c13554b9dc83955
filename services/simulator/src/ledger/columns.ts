/** Amounts at moments with what they are sliced by, in columns: a million take some 40 MB. */
const columnNames = ['channel', 'campaign', 'country', 'plan'] as const;
export type ColumnName = (typeof columnNames)[number];

interface Row {
  readonly atMs: number;
  readonly amount: number;
  readonly knownMs: number;
  /** Who it was about, where that is counted. */
  readonly subject?: string;
  readonly slices: { readonly [N in ColumnName]?: string };
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  /** Only what was known before this. */
  readonly asOfMs: number;
  readonly slice: { readonly dimension: string; readonly value: string } | null;
}

const firstRoom = 1_024;
const unknown = 'unknown';

export class Columns {
  #count = 0;
  #atMs = new Float64Array(firstRoom);
  #knownMs = new Float64Array(firstRoom);
  #amount = new Float64Array(firstRoom);
  #subject = new Uint32Array(firstRoom);
  readonly #slices = Object.fromEntries(columnNames.map((name) => [name, new Uint16Array(firstRoom)])) as Record<ColumnName, Uint16Array>;
  readonly #values: Map<string, number> = new Map();
  readonly #subjects: Map<string, number> = new Map();

  get count(): number {
    return this.#count;
  }

  add({ atMs, amount, knownMs, subject, slices }: Row): void {
    if (this.#count === this.#atMs.length) this.#grow();
    const row = this.#count++;
    this.#atMs[row] = atMs;
    this.#knownMs[row] = knownMs;
    this.#amount[row] = amount;
    if (subject !== undefined) this.#subject[row] = numberOf(this.#subjects, subject);
    for (const name of columnNames) this.#slices[name][row] = numberOf(this.#values, slices[name] ?? unknown);
  }

  /** The sum over a span; amounts are whole, and sums stay below 2^53 by far. */
  sum(span: Span): number {
    let sum = 0;
    for (const row of this.#rows(span)) sum += this.#amount[row]!;
    return sum;
  }

  /** How many subjects occur at least so often. */
  subjectCount(span: Span, timesMin: number): number {
    const times = new Map<number, number>();
    for (const row of this.#rows(span)) times.set(this.#subject[row]!, (times.get(this.#subject[row]!) ?? 0) + 1);
    return [...times.values()].filter((count) => count >= timesMin).length;
  }

  *#rows({ fromMs, toMs, asOfMs, slice }: Span): Generator<number> {
    const column = slice === null ? null : this.#slices[slice.dimension as ColumnName];
    const wanted = slice === null ? 0 : this.#values.get(slice.value);
    if (slice !== null && (column === undefined || wanted === undefined)) return;
    for (let row = 0; row < this.#count; row++) {
      if (this.#atMs[row]! < fromMs || this.#atMs[row]! >= toMs || this.#knownMs[row]! >= asOfMs) continue;
      if (column === null || column[row] === wanted) yield row;
    }
  }

  #grow(): void {
    const room = this.#atMs.length * 2;
    this.#atMs = grown(this.#atMs, new Float64Array(room));
    this.#knownMs = grown(this.#knownMs, new Float64Array(room));
    this.#amount = grown(this.#amount, new Float64Array(room));
    this.#subject = grown(this.#subject, new Uint32Array(room));
    for (const name of columnNames) this.#slices[name] = grown(this.#slices[name], new Uint16Array(room));
  }
}

function numberOf(numbers: Map<string, number>, text: string): number {
  const number = numbers.get(text) ?? numbers.size;
  numbers.set(text, number);
  return number;
}

function grown<A extends Float64Array | Uint32Array | Uint16Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
