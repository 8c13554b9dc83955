/**
 * Checks docker-compose.yml where a Compose is at hand: it is well-formed, and each secret is required, not silently empty.
 *
 * Neither needs a Docker engine. Usage: node infra/check/compose.ts
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ComposeCheck {
  status: 'passed' | 'failed' | 'skipped';
  message: string;
}

const root = join(import.meta.dirname, '..', '..');
const file = join(root, 'docker-compose.yml');

export function checkCompose(): ComposeCheck {
  const compose = findCompose();
  if (compose === undefined) {
    return { status: 'skipped', message: 'docker-compose.yml: not checked, neither `docker compose` nor `docker-compose` is installed' };
  }
  const secrets = requiredVariables();
  const filled = Object.fromEntries(secrets.map((name) => [name, 'x']));
  const whole = runConfig(compose, filled);
  if (whole.status !== 0) return { status: 'failed', message: `docker-compose.yml: expected it to be well-formed, found:\n${whole.stderr}` };
  const optional = secrets.filter((name) => runConfig(compose, { ...filled, [name]: '' }).status === 0);
  if (secrets.length === 0 || optional.length > 0) {
    return { status: 'failed', message: `docker-compose.yml: expected required secrets, found ${optional.join(', ') || 'none'} accepted empty; write \${NAME:?...}` };
  }
  return { status: 'passed', message: `docker-compose.yml: well-formed, and refused without ${secrets.join(', ')}` };
}

function findCompose(): string[] | undefined {
  const candidates = [['docker', 'compose'], ['docker-compose']];
  return candidates.find(([command, ...rest]) => spawnSync(command!, [...rest, 'version'], { stdio: 'ignore' }).status === 0);
}

/** Every variable whose name says that it is a secret must be of the required form somewhere; all others have defaults. */
function requiredVariables(): string[] {
  const used = [...readFileSync(file, 'utf8').matchAll(/\$\{(VIGIE_\w+)/g)].map((match) => match[1]!);
  return [...new Set(used)].filter((name) => /PASSWORD|SECRET/.test(name));
}

function runConfig([command, ...rest]: string[], variables: Record<string, string>): { status: number | null; stderr: string } {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...variables };
  // Not the user's own .env: the check must say the same everywhere.
  return spawnSync(command!, [...rest, '--env-file', '/dev/null', '-f', file, 'config', '-q'], { cwd: root, env, encoding: 'utf8' });
}

if (import.meta.main) {
  const { status, message } = checkCompose();
  process.stdout.write(`${status}: ${message}\n`);
  process.exitCode = status === 'failed' ? 1 : 0;
}
