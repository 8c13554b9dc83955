import type { JudgedWindow, Rule } from '@vigie/alerting';

/** What one column of a timeline covers, for one slice. */
export interface TimelineColumns {
  readonly slice: string | null;
  /** The value nearest to alarm among the column's windows: the highest where high is bad; null without any. */
  readonly worst: readonly (number | null)[];
  /** Whether some window of it could not be judged. */
  readonly isUnknown: readonly boolean[];
}

export interface TimelineRange {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly columnCount: number;
}

/** The column in which a window's end lies. */
export function columnOf({ sinceMs, untilMs, columnCount }: TimelineRange, ms: number): number {
  const share = (ms - sinceMs) / Math.max(1, untilMs - sinceMs);
  return Math.max(0, Math.min(columnCount - 1, Math.ceil(share * columnCount) - 1));
}

interface Columns {
  readonly slice: string | null;
  readonly worst: (number | null)[];
  readonly isUnknown: boolean[];
}

/** Squeezes a rule's windows into as many columns as a screen has. */
export class TimelineFold {
  readonly #isHighBad: boolean;
  readonly #range: TimelineRange;
  readonly #slices = new Map<string, Columns>();

  constructor(rule: Rule, range: TimelineRange) {
    this.#isHighBad = rule.limits.every(({ comparison }) => comparison === 'at_or_above');
    this.#range = range;
  }

  add({ windowEndMs, decision }: JudgedWindow): void {
    const column = columnOf(this.#range, windowEndMs);
    for (const { instance, labels, verdict, judged } of decision.verdicts) {
      const own = this.#columnsOf(instance, Object.values(labels)[0] ?? null);
      if (verdict.kind === 'inconclusive' || verdict.kind === 'no_data' || verdict.kind === 'error') own.isUnknown[column] = true;
      if (judged === null) continue;
      const value = Number(judged);
      const known = own.worst[column];
      if (known === null || known === undefined || (this.#isHighBad ? value > known : value < known)) own.worst[column] = value;
    }
  }

  columns(): TimelineColumns[] {
    return [...this.#slices.values()];
  }

  #columnsOf(instance: string, slice: string | null): Columns {
    let columns = this.#slices.get(instance);
    if (columns === undefined) {
      const { columnCount } = this.#range;
      columns = { slice, worst: Array<number | null>(columnCount).fill(null), isUnknown: Array<boolean>(columnCount).fill(false) };
      this.#slices.set(instance, columns);
    }
    return columns;
  }
}
