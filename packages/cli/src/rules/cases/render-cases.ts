import { type CoverageItem, isPassed } from '@vigie/alerting';
import { relative } from 'node:path';
import type { Output } from '../../console/output.ts';
import { plural } from '../check/render-check.ts';
import type { CaseFileReport, CasesReport } from './run-case-files.ts';

/** Failures of one case that fit a screen; JSON has them all. */
const failureCountMax = 8;

/** Each case with what went otherwise, then what no case exercised, then the count. */
export function renderCases({ files, coverage }: CasesReport, { colors }: Pick<Output, 'colors'>): string {
  const results = files.flatMap((file) => file.results);
  const failedCount = results.filter((result) => !isPassed(result)).length;
  const took = files.reduce((sum, { tookMs }) => sum + tookMs, 0);
  const verdict =
    failedCount === 0
      ? colors.green(`all ${plural(results.length, 'case')} passed`)
      : colors.red(`${failedCount} of ${plural(results.length, 'case')} failed`);
  return [
    ...files.map((file) => renderFile(file, colors)),
    ...coverage.map(({ rulesFile, items }) => renderCoverage(rulesFile, items, colors)),
    `${verdict} ${colors.dim(`(${(took / 1000).toFixed(2)} s)`)}`,
  ].join('\n\n');
}

function renderFile({ file, results }: CaseFileReport, colors: Output['colors']): string {
  const lines = results.flatMap((result) => {
    if (isPassed(result)) return [`  ${colors.green('ok')}      ${result.rule}: ${result.name}`];
    const head = `  ${colors.red(result.mistakes.length > 0 ? 'mistake' : 'failed')}  ${result.rule}: ${colors.bold(result.name)}`;
    const mistakes = result.mistakes.map(({ text, place }) => `          ${colors.dim(`${file}:${place.line}:${place.column}`)} ${text}`);
    const shown = result.failures
      .slice(0, failureCountMax)
      .flatMap(({ where, expected, found, place }) => [
        `          ${where}  ${colors.dim(`${file}:${place.line}:${place.column}`)}`,
        `            expected ${colors.green(expected)}`,
        `            found    ${colors.red(found)}`,
      ]);
    const more = result.failures.length - failureCountMax;
    return [head, ...mistakes, ...shown, ...(more > 0 ? [`          ... and ${more} more; --json lists all`] : [])];
  });
  return [colors.bold(file), ...lines].join('\n');
}

function renderCoverage(rulesFile: string, items: readonly CoverageItem[], colors: Output['colors']): string {
  const uncovered = items.filter(({ isCovered }) => !isCovered);
  const share = items.length === 0 ? 100 : Math.floor(((items.length - uncovered.length) / items.length) * 100);
  const head = `${colors.bold('Coverage')} of ${relative('', rulesFile)}: ${items.length - uncovered.length} of ${items.length} (${share} %)`;
  const byRule = Map.groupBy(uncovered, ({ rule }) => rule);
  const lines = [...byRule].map(([rule, missing]) => {
    const isUntouched = missing.length === items.filter((item) => item.rule === rule).length;
    return `  ${colors.yellow(rule)}: ${isUntouched ? 'no case exercises anything of it' : `not exercised: ${missing.map(({ text }) => text).join('; ')}`}`;
  });
  return [head, ...lines].join('\n');
}
