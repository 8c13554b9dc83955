import { writeFileSync } from 'node:fs';
import type { EventProducer } from '@vigie/kafka';
import type { Logger } from '@vigie/runtime';
import type { Emission } from '../delivery/emission.ts';
import { durationMs } from '../incidents/incident.ts';
import { ledgerSummary } from './ask-ledger.ts';
import { live } from './live.ts';
import type { createSimulatorMetrics } from './metrics.ts';
import { publish } from './publish.ts';
import type { Simulation } from './simulation.ts';

export interface RunOptions {
  readonly simulation: Simulation;
  readonly producer: EventProducer;
  readonly metrics: ReturnType<typeof createSimulatorMetrics>;
  readonly logger: Logger;
  readonly clock: () => number;
  readonly rate: number;
  readonly until: string;
  readonly ledgerFile: string | undefined;
}

export interface Progress {
  phase: 'history' | 'live' | 'done';
  rate: { asked: number; reached: number } | null;
  historyEventsPerSecond: number | null;
}

const reportEveryCount = 50_000;

/** History in fast motion, then life at a rate, then the books into a file. */
export async function run(options: RunOptions, progress: Progress, signal: AbortSignal): Promise<void> {
  const { simulation, producer, metrics, logger, clock } = options;
  let sentCount = 0;
  const onSent = (emissions: readonly Emission[]): void => {
    metrics.onSent(emissions);
    const before = sentCount;
    sentCount += emissions.length;
    if (Math.floor(before / reportEveryCount) < Math.floor(sentCount / reportEveryCount))
      logger.info({ sentCount }, 'simulator: sent so far');
  };
  const onRetry = (error: unknown): void => {
    metrics.onRetry();
    logger.warn({ err: error }, 'simulator: a batch was not confirmed, sending it again');
  };
  const publishing = { producer, ledger: simulation.ledger, clock, onSent, onRetry, signal };
  const startedMs = clock();
  const historyCount = await publish(simulation.history(), publishing);
  progress.historyEventsPerSecond = Math.round((historyCount * 1_000) / Math.max(1, clock() - startedMs));
  logger.info({ historyCount, eventsPerSecond: progress.historyEventsPerSecond }, 'simulator: history is told');
  if (options.until !== 'history' && !signal.aborted) {
    progress.phase = 'live';
    const lastsMs = durationMs(options.until) ?? Infinity;
    const onRate = (rate: { asked: number; reached: number }): void => {
      progress.rate = { asked: rate.asked, reached: Math.round(rate.reached * 10) / 10 };
      metrics.onRate(rate);
      logger.info(progress.rate, 'simulator: events per second');
    };
    await live({ ...publishing, simulation, rate: options.rate, endMs: clock() + lastsMs, onRate });
  }
  progress.phase = 'done';
  writeLedger(options);
}

function writeLedger({ simulation, ledgerFile, clock }: RunOptions): void {
  if (ledgerFile === undefined) return;
  const { seed, tenant, zone, startMs, historyEndMs } = simulation.options;
  const about = { seed, tenant, zone, start: new Date(startMs).toISOString(), history_end: new Date(historyEndMs).toISOString() };
  const book = {
    ...about,
    counts: simulation.ledger.counts(),
    incidents: simulation.staged,
    kpis: ledgerSummary(simulation.ledger, clock()),
  };
  writeFileSync(ledgerFile, `${JSON.stringify(book, null, 2)}\n`);
}
