import { availableParallelism, cpus, totalmem } from 'node:os';
import type { CatchUp } from './catch-up.ts';
import { mixText } from './company.ts';
import type { Latency, Spread } from './latency.ts';
import type { MonitorTick } from './monitor-tick.ts';

/** The report as it is printed and kept in docs/benchmarks.md. */
export function renderReport({ catchUp, latency, monitor }: { catchUp: CatchUp; latency: Latency; monitor: MonitorTick }): string {
  return `${[head(), renderCatchUp(catchUp), renderLatency(latency), renderMonitor(monitor)].join('\n\n')}\n`;
}

function head(): string {
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  return `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}. Machine: ${machine}; Kafka, Redis, ClickHouse, the consumer and the load
all on it, and it is shared: compare figures within one run, not between runs.`;
}

const micros = (cpuMs: number, count: number): string => ((cpuMs * 1000) / count).toFixed(1);
const rate = (count: number, tookMs: number): string => Math.round(count / (tookMs / 1000)).toLocaleString('en');

function renderCatchUp({ eventCount, raw, vigie }: CatchUp): string {
  const rows = Object.entries(vigie.usage).map(
    ([name, usage]) => `| ${name} | ${micros(usage.cpuMs, eventCount)} | ${usage.rssMb} | ${usage.rssMbMax} |`,
  );
  const all = Object.values(vigie.usage).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  return `## Catch-up on ${eventCount.toLocaleString('en')} preloaded events, all sinks on

The last 30 days of a made-up company, in order, 50,000 customers, 12 partitions: ${mixText}.
From the start of the consumer process until ClickHouse has acknowledged every row: **${rate(eventCount, vigie.tookMs)} events/s** (${(vigie.tookMs / 1000).toFixed(1)} s).
kafkajs alone, counting the same records in the same run: ${rate(eventCount, raw.tookMs)} events/s, ${micros(raw.cpuMs, eventCount)} µs CPU an event:
Vigie takes ${(vigie.tookMs / raw.tookMs).toFixed(1)} times as long.

| process | CPU µs per event | RSS MB at the end | RSS MB at most |
| --- | --- | --- | --- |
${rows.join('\n')}
| all of it | ${micros(all, eventCount)} | | |`;
}

const spread = ({ count, p50, p99, max }: Spread): string => `${p50.toFixed(1)} | ${p99.toFixed(1)} | ${max.toFixed(1)} | ${count}`;

function renderLatency({ ratePerSecond, publishToKpi, reads }: Latency): string {
  const rows = Object.entries(reads).map(([name, times]) => `| read of ${name}, 30d | ${spread(times)} |`);
  return `## Latency at ${ratePerSecond.toLocaleString('en')} events/s

Publish acknowledged by Kafka until a reader sees the event in the live KPI (the reader asks again and again), and one KPI read from Redis meanwhile.

| ms | p50 | p99 | max | samples |
| --- | --- | --- | --- | --- |
| publish to live KPI | ${spread(publishToKpi)} |
${rows.join('\n')}`;
}

function renderMonitor({ instanceCount, ...runs }: MonitorTick): string {
  const words = { calm: 'nobody is over the limit', firing: 'everybody is, and stays there', storm: 'everybody changes at every tick' };
  const rows = Object.entries(words).map(([name, meaning]) => {
    const times = runs[name as keyof typeof words].toSorted((a, b) => a - b);
    const at = (share: number): string => times[Math.min(times.length - 1, Math.floor(share * times.length))]!.toFixed(0);
    return `| ${meaning} | ${times[0]!.toFixed(0)} | ${at(0.5)} | ${times.at(-1)!.toFixed(0)} | ${times.length} |`;
  });
  return `## A tick of the monitor with ${instanceCount.toLocaleString('en')} instances

Judging, storing and announcing on a real Redis, in 5 rules of 1,000 slices; the numbers themselves are scripted. The aim is a second.

| ms | least | median | most | ticks |
| --- | --- | --- | --- | --- |
${rows.join('\n')}`;
}
