/**
 * Ends the servers when the process that started them is gone, however it went: its end of our stdin closes even on SIGKILL.
 * One line in per change: `watch PID START_TIME` or `forget PID`.
 */
import { createInterface } from 'node:readline';
import { terminate } from './identity.ts';

const stopDeadlineMs = 10_000;
const watched = new Map<number, string>();

// The terminal's Ctrl-C and a kill of the process group are for the owner; it decides when its servers end.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, pid, startTime] = line.split(' ');
  if (verb === 'watch' && startTime !== undefined) watched.set(Number(pid), startTime);
  if (verb === 'forget') watched.delete(Number(pid));
}
await Promise.all([...watched].map(([pid, startTime]) => terminate({ pid, startTime }, stopDeadlineMs)));
