import { describe, expect, test } from 'vitest';
import type { Ask, History, OracleAnswer } from './history.ts';
import { askOracle, findPython, loadScenarios } from './oracle.ts';
import { randomHistory } from './random-history.ts';

const python = findPython();
const skipped = python.ok ? '' : ` (skipped: ${python.message})`;
const histories = Array.from({ length: 300 }, (_, seed) => randomHistory(seed));
const timeoutMs = 60_000;

/** A history's own windows, asked other questions. */
function asking(history: History, asks: (window: { from: string; to: string }) => Ask[]): History {
  const windows = history.asks.flatMap(({ from, to }) => (from !== undefined && to !== undefined ? [{ from, to }] : []));
  return { ...history, asks: windows.slice(0, 4).flatMap(asks) };
}

/** Asks every window of every history the same questions; one row of plain numbers per window. */
async function rows(of: readonly History[], asks: (window: { from: string; to: string }) => Ask[]): Promise<number[][]> {
  const width = asks({ from: '', to: '' }).length;
  const answers = await askOracle(of.map((history) => asking(history, asks)));
  return answers.flatMap((given) =>
    Array.from({ length: given.length / width }, (_, row) => given.slice(row * width, (row + 1) * width).map(numberOf)),
  );
}

const numberOf = (answer: OracleAnswer): number => (typeof answer === 'number' ? answer : answer.numerator);

describe.skipIf(!python.ok)(`the oracle${skipped}`, () => {
  const scenarios = loadScenarios();
  test('there are 25 test vectors', () => {
    expect(scenarios).toHaveLength(25);
  });

  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('gives what is expected of %s', async (_, scenario) => {
    const [answers] = await askOracle([scenario]);
    expect(answers).toHaveLength(scenario.asks.length);
    for (const [index, { expected, ...ask }] of scenario.asks.entries()) {
      expect({ ask, found: answers?.[index] }).toMatchObject({ ask, found: expected });
    }
  });

  test('says which measure it does not know', async () => {
    await expect(askOracle([{ ...histories[0]!, asks: [{ measure: 'happiness' }] }])).rejects.toThrow(/no such measure: 'happiness'/);
  });
});

describe.skipIf(!python.ok)(`the oracle on random histories${skipped}`, () => {
  test.each(['', 'plan=basic', 'plan=pro', 'channel=search', 'channel=unknown'])(
    'MRR movements, typed step by step, close the bridge between two states %s',
    async (slice) => {
      const sliced = slice === '' ? {} : { slice };
      const movements = ['new', 'reactivation', 'expansion', 'contraction', 'churned', 'paused', 'resumed'];
      const found = await rows(histories, ({ from, to }) => [
        { measure: 'mrr', at: from, ...sliced },
        { measure: 'mrr', at: to, ...sliced },
        ...movements.map((movement) => ({ measure: `${movement}_mrr`, from, to, ...sliced })),
      ]);
      for (const [opening = 0, closing, fresh = 0, back = 0, up = 0, down = 0, lost = 0, paused = 0, resumed = 0] of found) {
        expect(opening + fresh + back + up - down - lost - paused + resumed).toBe(closing);
      }
      expect(found.some((row) => row.every((number) => number !== 0)) || slice !== '').toBe(true);
    },
    timeoutMs,
  );

  test(
    'customers present are those at the start and those who joined; those lost were among them',
    async () => {
      const found = await rows(histories, ({ from, to }) => [
        { measure: 'customers', at: from },
        { measure: 'customers_joined', from, to },
        { measure: 'customers_present', from, to },
        { measure: 'customers_lost', from, to },
        { kpi: 'churn', from, to },
        { kpi: 'retention', from, to },
      ]);
      for (const [start = 0, joined = 0, present, lost = 0, churn = 0, retention = 0] of found) {
        expect(start + joined).toBe(present);
        expect(lost).toBeLessThanOrEqual(start);
        expect(churn + retention).toBe(start);
      }
    },
    timeoutMs,
  );

  test.each([
    ['customers_acquired', 'channel', ['search', 'partner', 'unknown']],
    ['customers_lost', 'segment', ['smb', 'enterprise', 'unknown']],
    ['expansion_mrr', 'plan', ['basic', 'pro', 'unknown']],
    ['churned_mrr', 'country', ['FR', 'US', 'unknown']],
    ['net_revenue', 'product', ['mug', 'print', 'unknown']],
    ['marketing_cost', 'campaign', ['spring', 'summer', 'unknown']],
  ])(
    'slices of %s by %s add up to the total',
    async (measure, dimension, values) => {
      const found = await rows(histories, (window) => [
        { measure, ...window },
        ...values.map((value) => ({ measure, ...window, slice: `${dimension}=${value}` })),
      ]);
      for (const [total, ...slices] of found) expect(slices.reduce((sum, slice) => sum + slice, 0)).toBe(total);
      expect(found.some(([total]) => total !== 0)).toBe(true);
    },
    timeoutMs,
  );

  test(
    'the order of arrival does not matter when everything is late',
    async () => {
      const late = histories.map((history) => ({
        ...history,
        events: history.events.map((event) => ({ ...event, append_time: '2040-01-01T00:00:00.000Z' })),
      }));
      const reversed = late.map((history) => ({ ...history, events: history.events.toReversed() }));
      expect(await askOracle(reversed)).toEqual(await askOracle(late));
    },
    timeoutMs,
  );

  test(
    'copies that come later change nothing',
    async () => {
      const doubled = histories.map((history) => {
        const copies = history.events.map((event) => ({ ...event, append_time: event.append_time }));
        return {
          ...history,
          events: history.events.flatMap((event, index) => [event, copies[index]!]),
          asks: history.asks.filter((ask) => ask.measure !== 'dead_letters'),
        };
      });
      const once = histories.map((history) => ({ ...history, asks: history.asks.filter((ask) => ask.measure !== 'dead_letters') }));
      expect(await askOracle(doubled)).toEqual(await askOracle(once));
    },
    timeoutMs,
  );
});
