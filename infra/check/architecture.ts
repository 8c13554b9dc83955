/**
 * Checks who imports whom, what the pure core reaches for, and sizes; the rules are in infra/check/architecture/layers.ts and sizes.ts.
 *
 * Usage   node infra/check/architecture.ts
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importProblems } from './architecture/import-problems.ts';
import { manifestProblems, readManifests, unlistedProblems } from './architecture/manifests.ts';
import { purityProblems } from './architecture/purity-problems.ts';
import { sizeProblems } from './architecture/size-problems.ts';
import type { Baseline } from './architecture/size-problems.ts';
import { fileSize, functionSizes } from './architecture/sizes.ts';
import { isScript, parseFile, readSourceFiles } from './architecture/source-file.ts';

/** Every problem of the project in `root`, each a line that says where and what to do. */
export function checkArchitecture(root: string): string[] {
  const manifests = readManifests(root);
  const packageNames = new Map(manifests.map(({ name, folder }) => [name, folder]));
  const baseline = JSON.parse(readFileSync(join(root, 'infra/check/baseline.json'), 'utf8')) as Baseline;
  const sources = readSourceFiles(root);
  const scripts = sources.filter(({ path }) => isScript(path)).map((source) => parseFile(source));
  return [
    ...manifestProblems(manifests),
    ...unlistedProblems(manifests, scripts),
    ...scripts.flatMap((script) => [...importProblems(script, packageNames), ...purityProblems(script)]),
    ...sizeProblems([...sources.map((source) => fileSize(source)), ...scripts.flatMap((script) => functionSizes(script))], baseline),
  ];
}

if (import.meta.main) {
  const problems = checkArchitecture(join(import.meta.dirname, '..', '..'));
  process.stdout.write(problems.map((problem) => `${problem}\n`).join(''));
  process.stdout.write(`architecture: ${problems.length} problems\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
