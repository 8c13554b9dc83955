import { durationText } from '../rules/words.ts';
import type { Output } from './output.ts';

/** One thing under way: a bar on a terminal, a line every few seconds elsewhere. */
export interface Progress {
  /** total: how much there is in all, where that is known. */
  set(done: number, total: number | null): void;
  /** Ends the bar and leaves the line as it should be read later. */
  end(line: string): void;
}

const barWidth = 28;
const drawEveryMs = 100;
const lineEveryMs = 5_000;

/** Shows progress on stderr with rate and, where the total is known, the time left. */
export function startProgress(output: Output, label: string, unit: string): Progress {
  const startedMs = performance.now();
  let drawnMs = -Infinity;
  let width = 0;
  const every = output.interactive ? drawEveryMs : lineEveryMs;
  return {
    set(done, total) {
      const nowMs = performance.now();
      if (nowMs - drawnMs < every || (!output.interactive && nowMs - startedMs < lineEveryMs)) return;
      drawnMs = nowMs;
      const line = describeProgress({ label, unit, done, total, tookMs: nowMs - startedMs });
      if (output.interactive) process.stderr.write(`\r${line.padEnd(width)}`);
      else output.talk(line);
      width = line.length;
    },
    end(line) {
      if (output.interactive && width > 0) process.stderr.write(`\r${' '.repeat(width)}\r`);
      output.talk(line);
    },
  };
}

interface State {
  label: string;
  unit: string;
  done: number;
  total: number | null;
  tookMs: number;
}

/** What is left is told only when enough is done to guess it from: the first step is seldom like the others. */
const guessShareMin = 0.01;
const guessAfterMs = 2_000;

export function describeProgress({ label, unit, done, total, tookMs }: State): string {
  const perSecond = tookMs > 0 ? (done * 1000) / tookMs : 0;
  // Units are given in the plural.
  const amount = `${count(done)} ${done === 1 ? unit.replace(/s$/, '') : unit}`;
  const rate = `${count(Math.round(perSecond))} ${unit}/s`;
  if (total === null || total === 0) return `${label} ${amount}  ${rate}`;
  const share = Math.min(1, done / total);
  const filled = Math.round(share * barWidth);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
  const isKnown = share >= guessShareMin && share < 1 && tookMs >= guessAfterMs;
  const left = isKnown ? `  ${durationText(Math.ceil(((tookMs / share) * (1 - share)) / 1000) * 1000)} left` : '';
  return `${label} ${bar} ${Math.floor(share * 100)} %  ${amount}  ${rate}${left}`;
}

/** 1234567 as 1,234,567. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}
