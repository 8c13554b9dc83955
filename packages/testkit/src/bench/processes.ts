import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** CPU time and memory of one process, from Linux' /proc. */
export interface Usage {
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly rssMbMax: number;
}

const ticksPerSecond = 100;

export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in the second field may hold spaces: count from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const cpuMs = ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string): number => Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024);
  return { cpuMs, rssMb: megabytes('VmRSS'), rssMbMax: megabytes('VmHWM') };
}

/** The local servers that run in a data folder, as its state file names them. */
export function serverPids(dataDir: string): Record<'kafka' | 'redis' | 'clickhouse', number> {
  const state = JSON.parse(readFileSync(join(dataDir, 'servers.json'), 'utf8')) as { children: Record<string, { pid: number }> };
  const pidOf = (name: string): number => state.children[name]!.pid;
  return { kafka: pidOf('kafka'), redis: pidOf('redis'), clickhouse: pidOf('clickhouse') };
}
