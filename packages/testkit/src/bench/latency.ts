import { kpiById, parseSettings, parseWindow } from '@vigie/kpis';
import { readLive } from '@vigie/redis';
import { benchEvent, seeded } from './company.ts';
import { stopConsumer, type World } from './world.ts';

export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Latency {
  readonly ratePerSecond: number;
  /** Publish acknowledged -> its revenue seen in the live KPI, in ms. */
  readonly publishToKpi: Spread;
  /** One KPI read from Redis while that goes on, in ms. */
  readonly reads: Readonly<Record<string, Spread>>;
}

const tickMs = 50;
const settings = parseSettings('').of('default');

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? Number.NaN };
}

/** Publishes at a steady rate, and from time to time one order of a tenant that nobody else has, whose revenue is waited for. */
export async function measureLatency(world: World, ratePerSecond: number, seconds: number): Promise<Latency> {
  const consumer = world.startConsumer();
  const stop = new AbortController();
  const load = publishSteadily(world, ratePerSecond, stop.signal);
  await probe(world, 'warm-up');
  const waits: number[] = [];
  const startedMs = performance.now();
  for (let index = 0; performance.now() - startedMs < seconds * 1000; index++) waits.push(await probe(world, `probe-${index}`));
  const reads: Record<string, Spread> = {};
  for (const [name, by] of [
    ['customer_churn_rate', null],
    ['customer_churn_rate', 'channel'],
    ['revenue', null],
    ['mrr', null],
  ] as const) {
    reads[by === null ? name : `${name} by ${by}`] = await measureReads(world, name, by);
  }
  stop.abort();
  await load;
  await stopConsumer(consumer);
  return { ratePerSecond, publishToKpi: spreadOf(waits), reads };
}

async function publishSteadily(world: World, ratePerSecond: number, signal: AbortSignal): Promise<void> {
  const random = seeded(2);
  const startedMs = Date.now();
  let sent = 0;
  while (!signal.aborted) {
    const due = Math.floor(((Date.now() - startedMs) / 1000) * ratePerSecond);
    const records = Array.from({ length: due - sent }, (_, index) => benchEvent(sent + index, { timeMs: Date.now(), run: 'live', random }));
    if (records.length > 0) await world.producer.send(records);
    sent = due;
    await new Promise((resolve) => setTimeout(resolve, tickMs));
  }
}

let probeCount = 0;

/** Publishes one order and waits until the live revenue of its own tenant shows it. */
async function probe(world: World, name: string): Promise<number> {
  const tenant = `bench-probe-${probeCount++ % 20}`;
  const def = kpiById('revenue')!;
  const read = async (): Promise<bigint> => {
    const window = parseWindow('1h', { nowMs: Date.now(), zone: settings.zone });
    return (await readLive(world.redis, world.place, { def, tenant, settings, window, by: null }))[0]!.numerator;
  };
  const before = await read();
  const order = { order_id: name, gross_minor: 100, currency: 'EUR' };
  const value = {
    specversion: '1.0',
    id: `${name}-${Date.now()}`,
    source: 'probe',
    type: 'order.placed',
    subject: name,
    time: new Date().toISOString(),
    tenantid: tenant,
    data: order,
  };
  await world.producer.send([{ key: `${tenant}:${name}`, value: JSON.stringify(value) }]);
  const startedMs = performance.now();
  while ((await read()) === before) {
    if (performance.now() - startedMs > 30_000) throw new Error(`${name}: expected its revenue in the live KPI within 30 s, found none`);
  }
  return performance.now() - startedMs;
}

const readCount = 300;

async function measureReads(world: World, name: string, by: 'channel' | null): Promise<Spread> {
  const def = kpiById(name)!;
  const times: number[] = [];
  for (let index = 0; index < readCount; index++) {
    const window = parseWindow('30d', { nowMs: Date.now(), zone: settings.zone });
    const startedMs = performance.now();
    await readLive(world.redis, world.place, { def, tenant: 'default', settings, window, by });
    times.push(performance.now() - startedMs);
  }
  return spreadOf(times);
}
