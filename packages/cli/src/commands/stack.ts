import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RuleSet } from '@vigie/alerting';
import { stopLocalServers } from '@vigie/local';
import type { Command } from 'commander';
import { CliError, type ExitCode, exitCodes } from '../console/cli-error.ts';
import { defaultRulesFile, loadRules } from '../rules/load-rules.ts';
import { migrate } from '../stack/migrate.ts';
import { startStack } from '../stack/start-stack.ts';
import { findRunningStack, isRunning } from '../stack/state-file.ts';
import { tellReloads } from '../stack/tell-reloads.ts';
import { untilInterrupted } from '../stack/until-interrupted.ts';
import { upText } from '../stack/up-text.ts';
import { type Invocation, readInteger, runs } from './command.ts';

interface UpOptions {
  readonly settings?: string;
  readonly rules?: string;
}

export function addStackCommands(program: Command): void {
  const up = program
    .command('up')
    .description('start servers, consumer and monitor; stays until Ctrl-C')
    .option('--settings <file>', 'how tenants count (YAML; default: VIGIE_SETTINGS_FILE, else built-in)')
    .option('--rules <file>', 'when to raise an alert (YAML; default: VIGIE_RULES_FILE, else infra/rules/rules.yaml)');
  runs(up, runUp);
  const down = program
    .command('down')
    .description('stop what runs on the data folder')
    .option('--purge', 'and delete its events, numbers and passwords');
  runs(down, runDown);
  const migrateCommand = program
    .command('migrate')
    .description('make the topic, ClickHouse tables and views; safe to repeat')
    .option('--replication-factor <n>', 'of the topic, when it is made', '1');
  runs(migrateCommand, runMigrate);
}

async function runUp({ output, env, dataDir }: Invocation, options: UpOptions): Promise<ExitCode> {
  const running = findRunningStack(dataDir);
  if (running !== null) {
    throw new CliError(
      `expected nothing to run on ${resolve(dataDir)}, found vigie up as process ${running.pid}; stop it with vigie down, or give --data-dir`,
    );
  }
  const settings = options.settings ?? env['VIGIE_SETTINGS_FILE'];
  const rules = options.rules ?? env['VIGIE_RULES_FILE'];
  const extra = {
    ...(settings ? { VIGIE_SETTINGS_FILE: existing('--settings', settings) } : {}),
    ...(rules ? { VIGIE_RULES_FILE: existing('--rules', rules) } : {}),
  };
  const interrupted = untilInterrupted();
  const stack = await startStack({ dataDir, env, report: output.talk, extra });
  let tellNoMore: () => void;
  try {
    await stack.start('consumer');
    tellNoMore = tellReloads(await stack.start('monitor'), output.talk);
  } catch (error) {
    await stack.stop();
    throw error;
  }
  output.value({ provider: stack.provider, services: stack.services.map(({ name, url, logFile }) => ({ name, url, log_file: logFile })) });
  const rulesFile = stack.environment['VIGIE_RULES_FILE'] || defaultRulesFile;
  const isUsualFolder = resolve(dataDir) === resolve('.vigie');
  const shown = { rulesFile, ruleSet: readableRules(rulesFile), dataDir: isUsualFolder ? null : dataDir };
  output.talk(`\n${upText({ ...shown, bold: output.talkColors.bold })}`);
  await interrupted.first;
  tellNoMore();
  output.talk('\nstopping in order; press Ctrl-C again to hurry ...');
  await stack.stop();
  output.talk('stopped; the data stays in the folder');
  return exitCodes.ok;
}

/** null where the file cannot be read: the monitor has said so. */
function readableRules(file: string): RuleSet | null {
  try {
    return loadRules(file);
  } catch (error) {
    if (error instanceof CliError) return null;
    throw error;
  }
}

export function existing(option: string, file: string): string {
  const path = resolve(file);
  if (!existsSync(path)) throw new CliError(`${option}: expected a file, found nothing at ${path}; correct the path`, exitCodes.missing);
  return path;
}

const downDeadlineMs = 60_000;

async function runDown({ output, dataDir }: Invocation, options: { purge?: boolean }): Promise<ExitCode> {
  const running = findRunningStack(dataDir);
  if (running !== null) {
    output.talk(`stopping vigie up, process ${running.pid} ...`);
    process.kill(running.pid, 'SIGTERM');
    for (const deadlineMs = performance.now() + downDeadlineMs; isRunning(running); await pause(100)) {
      if (performance.now() > deadlineMs) {
        throw new CliError(
          `expected process ${running.pid} to end within ${downDeadlineMs / 1000} s, found it running; look at it: ps -p ${running.pid}`,
        );
      }
    }
  }
  const serverCount = existsSync(join(dataDir, 'servers.json')) ? await stopLocalServers(dataDir, output.talk) : 0;
  const purged = options.purge === true ? purge(dataDir) : [];
  const stopped = running !== null || serverCount > 0;
  output.talk(stopped ? 'stopped' : `nothing runs on ${resolve(dataDir)}`);
  if (purged.length > 0) output.talk(`deleted from ${resolve(dataDir)}: ${purged.join(', ')}`);
  output.value({ stopped, purged });
  return exitCodes.ok;
}

/** What Vigie keeps in a data folder. Nothing else in it is touched: the folder may be anybody's. */
const ownEntries = ['kafka', 'redis', 'clickhouse', 'logs', 'servers.json', 'secrets.json', 'up.json'];

function purge(dataDir: string): string[] {
  const present = existsSync(dataDir) ? readdirSync(dataDir).filter((name) => ownEntries.includes(name)) : [];
  for (const name of present) rmSync(join(dataDir, name), { recursive: true, force: true });
  return present;
}

async function runMigrate(invocation: Invocation, options: { replicationFactor: string }): Promise<ExitCode> {
  const replicationFactor = readInteger('--replication-factor', options.replicationFactor, { min: 1, max: 10 });
  await migrate(invocation.open(), { replicationFactor, report: invocation.output.talk });
  invocation.output.value({ migrated: true });
  return exitCodes.ok;
}
