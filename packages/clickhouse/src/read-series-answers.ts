import {
  currencyExponentOf,
  type Dimension,
  evaluateFormula,
  type KpiAnswer,
  type KpiDef,
  type MeasureDef,
  measuresOf,
  unknownValue,
  type Window,
} from '@vigie/kpis';
import type { SqlStanding } from './read-kpi.ts';
import type { SeriesQuestion } from './read-series.ts';
import { measureOver, type SeriesDimensions, type SeriesGrid, type SeriesPanes } from './read-series-panes.ts';

interface SeriesData {
  readonly standing: SqlStanding;
  readonly question: SeriesQuestion;
  readonly grid: SeriesGrid;
  readonly byDimension: SeriesDimensions;
}

/** A history in memory: answers like the KPI's view, without asking anybody. */
export class SeriesAnswers {
  readonly #data: SeriesData;
  readonly #slices = new Map<string, readonly string[]>();

  constructor(data: SeriesData) {
    this.#data = data;
  }

  /** All slices that some window may have, the rest `unknown` last; the total alone without a dimension. */
  slicesOf(def: KpiDef, by: Dimension | null): readonly string[] {
    const key = `${def.id} ${by}`;
    let slices = this.#slices.get(key);
    if (slices === undefined) {
      slices = by === null ? [''] : this.#readSlices(measuresOf(def), this.#panesOf(by));
      this.#slices.set(key, slices);
    }
    return slices;
  }

  /**
   * Answers one of the windows that were asked for.
   *
   * Holds    a slice whose every measure is 0 has no answer; slices are sorted, `unknown` last
   * Errors   RangeError for a window that was not among those asked for
   */
  answer(asked: { def: KpiDef; by: Dimension | null; window: Window }): KpiAnswer[] {
    const { def, by, window } = asked;
    const { fromMs, toMs, paneMs } = this.#data.grid;
    if (window.from < fromMs || window.to > toMs || (window.from - fromMs) % paneMs !== 0 || (window.to - fromMs) % paneMs !== 0) {
      throw new RangeError(`Expected a window that was read, found ${window.label} from ${window.from} to ${window.to}.`);
    }
    const panes = this.#panesOf(by);
    const measures = measuresOf(def);
    const answers: KpiAnswer[] = [];
    for (const slice of this.slicesOf(def, by)) {
      const values: Record<string, bigint> = {};
      let isEmpty = true;
      for (const measure of measures) {
        const value = measureOver(measure, panes, { window, slice, grid: this.#data.grid });
        values[measure.id] = value;
        if (value !== 0n) isEmpty = false;
      }
      if (!isEmpty || by === null) answers.push(this.#answerOf(asked, slice, values));
    }
    return answers;
  }

  #answerOf(
    { def, by, window }: { def: KpiDef; by: Dimension | null; window: Window },
    slice: string,
    measures: Record<string, bigint>,
  ): KpiAnswer {
    const { tenant, settings } = this.#data.question;
    return {
      ...{ kpi: def.id, tenant, window, unit: def.unit, currency: settings.currency, source: 'sql', measures },
      ...this.#data.standing,
      slice: by === null ? null : { dimension: by, value: slice },
      ...evaluateFormula(def, measures, { currencyExponent: currencyExponentOf(settings.currency) }),
    };
  }

  #panesOf(by: Dimension | null): SeriesPanes {
    const panes = this.#data.byDimension.get(by);
    if (panes === undefined) throw new RangeError(`Expected a dimension that was read, found ${by ?? 'the total'}.`);
    return panes;
  }

  #readSlices(measures: readonly MeasureDef[], { sums }: SeriesPanes): readonly string[] {
    const facts = new Set(measures.flatMap(({ terms }) => terms.map(({ fact }) => fact)));
    const values = new Set([...facts].flatMap((fact) => [...(sums.get(fact)?.keys() ?? [])]));
    return [...values].toSorted((a, b) => Number(a === unknownValue) - Number(b === unknownValue) || (a < b ? -1 : 1));
  }
}
