import { kpiById, kpiDefs, measuresOf } from '@vigie/kpis';
import type { Command } from 'commander';
import { askKpi, type KpiQuestion, type KpiReply, readQuestion, unknownKpi } from '../ask/ask-kpi.ts';
import { answerJson, renderKpi } from '../ask/render-kpi.ts';
import { explainReply } from '../ask/explain-reply.ts';
import { exitCodes } from '../console/cli-error.ts';
import { renderTable } from '../console/table.ts';
import type { Context } from '../context.ts';
import { type Invocation, readTenant, runs } from './command.ts';

interface KpiOptions {
  readonly window: string;
  readonly by?: string;
  readonly tenant: string;
  readonly sql?: boolean;
}

export function addKpiCommands(program: Command): void {
  const kpi = program.command('kpi').helpCommand(false).description('list KPIs, get one, explain one');
  runs(kpi.command('list').description('all KPIs with unit, formula and dimensions'), listKpis);
  runs(questionOptions(kpi.command('get').argument('<kpi>', 'such as customer_churn_rate')).description('a KPI, live'), getKpi);
  runs(
    questionOptions(kpi.command('explain').argument('<kpi>', 'such as customer_churn_rate')).description(
      'a KPI with the numbers put into its formula, and the SQL that gives the same number',
    ),
    explainKpi,
  );
}

function questionOptions(command: Command): Command {
  return command
    .option('--window <window>', '90m, 24h, 30d; 2026, 2026-Q1, 2026-03, 2026-W10; last_month; 2026-01-01..2026-02-01', '30d')
    .option('--by <dimension>', 'one row per value of channel, campaign, segment, country or plan')
    .option('--tenant <tenant>', 'whose numbers', 'default')
    .option('--sql', 'ask ClickHouse instead of Redis');
}

async function listKpis({ output }: Invocation): Promise<0> {
  output.value(
    kpiDefs.map((def) => ({ ...def, measures: measuresOf(def).map(({ id, kind, money, meaning }) => ({ id, kind, money, meaning })) })),
  );
  const rows = kpiDefs.map((def) => [def.id, def.unit, def.formula, def.onlyBy ?? def.dimensions.join(' ')]);
  output.text(renderTable([{ title: 'kpi' }, { title: 'unit' }, { title: 'formula' }, { title: 'by' }], rows, output.colors.dim));
  return exitCodes.ok;
}

async function ask(context: Context, kpi: string, options: KpiOptions): Promise<{ question: KpiQuestion; reply: KpiReply }> {
  const tenant = readTenant(options.tenant);
  const question = readQuestion({ kpi, ...options, tenant }, context.settings.of(tenant), Date.now());
  return { question, reply: await askKpi(context, question, options.sql === true ? 'sql' : 'live') };
}

async function getKpi(invocation: Invocation, options: KpiOptions, [kpi]: [string]): Promise<0> {
  const { output } = invocation;
  // Before anything is opened: a wrong name needs no servers to be told.
  if (kpiById(kpi) === undefined) throw unknownKpi(kpi);
  const { question, reply } = await ask(invocation.open(), kpi, options);
  if (reply.note !== null) output.talk(`note: ${reply.note}`);
  output.text(renderKpi(question, reply, output));
  output.value(replyJson(reply));
  return exitCodes.ok;
}

async function explainKpi(invocation: Invocation, options: KpiOptions, [kpi]: [string]): Promise<0> {
  const { output } = invocation;
  if (kpiById(kpi) === undefined) throw unknownKpi(kpi);
  const context = invocation.open();
  const { question, reply } = await ask(context, kpi, options);
  if (reply.note !== null) output.talk(`note: ${reply.note}`);
  const explained = explainReply(question, reply, `${context.config.clickhouse.database}_kpi`);
  output.text(explained.map(({ text, sql }) => `${text}\n\n${output.colors.dim('The same number in SQL:')}\n${sql}`).join('\n\n'));
  output.value(explained.map(({ answer, text, sql }) => ({ ...answerJson(answer), explanation: text, sql })));
  return exitCodes.ok;
}

function replyJson({ total, slices, note }: KpiReply): unknown {
  return { total: total === null ? null : answerJson(total), slices: slices.map(answerJson), note };
}
