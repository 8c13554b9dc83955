import type { EventInput } from '@vigie/events';
import type { Context } from '../context.ts';
import { completeEvent } from './complete-event.ts';
import { openPublisher } from './publisher.ts';
import { shiftEvent, shiftToNow, timeMsOf } from './shift-event.ts';

export interface ImportOptions {
  /** Reads the events from their beginning; called twice where they are moved to now. */
  readonly events: () => AsyncIterable<EventInput>;
  readonly source: string;
  readonly tenant: string;
  readonly shiftToNow: boolean;
  readonly nowMs: number;
  readonly onProgress: (publishedCount: number) => void;
  readonly onProblem: (eventNumber: number, problem: string) => void;
}

export interface ImportResult {
  readonly publishedCount: number;
  readonly refusedCount: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly shiftMs: number;
}

/** Publishes a data set. What is wrong with one event is told and costs no other. */
export async function importEvents(context: Context, options: ImportOptions): Promise<ImportResult> {
  const shiftMs = options.shiftToNow ? shiftToNow(await latestOf(options.events()), options.nowMs) : 0;
  const publisher = await openPublisher(context);
  let refusedCount = 0;
  let number = 0;
  let [firstMs, lastMs] = [Infinity, -Infinity];
  try {
    for await (const event of options.events()) {
      number++;
      const moved = shiftEvent(event, shiftMs);
      const checked = checkEvent(moved, options);
      if (!checked.ok) {
        refusedCount++;
        options.onProblem(number, checked.problem);
        continue;
      }
      await publisher.add(checked.record);
      const timeMs = timeMsOf(moved);
      firstMs = Math.min(firstMs, timeMs);
      lastMs = Math.max(lastMs, timeMs);
      options.onProgress(publisher.sentCount);
    }
    await publisher.flush();
  } finally {
    await publisher.close();
  }
  return { publishedCount: publisher.sentCount, refusedCount, firstMs, lastMs, shiftMs };
}

function checkEvent(event: EventInput, options: ImportOptions) {
  const { source, tenant, nowMs } = options;
  if (event.id === undefined || event.time === undefined) {
    const missing = event.id === undefined ? 'id' : 'time';
    return {
      ok: false as const,
      problem: `${missing}: expected one of the event's own, found none; a mapping makes it from the data, so that importing again counts nothing twice`,
    };
  }
  return completeEvent(event, { source, tenant, nowMs });
}

async function latestOf(events: AsyncIterable<EventInput>): Promise<number> {
  let latestMs = -Infinity;
  for await (const event of events) {
    const timeMs = timeMsOf(event);
    if (timeMs > latestMs) latestMs = timeMs;
  }
  return latestMs;
}
