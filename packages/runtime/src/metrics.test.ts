import { describe, expect, test } from 'vitest';
import { createLogger, createMetrics } from './index.ts';

describe('metrics', () => {
  test('a value outside a closed list becomes other, and that is counted', async () => {
    const metrics = createMetrics({ processMetrics: false });
    const rejected = metrics.counter({ name: 'vigie_rejected_total', help: 'h', labels: { reason: ['bad_json'] } });
    rejected.add({ reason: 'bad_json' }, 2);
    rejected.add({ reason: 'surprise' });
    const text = await metrics.text();
    expect(text).toContain('vigie_rejected_total{reason="bad_json"} 2');
    expect(text).toContain('vigie_rejected_total{reason="other"} 1');
    expect(text).toContain('vigie_metric_label_overflow_total{metric="vigie_rejected_total",label="reason"} 1');
  });

  test('an open label has room for so many values and no more', async () => {
    const metrics = createMetrics({ processMetrics: false });
    const lag = metrics.gauge({ name: 'vigie_lag', help: 'h', labels: { partition: { valueCountMax: 2 } } });
    for (const partition of ['0', '1', '2', '3']) lag.set({ partition }, Number(partition));
    const series = (await metrics.text()).split('\n').filter((line) => line.startsWith('vigie_lag{'));
    expect(series).toEqual(['vigie_lag{partition="0"} 0', 'vigie_lag{partition="1"} 1', 'vigie_lag{partition="other"} 3']);
  });

  test('metrics without labels and histograms work, and gauges are refreshed at each scrape', async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.counter({ name: 'vigie_c', help: 'h' }).add({});
    metrics.histogram({ name: 'vigie_h', help: 'h', buckets: [1, 5] }).observe({}, 3);
    const age = metrics.gauge({ name: 'vigie_g', help: 'h' });
    let reads = 0;
    metrics.onScrape(() => age.set({}, ++reads));
    await metrics.text();
    const text = await metrics.text();
    expect(text).toContain('vigie_c 1');
    expect(text).toContain('vigie_h_bucket{le="5"} 1');
    expect(text).toContain('vigie_g 2');
  });
});

describe('logger', () => {
  test('writes JSON with a level word and withholds event bodies and secrets', () => {
    const lines: string[] = [];
    const logger = createLogger({ name: 'consumer', level: 'info' }, { write: (line) => void lines.push(line) });
    logger.info({ partition: 3, event: { subject: 'ada' }, webhook: { secret: 'hunter2' } }, 'assigned');
    logger.debug('not at this level');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'info',
      name: 'consumer',
      msg: 'assigned',
      partition: 3,
      event: '[withheld]',
      webhook: { secret: '[withheld]' },
    });
  });
});
