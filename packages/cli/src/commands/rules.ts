import { formatProblems, rulesFileJsonSchema } from '@vigie/alerting';
import { readStanding } from '@vigie/clickhouse';
import { readMeta } from '@vigie/redis';
import type { Command } from 'commander';
import { CliError, type ExitCode, exitCodes } from '../console/cli-error.ts';
import { startProgress } from '../console/progress.ts';
import type { Context } from '../context.ts';
import { backtestJson } from '../rules/backtest/backtest-json.ts';
import { chooseRules, oneSweep, readMoment, readSweep } from '../rules/backtest/options.ts';
import { columnCountFor, renderBacktest } from '../rules/backtest/render-backtest.ts';
import { runBacktest } from '../rules/backtest/run-backtest.ts';
import { runCaseFiles } from '../rules/cases/run-case-files.ts';
import { checkJson, plural, renderCheck } from '../rules/check/render-check.ts';
import { defaultRulesFile, loadRules, parseRulesFile } from '../rules/load-rules.ts';
import { type Invocation, runs } from './command.ts';

interface BacktestOptions {
  readonly rules?: string;
  readonly since: string;
  readonly until?: string;
  readonly rule?: string[];
  readonly sweep?: string;
}

export function addRulesCommands(program: Command): void {
  const rules = program.command('rules').helpCommand(false).description('check rules, test them with cases, try them on the history');
  runs(
    rules.command('check').argument('<file...>', 'rules files').description('all mistakes with line and column, or what each rule does'),
    runCheck,
  );
  runs(rules.command('schema').description('the JSON Schema of rules files, for editors'), runSchema);
  const test = rules
    .command('test')
    .argument('<file...>', 'files of cases (YAML): numbers in, states, texts and notifications out')
    .description('run cases; exit code 1 when one fails')
    .option('--junit <file>', 'also write the results as JUnit XML');
  runs(test, runTest);
  const backtest = rules
    .command('backtest')
    .description("what the rules would have done over ClickHouse's history; nothing is sent")
    .option('--rules <file>', 'rules file (default: VIGIE_RULES_FILE, else infra/rules/rules.yaml)')
    .option('--since <moment>', '180d (before now), 2026-03-01 or 2026-03-01T09:00Z', '90d')
    .option('--until <moment>', 'like --since (default: now, as far as the numbers are complete)')
    .option('--rule <uid...>', 'only these rules')
    .option('--sweep <limits>', 'try limits, of one rule at a time: "churn-30d: warning 3..8 step 0.5"', oneSweep);
  runs(backtest, runBacktestCommand);
}

async function runCheck({ output }: Invocation, _options: unknown, [files]: [string[]]): Promise<ExitCode> {
  const found: unknown[] = [];
  let problemCount = 0;
  for (const file of files) {
    const parsed = parseRulesFile(file);
    if (parsed.ok) {
      output.text(renderCheck(file, parsed.ruleSet, output));
      found.push(checkJson(file, parsed.ruleSet));
      continue;
    }
    problemCount += parsed.problems.length;
    output.text(formatProblems(file, parsed.problems));
    output.text(`${output.colors.red('not in order')}: ${file}, ${plural(parsed.problems.length, 'problem')}`);
    found.push({ file, ok: false, problems: parsed.problems, channels: [], rules: [] });
  }
  output.value(found);
  return problemCount === 0 ? exitCodes.ok : exitCodes.wrong;
}

async function runSchema({ output }: Invocation): Promise<ExitCode> {
  const schema = rulesFileJsonSchema();
  output.text(JSON.stringify(schema, null, 2));
  output.value(schema);
  return exitCodes.ok;
}

async function runTest({ output }: Invocation, options: { readonly junit?: string }, [files]: [string[]]): Promise<ExitCode> {
  return runCaseFiles(files, { output, junitFile: options.junit ?? null }) ? exitCodes.ok : exitCodes.wrong;
}

async function runBacktestCommand(invocation: Invocation, options: BacktestOptions): Promise<ExitCode> {
  const { output, env } = invocation;
  const ruleSet = loadRules(options.rules ?? (env['VIGIE_RULES_FILE'] || defaultRulesFile));
  const nowMs = Date.now();
  const rules = chooseRules(ruleSet.rules, options.rule ?? []);
  const sweep = options.sweep === undefined ? null : readSweep(options.sweep, rules);
  const sinceMs = readMoment('--since', options.since, nowMs);
  const askedUntilMs = options.until === undefined ? nowMs : readMoment('--until', options.until, nowMs);
  const context = invocation.open();
  const standing = await standingOf(context);
  const untilMs = Math.min(askedUntilMs, standing.completeThroughMs);
  if (sinceMs >= untilMs) {
    const until = new Date(untilMs).toISOString();
    throw new CliError(
      `--since: expected a moment before ${until}, where --until or the numbers end, found ${options.since}`,
      exitCodes.usage,
    );
  }
  const passedCount = ruleSet.rules.filter(({ kind }) => kind === 'pipeline').length;
  if (options.rule === undefined && passedCount > 0) {
    output.talk(`${plural(passedCount, 'rule')} on Vigie's own signals left out: there is no history of those`);
  }
  const progress = startProgress(output, 'reading the history', 'windows');
  const startedMs = performance.now();
  const source = {
    clickhouse: context.clickhouse(),
    standing,
    settings: context.settings,
    onProgress: (done: number, total: number | null) => progress.set(done, total),
  };
  const columnCount = output.json ? 100 : columnCountFor(process.stdout.columns || 100);
  const report = await runBacktest(source, { ruleSet, rules, sinceMs, untilMs, sweep, columnCount });
  const windowCount = report.rules.reduce((sum, rule) => sum + rule.report.windowCount, 0);
  const tookS = ((performance.now() - startedMs) / 1000).toFixed(1);
  progress.end(`judged ${windowCount.toLocaleString('en-US')} windows of ${plural(rules.length, 'rule')} in ${tookS} s`);
  output.text(renderBacktest(report, output));
  output.value(backtestJson(report));
  return exitCodes.ok;
}

/** Through which moment the numbers are complete: a backtest judges no window beyond it. */
async function standingOf(context: Context): Promise<{ generation: number; completeThroughMs: number }> {
  const meta = await readMeta(context.redis(), context.place);
  if (meta === null) throw new CliError('expected a consumer to have counted something, found nothing in Redis; start one with vigie up');
  const standing = await readStanding(context.clickhouse(), { topic: context.place.topic, ...meta });
  const { completeThroughMs, generation } = standing;
  if (completeThroughMs !== null) return { generation, completeThroughMs };
  throw new CliError(
    'expected ClickHouse to have heard of every partition, found some that it has not; is the consumer running, and for ten seconds at least?',
  );
}
