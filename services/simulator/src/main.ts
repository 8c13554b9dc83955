import { createEventProducer, createKafka, partitionCountOf } from '@vigie/kafka';
import { createLifecycle, createLogger, createMetrics, type HealthServer, serveHealth, systemClock } from '@vigie/runtime';
import { type Control, serveControl } from './run/control.ts';
import { createSimulatorMetrics } from './run/metrics.ts';
import { readOptions, simulationOptions } from './run/options.ts';
import { type Progress, run } from './run/run.ts';
import { Simulation } from './run/simulation.ts';

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args, process.env);
  const logger = createLogger({ name: 'simulator', level: options.logLevel });
  const clock = systemClock;
  const kafka = createKafka({ connection: options.kafka, clientId: 'vigie-simulator', logger });
  await partitionCountOf(kafka, options.kafka.topic);
  const producer = createEventProducer(kafka, { topic: options.kafka.topic });
  const simulation = new Simulation(simulationOptions(options, clock()));
  const metrics = createMetrics({ processMetrics: true });
  const own = createSimulatorMetrics(metrics, () => simulation.pendingCount);
  const progress: Progress = { phase: 'history', rate: null, historyEventsPerSecond: null };
  const lifecycle = createLifecycle({ logger, drainDeadlineMs: 15_000 });
  const ending = new AbortController();
  let health: HealthServer | undefined;
  let control: Control | undefined;
  let running: Promise<void> = Promise.resolve();
  lifecycle.add(
    'kafka',
    () => producer.connect(),
    () => producer.close(),
  );
  lifecycle.add(
    'control',
    async () => {
      control = await serveControl({ simulation, port: options.controlPort, clock, status: () => ({ ...progress }) });
    },
    () => control?.close(),
  );
  lifecycle.add(
    'health',
    async () => {
      health = await serveHealth({
        port: options.httpPort,
        host: options.httpHost,
        metrics,
        livez: () => ({ ok: true }),
        readyz: () => (progress.phase === 'history' ? { ok: false, reason: 'history is being told' } : { ok: true }),
      });
      logger.info({ port: health.port, controlPort: control?.port, topic: options.kafka.topic, seed: options.seed }, 'simulator: serving');
    },
    () => health?.close(),
  );
  lifecycle.add(
    'company',
    () => {
      const { rate, until, ledgerFile } = options;
      running = run({ simulation, producer, metrics: own, logger, clock, rate, until, ledgerFile }, progress, ending.signal);
      running.then(
        () => lifecycle.stop('the story is over'),
        (error: unknown) => (ending.signal.aborted ? undefined : lifecycle.fail('company', error)),
      );
    },
    async () => {
      ending.abort();
      await running.catch(() => undefined);
    },
  );
  return lifecycle.run();
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
// kafkajs keeps timers after a failed connect; nothing is left to wait for here.
process.exit();
