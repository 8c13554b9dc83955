import { writeFileSync } from 'node:fs';
import { measureCatchUp } from './catch-up.ts';
import { measureLatency } from './latency.ts';
import { measureMonitorTick } from './monitor-tick.ts';
import { renderReport } from './report.ts';
import { openWorld } from './world.ts';

/** `npm run bench [events]`: prints what it measures and writes docs/benchmarks.md. */
const eventCount = Number(process.argv[2] ?? 1_000_000);
const report = (line: string): void => void process.stderr.write(`${line}\n`);

const world = await openWorld(report);
try {
  const catchUp = await measureCatchUp(world, eventCount, report);
  report(`vigie: ${Math.round(eventCount / (catchUp.vigie.tookMs / 1000))} events/s`);
  const latency = await measureLatency(world, 1_000, 30);
  const monitor = await measureMonitorTick(world.servers.environment);
  const text = renderReport({ catchUp, latency, monitor });
  process.stdout.write(text);
  // A shortened run is for looking, not for keeping.
  if (eventCount >= 1_000_000) writeFileSync(new URL('../../../../docs/benchmarks.md', import.meta.url), text);
} finally {
  await world.close();
}
