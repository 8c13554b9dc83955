import { basename } from 'node:path';
import type { Mutant } from './mutant.ts';

export interface Verdict {
  readonly mutant: Mutant;
  readonly verdict: 'caught' | 'SURVIVED' | 'VOID';
  /** What the test said, or why nothing is proven. */
  readonly detail: string;
  readonly tookMs: number;
}

/** One row per mutant, and below them what is wrong with those that were not caught. */
export function renderTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ mutant, verdict, tookMs }) => [
    verdict,
    mutant.shortcut,
    [...new Set(mutant.edits.map(({ file }) => basename(file)))].join(', '),
    `${basename(mutant.test.file)}: ${mutant.test.name}`,
    `${(tookMs / 1000).toFixed(1)} s`,
  ]);
  const head = ['', 'shortcut', 'planted in', 'caught by', 'time'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const lines = [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  const wrong = verdicts.filter(({ verdict }) => verdict !== 'caught');
  const why = wrong.map(({ mutant, verdict, detail }) => `${verdict} ${mutant.shortcut} (${mutant.how}): ${detail}`);
  const total = `${verdicts.length - wrong.length} of ${verdicts.length} mutants caught`;
  return `${[...lines, '', ...why, total].join('\n')}\n`;
}
