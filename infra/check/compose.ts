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
  if (whole.status !== 0)
    return { status: 'failed', message: `docker-compose.yml: expected it to be well-formed, found:\n${whole.stderr}` };
  const optional = secrets.filter((name) => runConfig(compose, { ...filled, [name]: '' }).status === 0);
  if (secrets.length === 0 || optional.length > 0) {
    return {
      status: 'failed',
      message: `docker-compose.yml: expected required secrets, found ${optional.join(', ') || 'none'} accepted empty; write \${NAME:?...}`,
    };
  }
  return { status: 'passed', message: `docker-compose.yml: well-formed, and refused without ${secrets.join(', ')}` };
}

interface Command {
  program: string;
  args: string[];
}

function findCompose(): Command | undefined {
  const candidates = [
    { program: 'docker', args: ['compose'] },
    { program: 'docker-compose', args: [] },
  ];
  return candidates.find(({ program, args }) => spawnSync(program, [...args, 'version'], { stdio: 'ignore' }).status === 0);
}

/** Every variable whose name says that it is a secret must be of the required form somewhere; all others have defaults. */
function requiredVariables(): string[] {
  const used = [...readFileSync(file, 'utf8').matchAll(/\$\{(VIGIE_\w+)/g)].map((match) => match[1]!);
  return [...new Set(used)].filter((name) => /PASSWORD|SECRET/.test(name));
}

function runConfig({ program, args }: Command, variables: Record<string, string>): { status: number | null; stderr: string } {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...variables };
  // What is given here wins over a .env of the user's, also when it is empty: the check says the same everywhere.
  return spawnSync(program, [...args, '-f', file, 'config', '-q'], { cwd: root, env, encoding: 'utf8' });
}

if (import.meta.main) {
  const { status, message } = checkCompose();
  process.stdout.write(`${status}: ${message}\n`);
  process.exitCode = status === 'failed' ? 1 : 0;
}
