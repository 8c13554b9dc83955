import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * Copies the project as it stands, new files included, with node_modules of its own in which our packages are those of the copy.
 *
 * Holds    nothing that is changed in the copy reaches the original: third-party packages are links that are only read
 * Errors   Error when git cannot list the files
 */
export function copyTree(root: string, into: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  for (const file of new Set(listed.split('\0').filter((name) => name !== ''))) {
    // Listed by git, but removed and not committed yet.
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(into, file)), { recursive: true });
    copyFileSync(join(root, file), join(into, file));
  }
  linkModules(root, into);
}

const ourScope = '@vigie';

function linkModules(root: string, into: string): void {
  const [from, to] = [join(root, 'node_modules'), join(into, 'node_modules')];
  mkdirSync(join(to, ourScope), { recursive: true });
  for (const name of readdirSync(from)) {
    // Caches are not shared: they know the paths of the original.
    if (name !== ourScope && !name.startsWith('.')) symlinkSync(join(from, name), join(to, name));
  }
  for (const name of readdirSync(join(from, ourScope))) {
    const workspace = relative(root, realpathSync(join(from, ourScope, name)));
    symlinkSync(join(into, workspace), join(to, ourScope, name));
  }
}
