import { posix } from 'node:path';
import { allowedImports, clientHomes, coreModules, isCore, onlyForTests, packageOf } from './layers.ts';
import { isTestFile } from './source-file.ts';
import type { ImportOf, ParsedFile } from './source-file.ts';

/** What is wrong with a file's imports: their direction, client libraries outside their home, anything but data in the core. */
export function importProblems(file: ParsedFile, packageNames: ReadonlyMap<string, string>): string[] {
  const owner = packageOf(file.path);
  return file.imports.flatMap((imported) => {
    const problem =
      imported.module.startsWith('.') || imported.module.startsWith('/')
        ? relativeProblem(file.path, imported.module)
        : imported.module.startsWith('@vigie/')
          ? directionProblem(file.path, imported.module, packageNames)
          : outsideProblem(owner, imported, isTestFile(file.path) || !file.path.startsWith(`${owner}/src/`));
    return problem === undefined ? [] : [`${file.path}:${imported.line}: ${problem}`];
  });
}

function relativeProblem(path: string, module: string): string | undefined {
  const owner = packageOf(path);
  const target = posix.normalize(posix.join(posix.dirname(path), module));
  if (module.startsWith('.') && `${target}/`.startsWith(`${owner}/`)) return undefined;
  // What lies in the root beside all packages belongs to none of them.
  if (packageOf(target) === owner) return undefined;
  return `expected relative imports to stay inside ${owner}, found '${module}'; import another package by its name`;
}

function directionProblem(path: string, module: string, packageNames: ReadonlyMap<string, string>): string | undefined {
  const owner = packageOf(path);
  const target = packageNames.get(module);
  if (target === undefined) return `expected the name of a package of this project, found '${module}'; import a package by its name alone`;
  const allowed = allowedImports(owner);
  if (allowed === undefined)
    return `expected ${owner} to have a place among the layers, found none; give it one in infra/check/architecture/layers.ts`;
  const isAllowed = allowed.includes(target) || target === owner || (isTestFile(path) && onlyForTests.includes(target));
  if (isAllowed) return undefined;
  const choice = allowed.length === 0 ? 'no package' : allowed.join(', ');
  return `expected ${owner} to import ${choice}, found ${target} ('${module}'); move the code to the left or hand it in as a function`;
}

function outsideProblem(owner: string, { module, names }: ImportOf, isOutside: boolean): string | undefined {
  // Tests, and scripts beside the sources, may use what they need.
  if (isOutside) return undefined;
  if (isCore(owner) && !coreModules.includes(module)) {
    return `expected the pure core to import only ${coreModules.join(', ')}, found '${module}'; take what it gives as an argument`;
  }
  const random = names.find((name) => /^random|^getRandom|^generateKey/.test(name));
  if (isCore(owner) && module === 'node:crypto' && random !== undefined) {
    return `expected the pure core to be the same every time, found ${random}; take the random value as an argument`;
  }
  const home = clientHomes[module.split('/', module.startsWith('@') ? 2 : 1).join('/')];
  if (home === undefined || home === owner) return undefined;
  return `expected '${module}' to be imported in ${home} alone, found it in ${owner}; use what ${home} exports`;
}
