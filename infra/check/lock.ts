/**
 * Checks that package-lock.json names the packages of every platform: `npm ci` refuses a lock that leaves some out, as npm writes it when a registry does not
 * serve them.
 *
 * Usage   node infra/check/lock.ts [--complete]   (--complete writes the missing ones)
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

export interface Lock {
  packages: Record<string, LockedPackage>;
}

/** The entries that a lock lacks, under the names that it would have them. */
export function missingPackages({ packages }: Lock): Map<string, LockedPackage> {
  const missing = new Map<string, LockedPackage>();
  for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (isLocked(packages, path, name)) continue;
      missing.set(`node_modules/${name}`, { version, ...(dev === true && { dev }), optional: true, ...platformOf(name) });
    }
  }
  return missing;
}

/** A package is looked for as Node does: beside its dependent, then one level up at a time. */
function isLocked(packages: Lock['packages'], dependent: string, name: string): boolean {
  const levels = dependent.split('node_modules/');
  const places = levels.map((_, index) => `${[...levels.slice(0, index), ''].join('node_modules/')}${name}`);
  return [`${dependent}/node_modules/${name}`, `node_modules/${name}`, ...places].some((place) => place in packages);
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32', 'windows'];
const processors = ['64', 'arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** Packages of one platform say so in their names: `binding-linux-x64-gnu`. npm installs an entry only where it fits. */
function platformOf(name: string): LockedPackage {
  const words = name.split('/').at(-1)!.split(/[-.]/);
  const system = words.find((word) => systems.includes(word));
  const processor = words.find((word) => processors.includes(word));
  const libc = ['musl', 'gnu'].find((word) => words.includes(word));
  return {
    ...(system !== undefined && { os: [system === 'windows' ? 'win32' : system] }),
    ...(processor !== undefined && { cpu: [processor === '64' ? 'x64' : processor] }),
    ...(libc !== undefined && { libc: [libc === 'gnu' ? 'glibc' : libc] }),
  };
}

/** Every problem of the lock of the project in `root`. */
export function checkLock(root: string): string[] {
  const missing = [...missingPackages(readLock(root)).keys()];
  if (missing.length === 0) return [];
  const names = missing.map((path) => path.replace('node_modules/', '')).join(', ');
  return [
    `package-lock.json: expected the packages of every platform, found none of ${names}; run node infra/check/lock.ts --complete, then npm install --package-lock-only`,
  ];
}

function readLock(root: string): Lock {
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
}

function completeLock(root: string): void {
  const lock = readLock(root);
  Object.assign(lock.packages, Object.fromEntries(missingPackages(lock)));
  writeFileSync(join(root, 'package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`);
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..', '..');
  if (process.argv.includes('--complete')) completeLock(root);
  const problems = checkLock(root);
  process.stdout.write(problems.length === 0 ? 'package-lock.json names the packages of every platform\n' : `${problems.join('\n')}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
