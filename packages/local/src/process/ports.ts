import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { ServersError } from '../types.ts';
import { describeProcess } from './identity.ts';
import { until } from './until.ts';

// Below the ranges that Linux and macOS hand out for outgoing connections, so that no client's socket takes a port between our look and the server's bind.
const firstPort = 20_000;
const portCount = 12_000;
const attemptsMax = 200;

/** A port of 127.0.0.1 that nothing listens on and that is not in `taken`. */
export async function findFreePort(taken: ReadonlySet<number>): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const port = firstPort + Math.floor(Math.random() * portCount);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(
    `expected a free port in ${firstPort}..${firstPort + portCount - 1} within ${attemptsMax} tries, found none; give the ports yourself`,
  );
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Waits a moment for a port, then says who has it. */
export async function expectFree(name: string, port: number): Promise<void> {
  // A server that was just killed may hold its port for an instant longer.
  if (await until(() => isFree(port), { deadlineMs: 2_000, everyMs: 50 })) return;
  throw new ServersError(
    `expected port ${port} of 127.0.0.1 to be free for ${name}, found ${describeListener(port)} listening on it; ` +
      'it was left alone: end it yourself or give another port',
  );
}

/** Names the process that listens on a port, as well as the machine lets us see. */
function describeListener(port: number): string {
  const pid = process.platform === 'linux' ? linuxListener(port) : lsofListener(port);
  return pid === undefined ? 'a process that this user may not look at' : describeProcess(pid);
}

function linuxListener(port: number): number | undefined {
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port)));
  if (inodes.size === 0) return undefined;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => openSockets(pid).some((inode) => inodes.has(inode)));
}

function listeningInodes(table: string, port: number): string[] {
  const listen = '0A';
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  try {
    return readFileSync(table, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[1]?.endsWith(`:${wanted}`) && fields[3] === listen)
      .map((fields) => fields[9]!);
  } catch {
    return [];
  }
}

function openSockets(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode === undefined ? [] : [inode];
    });
  } catch {
    return [];
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function lsofListener(port: number): number | undefined {
  try {
    const out = execFileSync('lsof', ['-nP', '-t', `-iTCP:${port}`, '-sTCP:LISTEN'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return Number(out.split('\n')[0]) || undefined;
  } catch {
    return undefined;
  }
}
