/** How many events of one type came within one hour that began at `startMs`. */
export interface HourCount {
  readonly startMs: number;
  readonly count: number;
}

const hourMs = 3_600_000;
const weekMs = 168 * hourMs;

/**
 * How many events a type would have brought since its last one, had it kept its rhythm: each hour brings what the same hour of the week brought on average.
 *
 * Units    hours: events per whole hour (epoch ms of its start), of the weeks before `nowMs`; hours without an event are absent
 * Holds    0 for a type that is not silent, and for one that never came; the hour of the last event and what is after it teach nothing;
 *          a type younger than a week is measured by its average hour, since nothing is known of its week yet
 */
export function eventsExpected(hours: readonly HourCount[], { lastMs, nowMs }: { lastMs: number; nowMs: number }): number {
  const known = hours.filter(({ startMs }) => startMs + hourMs <= lastMs);
  const firstMs = Math.min(...known.map(({ startMs }) => startMs));
  if (known.length === 0 || nowMs <= lastMs) return 0;
  const learnedMs = lastMs - firstMs;
  const total = known.reduce((sum, { count }) => sum + count, 0);
  if (learnedMs < weekMs) return (total / learnedMs) * (nowMs - lastMs);
  const counts = new Map<number, number>();
  for (const { startMs, count } of known) counts.set(hourOfWeek(startMs), (counts.get(hourOfWeek(startMs)) ?? 0) + count);
  const weekCount = learnedMs / weekMs;
  let expected = 0;
  for (let startMs = Math.floor(lastMs / hourMs) * hourMs; startMs < nowMs; startMs += hourMs) {
    const share = (Math.min(nowMs, startMs + hourMs) - Math.max(lastMs, startMs)) / hourMs;
    expected += ((counts.get(hourOfWeek(startMs)) ?? 0) / weekCount) * share;
  }
  return expected;
}

const hourOfWeek = (ms: number): number => Math.floor(ms / hourMs) % 168;
