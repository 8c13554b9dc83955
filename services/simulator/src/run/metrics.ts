import type { Metrics } from '@vigie/runtime';
import type { Emission } from '../delivery/emission.ts';

const verdicts = ['event', 'copy', 'bad'] as const;

export function createSimulatorMetrics(metrics: Metrics, pendingCount: () => number) {
  const sent = metrics.counter({ name: 'vigie_simulator_sent_total', help: 'Records that Kafka has', labels: { verdict: verdicts } });
  const rate = metrics.gauge({
    name: 'vigie_simulator_rate_events_per_second',
    help: 'Events per second, asked for and reached',
    labels: { which: ['asked', 'reached'] },
  });
  const pending = metrics.gauge({ name: 'vigie_simulator_pending', help: 'Plans of the company and events held up' });
  const retries = metrics.counter({ name: 'vigie_simulator_send_retries_total', help: 'Batches that had to be sent again' });
  metrics.onScrape(() => pending.set({}, pendingCount()));
  return {
    onSent: (emissions: readonly Emission[]) => {
      for (const verdict of verdicts) {
        const count = emissions.filter((emission) => emission.verdict === verdict).length;
        if (count > 0) sent.add({ verdict }, count);
      }
    },
    onRate: ({ asked, reached }: { asked: number; reached: number }) => {
      rate.set({ which: 'asked' }, asked);
      rate.set({ which: 'reached' }, reached);
    },
    onRetry: () => retries.add({}),
  };
}
