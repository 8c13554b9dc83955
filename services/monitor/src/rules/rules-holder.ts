import { readFileSync } from 'node:fs';
import { formatProblems, parseRules, type RuleSet } from '@vigie/alerting';
import { kpiDefs } from '@vigie/kpis';
import type { Logger } from '@vigie/runtime';
import type { Send } from '../channels/send.ts';

/** Rules with the senders of their channels: they change together or not at all. */
export interface ActiveRules {
  readonly ruleSet: RuleSet;
  readonly senders: ReadonlyMap<string, Send>;
}

export interface RulesHolderOptions {
  readonly file: string;
  readonly openChannels: (ruleSet: RuleSet) => ReadonlyMap<string, Send>;
  /** Judges every rule once without storing anything; throws where one cannot be. */
  readonly dryRun: (ruleSet: RuleSet) => Promise<void>;
  readonly logger: Pick<Logger, 'info' | 'error'>;
  readonly onReload: (outcome: 'swapped' | 'refused') => void;
}

export interface RulesHolder {
  readonly active: () => ActiveRules;
  /** Reads the file when its text is another one, or when `force` asks; true when the rules were swapped. */
  readonly reload: (force?: boolean) => Promise<boolean>;
  /** Why the file as it is now is not what runs; null when it is. */
  readonly problem: () => string | null;
}

export class RulesFileError extends Error {
  override readonly name = 'RulesFileError';
}

/**
 * Holds the rules that run, and swaps them for those of the file when it changes.
 *
 * Holds    parse, validate, open channels, dry-run, then swap; on any error the old rules go on, and the reason is told once
 * Errors   RulesFileError when there are no rules to begin with
 */
export function holdRules(options: RulesHolderOptions): RulesHolder {
  const { file, logger } = options;
  let text = readRules(file);
  let active = activate(text, options);
  let refused: { text: string; reason: string } | null = null;

  const refuse = (found: string, error: unknown): false => {
    const reason = error instanceof Error ? error.message : String(error);
    if (refused?.text !== found || refused.reason !== reason) {
      logger.error({ file, reason }, 'the changed rules were refused; the ones before go on');
      options.onReload('refused');
    }
    refused = { text: found, reason };
    return false;
  };

  const reload = async (force: boolean): Promise<boolean> => {
    let found = '';
    try {
      found = readRules(file);
      if (found === text && !force) {
        refused = null;
        return false;
      }
      const next = activate(found, options);
      await options.dryRun(next.ruleSet);
      [text, active, refused] = [found, next, null];
    } catch (error) {
      return refuse(found, error);
    }
    logger.info({ file, ruleCount: active.ruleSet.rules.length, channels: [...active.senders.keys()] }, 'rules swapped');
    options.onReload('swapped');
    return true;
  };
  let reloading: Promise<boolean> = Promise.resolve(false);
  return {
    active: () => active,
    problem: () => refused?.reason ?? null,
    // One after the other: a slow dry run of an older text must not come in after a newer one.
    reload: (force = false) => (reloading = reloading.then(() => reload(force))),
  };
}

function readRules(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new RulesFileError(`expected a readable rules file, found ${code} at ${file}; correct VIGIE_RULES_FILE or the file`, {
      cause: error,
    });
  }
}

function activate(text: string, { file, openChannels }: RulesHolderOptions): ActiveRules {
  const parsed = parseRules(text, kpiDefs);
  if (!parsed.ok) throw new RulesFileError(formatProblems(file, parsed.problems));
  const ruleSet = withLostMessages(parsed.ruleSet);
  return { ruleSet, senders: openChannels(ruleSet) };
}

/** That a channel loses messages must be told on another one, whether the file thought of it or not. */
const lostMessagesText = `version: 1
rules:
  - uid: vigie-lost-messages
    name: A channel loses messages
    signal: delivery_dead
    severity: { warning: { at_or_above: 1 } }
`;

function withLostMessages(ruleSet: RuleSet): RuleSet {
  if (ruleSet.rules.some(({ kpi }) => kpi === 'delivery_dead')) return ruleSet;
  const builtIn = parseRules(lostMessagesText, kpiDefs);
  if (!builtIn.ok) throw new Error(formatProblems('the built-in rule', builtIn.problems));
  return { ...ruleSet, rules: [...ruleSet.rules, ...builtIn.ruleSet.rules] };
}
