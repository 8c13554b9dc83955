/**
 * Makes a fresh clone runnable: installs what package-lock.json names when it is not there yet, then runs one TypeScript entry on the project's own Node 24.
 * Plain JavaScript for Node 20, because it runs before anything is installed.
 *
 * Usage   node infra/bootstrap.mjs <entry.ts> [arguments]
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.vigie-installed');
const lockHash = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

function installed() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash;
}

function install() {
  process.stderr.write('vigie: installing the packages of package-lock.json (once; about 1 GB on disk) ...\n');
  // The tests and the demo never need what npm would ask about; its answers go to stderr so that stdout stays data.
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) {
    process.stderr.write(
      `vigie: expected "npm ci" to succeed, found exit code ${done.status}; see its message above, check the network and run the command again\n`,
    );
    process.exit(1);
  }
  writeFileSync(stamp, lockHash);
}

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  process.stderr.write(`vigie: expected Node 20 or newer to start with, found ${process.version}; install a newer Node\n`);
  process.exit(1);
}
if (!installed()) install();

const [entry, ...args] = process.argv.slice(2);
const node = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.exe' : 'node');
const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, entry), ...args], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
