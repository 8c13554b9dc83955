import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { allowedImports, onlyForTests, packageOf } from './layers.ts';
import type { ParsedFile } from './source-file.ts';

/** One workspace's package.json, as much of it as the rules need. */
export interface Manifest {
  /** `packages/kpis` */
  folder: string;
  name: string;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

export function readManifests(root: string): Manifest[] {
  return ['packages', 'services', 'examples']
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => {
      const read = readJson(root, `${folder}/package.json`);
      return { folder, name: read.name ?? '', scripts: {}, dependencies: {}, devDependencies: {}, ...pick(read) };
    });
}

function readJson(root: string, file: string): Partial<Manifest> {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')) as Partial<Manifest>;
  } catch (error) {
    throw new Error(`${file}: expected JSON, found: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function pick({ scripts, dependencies, devDependencies }: Partial<Manifest>): Partial<Manifest> {
  return { ...(scripts && { scripts }), ...(dependencies && { dependencies }), ...(devDependencies && { devDependencies }) };
}

/** Dependencies in the wrong direction or not at one exact version, dependencies in a circle, and packages whose types nobody checks. */
export function manifestProblems(manifests: Manifest[]): string[] {
  const folders = new Map(manifests.map(({ name, folder }) => [name, folder]));
  return [...manifests.flatMap((manifest) => problemsOf(manifest, folders)), ...circleProblems(manifests)];
}

function problemsOf(manifest: Manifest, folders: ReadonlyMap<string, string>): string[] {
  const { folder, scripts, dependencies, devDependencies } = manifest;
  const file = `${folder}/package.json`;
  const problems: string[] = [];
  if (scripts['typecheck'] === undefined)
    problems.push(`${file}: expected a script "typecheck", found none; its types would not be checked`);
  const allowed = allowedImports(folder) ?? [];
  for (const [kind, wanted, extra] of [
    ['dependencies', dependencies, []],
    ['devDependencies', devDependencies, onlyForTests],
  ] as const) {
    for (const [name, version] of Object.entries(wanted)) {
      const target = folders.get(name);
      if (target === undefined && !name.startsWith('@vigie/')) {
        if (/^\d/.test(version)) continue;
        problems.push(
          `${file}: expected ${name} in ${kind} at one exact version, found "${version}"; name the version of package-lock.json`,
        );
      } else if (target === undefined || ![...allowed, ...extra].includes(target)) {
        problems.push(`${file}: expected ${kind} that lie left of ${folder}, found ${name}; see infra/check/architecture/layers.ts`);
      }
    }
  }
  return problems;
}

function circleProblems(manifests: Manifest[]): string[] {
  const edges = new Map(
    manifests.map(({ name, dependencies, devDependencies }) => [name, Object.keys({ ...dependencies, ...devDependencies })]),
  );
  const done = new Set<string>();
  const visit = (name: string, path: string[]): string | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name].join(' -> ');
    if (done.has(name)) return undefined;
    for (const next of edges.get(name) ?? []) {
      const circle = visit(next, [...path, name]);
      if (circle !== undefined) return circle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of edges.keys()) {
    const circle = visit(name, []);
    if (circle !== undefined)
      return [`package.json: expected no circle among the packages, found ${circle}; move the test or the code that closes it`];
  }
  return [];
}

/**
 * The packages of this project that are imported and not named in package.json: it works all the same in a workspace, but Turbo then skips the type check
 * after a change of such a package.
 */
export function unlistedProblems(manifests: Manifest[], files: ParsedFile[]): string[] {
  const byFolder = new Map(manifests.map((manifest) => [manifest.folder, manifest]));
  const names = new Set(manifests.map(({ name }) => name));
  const problems = new Map<string, string>();
  for (const { path, imports } of files) {
    const own = byFolder.get(packageOf(path));
    for (const { module } of imports) {
      if (own === undefined || module === own.name || !names.has(module)) continue;
      if (module in own.dependencies || module in own.devDependencies) continue;
      problems.set(
        `${own.folder} ${module}`,
        `${own.folder}/package.json: expected ${module}, which ${path} imports, found no such dependency; add it`,
      );
    }
  }
  return [...problems.values()];
}
