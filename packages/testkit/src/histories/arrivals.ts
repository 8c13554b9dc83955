import type { Draft } from './drafts.ts';
import type { Draw } from './draw.ts';
import type { HistoryEvent } from './history.ts';
import { dayMs, hourMs, minuteMs } from './local-days.ts';
import { spell } from './scenes.ts';

/** DESIGN: an event may be this much ahead of its append, not a millisecond more. */
const leadMsMax = 15 * minuteMs;
const sources = ['shop/eu', 'shop/us', 'billing'] as const;
const idCharacters = 'abcxyzABCXYZ019-_'.split('');

interface Arrival {
  readonly appendMs: number;
  readonly event: Omit<HistoryEvent, 'append_time'>;
}

/**
 * Lets drafts arrive: late, early, too early, twice, under each other's ids.
 *
 * Holds    append times never fall; a copy has its original's subject, time and data; distinct events differ in (source, id)
 */
export function arrive(draw: Draw, drafts: readonly Draft[], appendAtMs?: number): HistoryEvent[] {
  const identities = new Set<string>();
  const arrivals: Arrival[] = [];
  for (const draft of drafts) {
    const { source, id } = drawIdentity(draw, identities);
    const tooFar = draw.chance(0.06);
    const timeMs = tooFar && appendAtMs !== undefined ? appendAtMs + draw.int(2 * hourMs, 3 * dayMs) : clampTime(draft.timeMs, appendAtMs);
    const event = { type: draft.type, subject: draft.subject, time: spell(draw, timeMs), source, id, data: draft.data };
    for (const appendMs of appendTimes(draw, { timeMs, tooFar, appendAtMs })) arrivals.push({ appendMs, event });
  }
  return draw
    .shuffle(arrivals)
    .toSorted((a, b) => a.appendMs - b.appendMs)
    .map(({ appendMs, event }) => ({ ...event, append_time: new Date(appendMs).toISOString() }));
}

/** When the append is now, what has not happened yet is let happen in the last minutes. */
function clampTime(timeMs: number, appendAtMs: number | undefined): number {
  if (appendAtMs === undefined || timeMs <= appendAtMs + 5 * minuteMs) return timeMs;
  return appendAtMs - (timeMs % (2 * hourMs));
}

function drawIdentity(draw: Draw, taken: Set<string>): { source: string; id: string } {
  for (;;) {
    const taker = [...taken];
    // The same id from another source is another event.
    const id = taker.length > 0 && draw.chance(0.2) ? draw.pick(taker).split('\n')[1] : undefined;
    const source = draw.pick(sources);
    const fresh = id ?? [1, 2, 3].map(() => draw.pick(idCharacters)).join('');
    const identity = `${source}\n${fresh}`;
    if (taken.has(identity)) continue;
    taken.add(identity);
    return { source, id: fresh };
  }
}

function appendTimes(draw: Draw, how: { timeMs: number; tooFar: boolean; appendAtMs: number | undefined }): number[] {
  const copies = draw.chance(0.18) ? draw.int(1, 2) : 0;
  const { appendAtMs } = how;
  if (appendAtMs !== undefined) return Array.from({ length: 1 + copies }, () => appendAtMs);
  const times: number[] = [];
  if (how.tooFar) {
    times.push(how.timeMs - leadMsMax - draw.pick([1, 1, minuteMs, 9 * dayMs]));
    if (draw.chance(0.3)) return times;
  }
  const first =
    how.timeMs +
    draw.pick([0, 999, 5000, 5000, -leadMsMax, -draw.int(0, leadMsMax), draw.int(0, 60 * dayMs), draw.int(0, 3 * dayMs), 400 * dayMs]);
  times.push(first);
  for (let copy = 0; copy < copies; copy += 1) {
    // Around the 24 h within which ids are remembered, and far past it.
    times.push(first + draw.pick([0, 1000, dayMs - 5 * minuteMs, dayMs, dayMs + 5 * minuteMs, 342 * dayMs]));
  }
  return times;
}
