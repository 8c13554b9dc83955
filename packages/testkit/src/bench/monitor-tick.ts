import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Milliseconds per tick of the monitor: nobody over the limit, everybody over it and staying there, everybody changing at every tick. */
export interface MonitorTick {
  readonly instanceCount: number;
  readonly calm: readonly number[];
  readonly firing: readonly number[];
  readonly storm: readonly number[];
}

const entry = fileURLToPath(new URL('../../../../services/monitor/bench/tick.ts', import.meta.url));
const [ruleCount, sliceCount, tickCount] = [5, 1_000, 20];

/** In a process of its own: a service is not imported. */
export async function measureMonitorTick(environment: Readonly<Record<string, string>>): Promise<MonitorTick> {
  const args = [entry, ruleCount, sliceCount, tickCount].map(String);
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...environment } });
  return JSON.parse(stdout) as MonitorTick;
}
