import { Command } from 'commander';
import { addAlertsCommands } from './commands/alerts.ts';
import { addDeadLetterCommands } from './commands/dead-letters.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addImportCommand } from './commands/import.ts';
import { addKpiCommands } from './commands/kpi.ts';
import { addPublishCommand } from './commands/publish.ts';
import { addRebuildCommand } from './commands/rebuild.ts';
import { addRulesCommands } from './commands/rules.ts';
import { addSimulateCommand } from './commands/simulate.ts';
import { addSqlCommand } from './commands/sql.ts';
import { addStackCommands } from './commands/stack.ts';
import { addVerifyCommand } from './commands/verify.ts';
import { addWatchCommand } from './commands/watch.ts';

const footer = `
Data goes to stdout, everything said about it to stderr; --json prints the data as JSON.
Exit codes: 0 done, 1 done and something is wrong (a difference, a refused line, a missing alert), 2 wrong usage,
            3 a server, file or prerequisite is missing, 130 interrupted.
Servers are those of VIGIE_KAFKA_BROKERS, VIGIE_REDIS_URL and VIGIE_CLICKHOUSE_URL, else those of a running "vigie up".`;

/** The whole command line. */
export function createProgram(): Command {
  const program = new Command('vigie')
    .description('The lookout: business events in, exact live KPIs out, an alarm when one crosses its limit.')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .addHelpText('after', footer)
    // Ours to end: connections are closed first.
    .exitOverride();
  addDemoCommand(program);
  addStackCommands(program);
  addDoctorCommand(program);
  addSimulateCommand(program);
  addPublishCommand(program);
  addImportCommand(program);
  addKpiCommands(program);
  addAlertsCommands(program);
  addWatchCommand(program);
  addVerifyCommand(program);
  addRebuildCommand(program);
  addDeadLetterCommands(program);
  addRulesCommands(program);
  addSqlCommand(program);
  return program;
}
