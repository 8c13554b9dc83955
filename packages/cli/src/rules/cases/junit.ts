import { isPassed } from '@vigie/alerting';
import type { CaseFileReport } from './run-case-files.ts';

/** Results as JUnit XML, which build servers read. A case that could not be run is an error, one that went otherwise a failure. */
export function junitXml(files: readonly CaseFileReport[]): string {
  const suites = files.map(suiteXml);
  const all = files.flatMap(({ results }) => results);
  const counts = `tests="${all.length}" failures="${all.filter(isFailure).length}" errors="${all.filter(isError).length}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="vigie rules test" ${counts}>\n${suites.join('\n')}\n</testsuites>\n`;
}

type Result = CaseFileReport['results'][number];
const isError = ({ mistakes }: Result): boolean => mistakes.length > 0;
const isFailure = (result: Result): boolean => !isPassed(result) && !isError(result);

function suiteXml({ file, results, tookMs }: CaseFileReport): string {
  const counts = `tests="${results.length}" failures="${results.filter(isFailure).length}" errors="${results.filter(isError).length}"`;
  const cases = results.map((result) => caseXml(file, result));
  return `  <testsuite name="${escaped(file)}" ${counts} time="${(tookMs / 1000).toFixed(3)}">\n${cases.join('\n')}\n  </testsuite>`;
}

function caseXml(file: string, result: Result): string {
  const open = `    <testcase name="${escaped(result.name)}" classname="${escaped(result.rule)}" file="${escaped(file)}" line="${result.place.line}"`;
  if (isPassed(result)) return `${open}/>`;
  const problems = [
    ...result.mistakes.map(({ text, place }) => ({ tag: 'error', message: text, text: `${file}:${place.line}:${place.column} ${text}` })),
    ...result.failures.map(({ where, expected, found, place }) => {
      const message = `${where}: expected ${expected}, found ${found}`;
      return { tag: 'failure', message, text: `${file}:${place.line}:${place.column} ${message}` };
    }),
  ];
  // Readers take one failure per case: its message is the first one, its text all of them.
  const { tag, message } = problems[0]!;
  const text = problems.map((problem) => problem.text).join('\n');
  return `${open}>\n      <${tag} message="${escaped(message)}">${escaped(text)}</${tag}>\n    </testcase>`;
}

/** Characters that XML 1.0 cannot hold in any form; with `u`, halves of surrogate pairs are among them. */
// oxlint-disable-next-line no-control-regex -- these are what is taken out
const unholdable = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** Holds in texts and in attributes alike, where a plain line break would become a space. */
function escaped(text: string): string {
  return text.replaceAll(unholdable, '\uFFFD').replaceAll(/[&<>"'\n\r\t]/g, (character) => entities[character]!);
}
