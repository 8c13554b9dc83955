import { kpiDefs } from '@vigie/kpis';
import { describe, expect, test } from 'vitest';
import type { History, OracleAnswer } from '../histories/history.ts';
import { askOracle, findPython } from '../histories/oracle.ts';
import { randomHistory } from '../histories/random-history.ts';
import { answersOfCore } from './answer-asks.ts';
import { runCore, toSettings } from './run-core.ts';

const python = findPython();
const skipped = python.ok ? '' : ` (skipped: ${python.message})`;
/** Of one run; VIGIE_ORACLE_HISTORIES and VIGIE_ORACLE_SEED make it longer and another one. */
const historyCount = Number(process.env['VIGIE_ORACLE_HISTORIES'] ?? 300);
const firstSeed = Number(process.env['VIGIE_ORACLE_SEED'] ?? 1);
const historiesPerProcess = 500;
const appendAtMs = Date.parse('2026-10-25T12:34:56.789Z');
const differencesShownMax = 5;

const kpiDimensions = Object.fromEntries(kpiDefs.map(({ id, dimensions }) => [id, dimensions]));

/** Every other one arrives all at once and half of those play in the last days, so that windows lie where small panes are still kept. */
function historyOf(seed: number): History {
  return randomHistory(seed, seed % 2 === 0 ? { kpiDimensions } : { kpiDimensions, appendAtMs });
}

interface Compared {
  readonly differences: readonly unknown[];
  readonly factsCount: number;
  readonly cellsCount: number;
  readonly keptCount: number;
}

/** Answers every ask of a history by facts, by cells that take everything, and by cells of which only what is kept may be read. */
function compare(history: History, expected: readonly OracleAnswer[]): Compared {
  const settings = toSettings(history.settings);
  const nowMs = Math.max(0, ...history.events.map((event) => Date.parse(event.append_time)));
  const asked = { asks: history.asks, settings, tenant: 'default' };
  const whole = answersOfCore(runCore(history, { keepAllPanes: true }), { ...asked, nowMs: -Infinity });
  const kept = answersOfCore(runCore(history, { batchSize: 1 }), { ...asked, nowMs });
  const differences: unknown[] = [];
  const counts = { factsCount: 0, cellsCount: 0, keptCount: 0 };
  for (const [index, right] of expected.entries()) {
    const found = { factsCount: whole[index]!.fromFacts, cellsCount: whole[index]!.fromCells, keptCount: kept[index]!.fromCells };
    for (const way of ['factsCount', 'cellsCount', 'keptCount'] as const) {
      if (found[way] === null) continue;
      counts[way] += 1;
      if (!isSame(found[way], right)) differences.push({ history: history.name, ask: history.asks[index], way, right, found: found[way] });
    }
  }
  return { differences, ...counts };
}

function isSame(found: OracleAnswer, right: OracleAnswer): boolean {
  if (typeof found === 'number' || typeof right === 'number') return found === right;
  return (['value', 'reason', 'numerator', 'denominator'] as const).every((part) => found[part] === right[part]);
}

describe.skipIf(!python.ok)(`the core and the oracle${skipped}`, () => {
  test(
    `agree on ${historyCount} random histories from seed ${firstSeed}`,
    async () => {
      const totals = { factsCount: 0, cellsCount: 0, keptCount: 0 };
      for (let seed = firstSeed; seed < firstSeed + historyCount; seed += historiesPerProcess) {
        const count = Math.min(historiesPerProcess, firstSeed + historyCount - seed);
        const histories = Array.from({ length: count }, (__, index) => historyOf(seed + index));
        const answers = await askOracle(histories);
        const compared = histories.map((history, index) => compare(history, answers[index]!));
        expect(compared.flatMap(({ differences }) => differences).slice(0, differencesShownMax)).toEqual([]);
        for (const one of compared) for (const way of ['factsCount', 'cellsCount', 'keptCount'] as const) totals[way] += one[way];
      }
      // Void if nothing was compared: the histories' windows lie where panes are kept often enough.
      expect(totals.factsCount).toBe(historyCount * 20);
      expect(totals.cellsCount).toBeGreaterThan(totals.factsCount / 2);
      expect(totals.keptCount).toBeGreaterThan(totals.factsCount / 20);
    },
    20_000 + historyCount * 200,
  );
});
