import { pause } from '@vigie/runtime';
import { publish, type PublisherOptions } from './publish.ts';
import type { Simulation } from './simulation.ts';

export interface LiveOptions extends PublisherOptions {
  readonly simulation: Simulation;
  /** Events per second that are asked for. */
  readonly rate: number;
  readonly endMs: number;
  readonly signal: AbortSignal;
  readonly onRate: (rate: { asked: number; reached: number }) => void;
}

const tickMs = 20;
/** What a stall left unsent is not made up for beyond this: the rate asked for is missed, and said to be. */
const catchUpMsMax = 1_000;
const reportMs = 5_000;

/** Lets the company live in real time, at a rate, until the end or the signal. */
export async function live(options: LiveOptions): Promise<void> {
  const { simulation, clock, rate, signal, endMs, onRate } = options;
  let lastMs = clock();
  let owed = 0;
  let report = { fromMs: lastMs, count: 0 };
  while (!signal.aborted && clock() < endMs) {
    const nowMs = clock();
    owed = Math.min((rate * catchUpMsMax) / 1_000, owed + (rate * Math.max(0, nowMs - lastMs)) / 1_000);
    lastMs = nowMs;
    const sentCount = await publish(simulation.live(nowMs, Math.floor(owed)), options);
    owed = Math.max(0, owed - sentCount);
    report.count += sentCount;
    if (nowMs - report.fromMs >= reportMs) {
      onRate({ asked: rate, reached: (report.count * 1_000) / (nowMs - report.fromMs) });
      report = { fromMs: nowMs, count: 0 };
    }
    const restMs = tickMs - (clock() - nowMs);
    if (restMs > 0) await pause(restMs, signal).catch(() => undefined);
  }
}
