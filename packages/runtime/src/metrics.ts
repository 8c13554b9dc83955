import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The values that a label may take: a closed list, or the first so many that are met. Everything else becomes `other`. */
export type LabelValues = readonly string[] | { readonly valueCountMax: number };

export interface MetricDefinition<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: Readonly<Record<L, LabelValues>>;
}
export type Labels<L extends string> = Readonly<Record<L, string>>;

export interface CounterMetric<L extends string> {
  readonly add: (labels: Labels<L>, amount?: number) => void;
}
export interface GaugeMetric<L extends string> {
  readonly set: (labels: Labels<L>, value: number) => void;
  readonly remove: (labels: Labels<L>) => void;
}
export interface HistogramMetric<L extends string> {
  readonly observe: (labels: Labels<L>, value: number) => void;
}

export interface Metrics {
  readonly counter: <L extends string = never>(definition: MetricDefinition<L>) => CounterMetric<L>;
  readonly gauge: <L extends string = never>(definition: MetricDefinition<L>) => GaugeMetric<L>;
  readonly histogram: <L extends string = never>(
    definition: MetricDefinition<L> & { readonly buckets: readonly number[] },
  ) => HistogramMetric<L>;
  /** Runs before every scrape: for gauges that are read, not counted. */
  readonly onScrape: (refresh: () => void | Promise<void>) => void;
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

/** Where values past a label's bound are counted, so that a bound that bites is seen. */
const overflowLabelValue = 'other';

/**
 * Makes the registry of one process; every metric is declared once, with the values that its labels may take.
 *
 * Holds    the number of series is bounded: a value past a label's bound becomes `other`, counted in vigie_metric_label_overflow_total
 */
export function createMetrics(options: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.processMetrics !== false) collectDefaultMetrics({ register: registry });
  const overflow = new Counter({
    name: 'vigie_metric_label_overflow_total',
    help: 'Label values that went to "other" because their label has no room',
    labelNames: ['metric', 'label'],
    registers: [registry],
  });
  const bound = <L extends string>(definition: MetricDefinition<L>) =>
    labelBound(definition, (label) => overflow.inc({ metric: definition.name, label }));
  const base = <L extends string>({ name, help, labels }: MetricDefinition<L>) => ({
    name,
    help,
    labelNames: Object.keys(labels ?? {}),
    registers: [registry],
  });
  const refreshers: (() => void | Promise<void>)[] = [];
  return {
    counter: (definition) => {
      const counter = new Counter(base(definition));
      const bounded = bound(definition);
      return { add: (labels, amount = 1) => counter.inc(bounded(labels), amount) };
    },
    gauge: (definition) => {
      const gauge = new Gauge(base(definition));
      const bounded = bound(definition);
      return { set: (labels, value) => gauge.set(bounded(labels), value), remove: (labels) => gauge.remove(bounded(labels)) };
    },
    histogram: (definition) => {
      const histogram = new Histogram({ ...base(definition), buckets: [...definition.buckets] });
      const bounded = bound(definition);
      return { observe: (labels, value) => histogram.observe(bounded(labels), value) };
    },
    onScrape: (refresh) => void refreshers.push(refresh),
    text: async () => {
      for (const refresh of refreshers) await refresh();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

function labelBound<L extends string>(definition: MetricDefinition<L>, overflowed: (label: string) => void) {
  const specs: [string, LabelValues][] = Object.entries(definition.labels ?? {});
  const allowed = specs.map(([label, values]) => {
    const known = new Set<string>('valueCountMax' in values ? [] : values);
    const roomFor = 'valueCountMax' in values ? values.valueCountMax : 0;
    return { label, known, roomFor };
  });
  return (labels: Labels<L>): Record<string, string> => {
    const result: Record<string, string> = {};
    for (const { label, known, roomFor } of allowed) {
      const value = (labels as Record<string, string>)[label] ?? '';
      if (!known.has(value) && known.size < roomFor) known.add(value);
      if (!known.has(value)) overflowed(label);
      result[label] = known.has(value) ? value : overflowLabelValue;
    }
    return result;
  };
}
