import type { RuleSet } from '@vigie/alerting';
import { type AlertStore, createAlertStore } from '@vigie/redis';
import { CliError } from '../console/cli-error.ts';
import type { Context } from '../context.ts';
import { defaultRulesFile, loadRules } from '../rules/load-rules.ts';
import { type Alert, alertsOf } from './alerts-of.ts';
import { type Board, readBoard } from './board.ts';

/** Where people deal with alerts: the store, and the rules as the monitor has them. */
export interface Desk {
  readonly context: Context;
  readonly store: AlertStore;
  readonly ruleSet: RuleSet | null;
  readonly rulesFile: string;
  /** Why the rules file cannot be used; alerts are shown all the same, without what only it knows. */
  readonly rulesProblem: string | null;
}

export function openDesk(context: Context): Desk {
  const rulesFile = context.environment['VIGIE_RULES_FILE'] || defaultRulesFile;
  const store = createAlertStore(context.redis(), context.place.prefix);
  try {
    return { context, store, rulesFile, ruleSet: loadRules(rulesFile), rulesProblem: null };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { context, store, rulesFile, ruleSet: null, rulesProblem: error.message };
  }
}

export async function readAlerts({ store, ruleSet }: Desk, nowMs: number): Promise<{ board: Board; alerts: readonly Alert[] }> {
  const board = await readBoard(store, ruleSet, nowMs);
  return { board, alerts: alertsOf(board) };
}

/** The zone of the tenants; of several zones none is everybody's, so it is UTC. */
export function zoneOf({ context }: Pick<Desk, 'context'>, tenants: Iterable<string>): string {
  const zones = [...new Set([...tenants].map((tenant) => context.settings.of(tenant).zone))];
  return zones.length === 1 ? zones[0]! : zones.length === 0 ? context.settings.of('default').zone : 'UTC';
}
