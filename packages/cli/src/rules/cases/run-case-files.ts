import { writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type CaseResult, coverageOf, type CoverageItem, formatProblems, isPassed, parseCases, type Rule, runCases } from '@vigie/alerting';
import { CliError, exitCodes } from '../../console/cli-error.ts';
import type { Output } from '../../console/output.ts';
import { loadRules, readText } from '../load-rules.ts';
import { junitXml } from './junit.ts';
import { renderCases } from './render-cases.ts';

/** The cases of one file, as they went. */
export interface CaseFileReport {
  readonly file: string;
  readonly rulesFile: string;
  readonly results: readonly CaseResult[];
  readonly tookMs: number;
}
export interface CasesReport {
  readonly files: readonly CaseFileReport[];
  /** By rules file: cases of several files may test the same rules. */
  readonly coverage: readonly { readonly rulesFile: string; readonly items: readonly CoverageItem[] }[];
}

/**
 * Runs files of cases, tells what went otherwise, and says whether all went as expected.
 *
 * Errors   CliError for files that cannot be read or have mistakes: then nothing is run
 */
export function runCaseFiles(files: readonly string[], to: { output: Output; junitFile: string | null }): boolean {
  const report = runFiles(files);
  const { output, junitFile } = to;
  if (junitFile !== null) writeJunit(junitFile, report);
  output.text(renderCases(report, output));
  output.value(casesJson(report));
  return report.files.every(({ results }) => results.every(isPassed));
}

function runFiles(files: readonly string[]): CasesReport {
  const ready = files.map(readCases);
  const rulesByFile = new Map<string, readonly Rule[]>();
  const reports = ready.map(({ file, parsed, rulesFile }): CaseFileReport => {
    const ruleSet = loadRules(rulesFile);
    rulesByFile.set(rulesFile, ruleSet.rules);
    const startedMs = performance.now();
    const results = runCases(parsed, ruleSet);
    return { file, rulesFile, results, tookMs: performance.now() - startedMs };
  });
  const coverage = [...rulesByFile].map(([rulesFile, rules]) => {
    const runs = reports
      .filter((report) => report.rulesFile === rulesFile)
      .flatMap(({ results }) => results.flatMap(({ run }) => run ?? []));
    return { rulesFile, items: coverageOf(rules, runs) };
  });
  return { files: reports, coverage };
}

function readCases(file: string) {
  const parsed = parseCases(readText(file, 'a file of cases'));
  if (!parsed.ok) {
    const { problems } = parsed;
    throw new CliError(`expected cases without mistakes, found ${problems.length}:\n${formatProblems(file, problems)}`, exitCodes.wrong);
  }
  return { file, parsed, rulesFile: resolve(dirname(file), parsed.file.rules) };
}

function writeJunit(junitFile: string, report: CasesReport): void {
  try {
    writeFileSync(junitFile, junitXml(report.files));
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CliError(
      `--junit: expected a file that can be written, found ${found} at ${resolve(junitFile)}; correct the path`,
      exitCodes.missing,
    );
  }
}

function casesJson({ files, coverage }: CasesReport): unknown {
  return {
    files: files.map(({ file, rulesFile, results, tookMs }) => ({
      file,
      rules: rulesFile,
      took_ms: Math.round(tookMs),
      cases: results.map((result) => ({
        name: result.name,
        rule: result.rule,
        line: result.place.line,
        passed: isPassed(result),
        failures: result.failures.map(({ where, expected, found, place }) => ({
          where,
          expected,
          found,
          line: place.line,
          column: place.column,
        })),
        mistakes: result.mistakes.map(({ text, place }) => ({ text, line: place.line, column: place.column })),
      })),
    })),
    coverage: coverage.map(({ rulesFile, items }) => ({
      rules: rulesFile,
      covered: items.filter(({ isCovered }) => isCovered).length,
      total: items.length,
      uncovered: items.filter(({ isCovered }) => !isCovered).map(({ rule, kind, text }) => ({ rule, kind, text })),
    })),
  };
}
