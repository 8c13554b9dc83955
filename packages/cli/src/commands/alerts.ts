import { type Command, Option } from 'commander';
import { acknowledgeAlert, unacknowledgeAlert } from '../alerts/acknowledge.ts';
import { enableChannel, listDeliveries, retryLost } from '../alerts/deliveries.ts';
import { systemUser } from '../alerts/author.ts';
import { openDesk } from '../alerts/desk.ts';
import { showHistory } from '../alerts/history.ts';
import { listAlerts } from '../alerts/list.ts';
import { showAlert } from '../alerts/show.ts';
import { addSilence, endSilence, listSilences, readEnd, readMatchers, type SilenceOptions } from '../alerts/silences.ts';
import { CliError, type ExitCode, exitCodes } from '../console/cli-error.ts';
import { type Invocation, readInteger, runs } from './command.ts';

export function addAlertsCommands(program: Command): void {
  const alerts = program.command('alerts').helpCommand(false).description('what fires and why; acknowledge, silence, history, deliveries');
  const list = alerts
    .command('list')
    .description('what fires now: value and limit, since when, who was told')
    .option('--all', 'also what is pending (over its limit, not for long enough yet) or recovering')
    .option('--exit-code', 'end with 1 when an alert fires that is neither acknowledged nor silenced, or a rule is BROKEN');
  runs(list, runList);
  const show = alerts
    .command('show')
    .argument('<id>', 'episode or instance, as the list shows it; its beginning is enough. Or the uid of a rule')
    .description('everything that an alert says: numbers, what moved them, what happened, who was told');
  runs(show, runShow);
  addAcknowledging(alerts);
  addSilenceCommands(alerts);
  const history = alerts
    .command('history')
    .description('what happened, newest first: from Redis, and from ClickHouse where --since reaches further')
    .option('--since <moment>', '7d (before now), 2026-03-01 or 2026-03-01T09:00Z')
    .option('--rule <uid>', 'only this rule')
    .option('--limit <n>', 'how many', '50');
  runs(history, runHistory);
  addDeliveryCommands(alerts);
}

function addAcknowledging(alerts: Command): void {
  const ack = alerts
    .command('ack')
    .argument('<id>', 'as for show')
    .description('say that somebody has seen it: repeats stop until it becomes graver or ends')
    .option('--comment <text>', 'what is being done')
    .addOption(authorOption());
  runs(ack, runAcknowledge);
  runs(alerts.command('unack').argument('<id>', 'as for show').description('take an acknowledgement back'), runUnacknowledge);
}

function addSilenceCommands(alerts: Command): void {
  const silence = alerts.command('silence').helpCommand(false).description('hold announcements for a while: add, list, end');
  const add = silence
    .command('add')
    .description('held, not swallowed: what still fires at the end is told then')
    .requiredOption('--matcher <matcher...>', 'severity=critical, channel=~"paid_.*", rule!=churn-30d; all must hold')
    .option('--for <length>', '30m, 2h, 7d; at most 90d')
    .option('--until <instant>', 'instead of --for: 2026-03-01T18:00Z or 2026-03-01T18:00+01:00')
    .requiredOption('--comment <text>', 'why, for those who wonder later')
    .addOption(authorOption());
  runs(add, runSilenceAdd);
  runs(
    silence.command('list').description('what is silenced, and what that holds now').option('--all', 'also those that ended'),
    runSilenceList,
  );
  runs(silence.command('end').argument('<id>', 'as the list shows it').description('end a silence now'), runSilenceEnd);
}

function addDeliveryCommands(alerts: Command): void {
  const deliveries = alerts
    .command('deliveries')
    .description('notifications: what waits, what was sent, what was lost')
    .addOption(new Option('--dead', 'only what was given up').conflicts('waiting'))
    .option('--waiting', 'only what is still to be sent')
    .option('--limit <n>', 'how many', '50');
  runs(deliveries, runDeliveries);
  const retry = alerts
    .command('retry')
    .argument('[id]', 'a lost notification, as deliveries --dead shows it')
    .description('send what was lost again, under the same ids')
    .option('--all', 'all of them');
  runs(retry, runRetry);
  runs(alerts.command('enable').argument('<channel>').description('switch a channel on again whose receiver said 410 Gone'), runEnable);
}

function authorOption(): Option {
  const name = systemUser();
  return new Option('--author <name>', 'who does it').default(name, name === '' ? 'none: say it' : `you, ${name}`);
}

async function runList(invocation: Invocation, options: { all?: boolean; exitCode?: boolean }): Promise<ExitCode> {
  const desk = openDesk(invocation.open());
  return listAlerts(desk, invocation.output, { all: options.all === true, exitCode: options.exitCode === true, nowMs: Date.now() });
}

async function runShow(invocation: Invocation, _options: object, [written]: [string]): Promise<ExitCode> {
  return showAlert(openDesk(invocation.open()), invocation.output, { written, nowMs: Date.now() });
}

async function runAcknowledge(
  invocation: Invocation,
  options: { comment?: string; author: string },
  [written]: [string],
): Promise<ExitCode> {
  const asked = { written, author: options.author, comment: options.comment ?? '', nowMs: Date.now() };
  return acknowledgeAlert(openDesk(invocation.open()), invocation.output, asked);
}

async function runUnacknowledge(invocation: Invocation, _options: object, [written]: [string]): Promise<ExitCode> {
  return unacknowledgeAlert(openDesk(invocation.open()), invocation.output, { written, nowMs: Date.now() });
}

async function runSilenceAdd(invocation: Invocation, options: SilenceOptions): Promise<ExitCode> {
  const nowMs = Date.now();
  // Before anything is opened: a wrong matcher needs no servers to be told.
  readMatchers(options.matcher ?? []);
  readEnd(options, nowMs);
  return addSilence(openDesk(invocation.open()), invocation.output, { options, nowMs });
}

async function runSilenceList(invocation: Invocation, options: { all?: boolean }): Promise<ExitCode> {
  return listSilences(openDesk(invocation.open()), invocation.output, { all: options.all === true, nowMs: Date.now() });
}

async function runSilenceEnd(invocation: Invocation, _options: object, [written]: [string]): Promise<ExitCode> {
  return endSilence(openDesk(invocation.open()), invocation.output, { written, nowMs: Date.now() });
}

const limitRange = { min: 1, max: 100_000 };

async function runHistory(invocation: Invocation, options: { since?: string; rule?: string; limit: string }): Promise<ExitCode> {
  const limit = readInteger('--limit', options.limit, limitRange);
  const asked = { since: options.since ?? null, rule: options.rule ?? null, limit, nowMs: Date.now() };
  return showHistory(openDesk(invocation.open()), invocation.output, asked);
}

async function runDeliveries(invocation: Invocation, options: { dead?: boolean; waiting?: boolean; limit: string }): Promise<ExitCode> {
  const limit = readInteger('--limit', options.limit, limitRange);
  const only = options.dead === true ? 'dead' : options.waiting === true ? 'waiting' : null;
  return listDeliveries(openDesk(invocation.open()), invocation.output, { only, limit, nowMs: Date.now() });
}

async function runRetry(invocation: Invocation, options: { all?: boolean }, [id]: [string?]): Promise<ExitCode> {
  if ((id === undefined) === (options.all !== true)) {
    throw new CliError(
      'expected the id of a lost notification, or --all, found neither or both; vigie alerts deliveries --dead shows them',
      exitCodes.usage,
    );
  }
  return retryLost(openDesk(invocation.open()), invocation.output, { written: id ?? null, nowMs: Date.now() });
}

async function runEnable(invocation: Invocation, _options: object, [name]: [string]): Promise<ExitCode> {
  return enableChannel(openDesk(invocation.open()), invocation.output, name);
}
