import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wordsOf } from './announce.fixture.ts';
import { complaints, lateness } from './oracle.fixture.ts';
import { Driver, jumpFromDueToDue, runEnd, scheduleArbitrary, tickEverySecond, type Sent } from './schedule.fixture.ts';

const shown = (sent: readonly Sent[]) =>
  sent.map(({ at, message }) => `${at} ${message.id} ${wordsOf(message)} ${JSON.stringify(message.held)}`);

describe('laws of a lane', () => {
  test('each transition is told once and in order, or was held throughout; at the end the channel knows the truth; all in its time', () => {
    fc.assert(
      fc.property(scheduleArbitrary, (schedule) => {
        const { sent } = tickEverySecond(schedule);
        expect(complaints(schedule, sent)).toEqual([]);
        expect(lateness(schedule, sent)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test('no wake-up is lost: who looks only when the lane is due hears the same as who looks every second', () => {
    fc.assert(
      fc.property(scheduleArbitrary, (schedule) => {
        const jumped = jumpFromDueToDue(schedule);
        const ticked = tickEverySecond(schedule);
        expect(shown(jumped.sent)).toEqual(shown(ticked.sent));
        // Counters of firings that are past stay until somebody looks; what alerts are known and told does not differ.
        expect(jumped.state?.alerts).toEqual(ticked.state?.alerts);
      }),
      { numRuns: 100 },
    );
  });

  test('looked at late and at random, with crashes between planning and storing, nothing is lost, doubled or out of order', () => {
    const looks = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 90 }), isCrashing: fc.boolean() }), { maxLength: 40 });
    fc.assert(
      fc.property(scheduleArbitrary, looks, (random, gaps) => {
        // What inhibited between two looks, and what the rules were, nobody knows afterwards.
        const never = { from: 0, to: 0 };
        const schedule = { ...random, inhibited: never, unrouted: never };
        const driver = new Driver(schedule);
        let at = 0;
        for (const { gap, isCrashing } of gaps) {
          at += gap;
          if (at < runEnd / 2) driver.look(at, isCrashing);
        }
        for (at = runEnd / 2; at <= runEnd; at += 1) driver.look(at);
        expect(complaints(schedule, driver.sent, driver.looks)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
