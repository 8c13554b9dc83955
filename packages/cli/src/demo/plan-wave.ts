/** When a wave of cancellations begins, how long it lasts, and which minute finds it at its height. */
export interface WaveTimes {
  readonly startMs: number;
  readonly forMs: number;
  readonly graceMs: number;
  /** End of the window that finds it. */
  readonly judgedMs: number;
}

const minuteMs = 60_000;
/** A wave is no jump: it takes this long at least. */
const riseMsMin = 25_000;
/** No minute ends before the one that is meant, so that no window finds half of a wave. */
const riseMsMax = minuteMs - 2_000;
const graceMs = 5_000;
/** The last one has left so long before the minute ends; Kafka has it by then. */
const restMs = 6_000;
/** The simulator tells the ends over this share of a wave's length (services/simulator/README.md). */
const spreadShare = 0.9;

/**
 * Fits a wave to the minutes that are judged, so that nobody waits for longer than needed.
 *
 * Units    epoch ms
 * Holds    all of it lies within one minute, and is over before that minute is
 */
export function planWave(nowMs: number): WaveTimes {
  const judgedMs = Math.ceil((nowMs + riseMsMin) / minuteMs) * minuteMs;
  const startMs = Math.max(nowMs, judgedMs - riseMsMax);
  const forMs = Math.floor((judgedMs - startMs - restMs - graceMs) / spreadShare);
  return { startMs, forMs, graceMs, judgedMs };
}

export interface Crowd {
  readonly lost: number;
  readonly atStart: number;
}

export interface WaveSize {
  /** Percent. */
  readonly limit: string;
  readonly recovery: string;
  /** 0..1 of the plan's customers that have to go for the limit to be crossed clearly. */
  readonly share: number;
}

/** So far above today's churn lies the limit, in points; so much lower the alert ends; so far beyond the limit the wave goes. */
const pointsAbove = 1.5;
const pointsBack = 0.5;
const pointsBeyond = 4;
const shareMax = 0.9;

/**
 * Puts a limit a little above today's churn, and says which share of a segment has to go to cross it.
 *
 * Shapes   all: the whole company; segment: the customers that will be touched; both over the rule's window
 */
export function sizeWave(all: Crowd, segment: Crowd): WaveSize {
  const churn = (all.lost / all.atStart) * 100;
  const limit = Math.ceil((churn + pointsAbove) * 10) / 10;
  const leaving = ((limit + pointsBeyond) / 100) * all.atStart - all.lost;
  const share = Math.min(shareMax, leaving / (segment.atStart - segment.lost));
  return { limit: tenths(limit), recovery: tenths(limit - pointsBack), share: Math.ceil(share * 1000) / 1000 };
}

/** As rules files write decimals: 5.5, 5. */
const tenths = (points: number): string => String(Math.round(points * 10) / 10);
