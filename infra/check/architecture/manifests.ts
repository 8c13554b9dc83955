import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { allowedImports, onlyForTests } from './layers.ts';

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
      const read = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Partial<Manifest>;
      return { folder, name: read.name ?? '', scripts: {}, dependencies: {}, devDependencies: {}, ...pick(read) };
    });
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
