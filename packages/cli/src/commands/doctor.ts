import { join } from 'node:path';
import { type Check, checkPrerequisites } from '@vigie/local';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../console/cli-error.ts';
import { renderTable } from '../console/table.ts';
import { projectRoot } from '../stack/service.ts';
import { findRunningStack, type RunningStack } from '../stack/state-file.ts';
import { type Invocation, runs } from './command.ts';

export function addDoctorCommand(program: Command): void {
  runs(program.command('doctor').description('look at everything that starting and running needs'), runDoctor);
}

async function runDoctor({ output, env, dataDir }: Invocation): Promise<ExitCode> {
  const running = findRunningStack(dataDir);
  const prerequisites = await checkPrerequisites({ env: { ...env, ...running?.environment }, dataDir });
  const checks = [
    ...prerequisites.map((check) => (check.name === 'Node' ? { ...check, found: nodeText(env) } : check)),
    ...(running === null ? [] : await checkServices(running)),
  ];
  const { green, red, dim } = output.colors;
  const rows = checks.map(({ name, ok, expected, found }) => [ok ? green('ok') : red('not ok'), name, found, expected]);
  output.text(renderTable([{ title: '' }, { title: 'what' }, { title: 'found' }, { title: 'expected' }], rows, dim));
  for (const { name, ok, fix } of checks) if (!ok) output.text(`${red(name)}: ${fix}`);
  output.talk(
    running === null ? `no "vigie up" runs on ${dataDir}` : `"vigie up" runs as process ${running.pid} since ${running.startedAt}`,
  );
  output.value(checks);
  return checks.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.missing;
}

/** Which Node runs this, and which one is the person's: npm names its own in what it hands on. */
export function nodeText(env: NodeJS.ProcessEnv, { execPath, version }: Pick<NodeJS.Process, 'execPath' | 'version'> = process): string {
  const [own, yours] = [version, /\bnode\/(v\d+\.\d+\.\d+)/.exec(env['npm_config_user_agent'] ?? '')?.[1]].map((text) =>
    text?.replace('v', ''),
  );
  if (!execPath.startsWith(join(projectRoot, 'node_modules'))) return own!;
  return yours === undefined || yours === own ? `${own} (Vigie's own)` : `${own} (Vigie's own; yours is ${yours})`;
}

function checkServices({ services }: RunningStack): Promise<Check[]> {
  return Promise.all(
    services.map(async ({ name, url, logFile }) => {
      const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3_000) }).catch(() => null);
      const found = answer === null ? 'no answer' : answer.ok ? 'ready' : (await answer.text()).trim();
      const ok = answer?.ok === true;
      return { name, ok, expected: `ready at ${url}/readyz`, found, fix: ok ? '' : `its log says why: ${logFile}` };
    }),
  );
}
