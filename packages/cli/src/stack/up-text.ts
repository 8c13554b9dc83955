import type { RuleSet } from '@vigie/alerting';
import { plural } from '../alerts/words.ts';

interface UpText {
  /** null: the monitor's own log says what is wrong with them. */
  readonly ruleSet: RuleSet | null;
  readonly rulesFile: string;
  /** As it was asked for; null where commands find it by themselves. */
  readonly dataDir: string | null;
  readonly bold: (text: string) => string;
}

/** The last lines of `vigie up`: which rules run, whom they tell, and commands for another terminal as they can be copied. */
export function upText({ ruleSet, rulesFile, dataDir, bold }: UpText): string {
  const where = dataDir === null ? '' : ` --data-dir ${/^[\w./-]+$/.test(dataDir) ? dataDir : `'${dataDir.replaceAll("'", "'\\''")}'`}`;
  const vigie = (text: string): string => `  ${bold(`npm run vigie -- ${text}${where}`)}`;
  const rules = ruleSet === null ? '' : `: ${plural(ruleSet.rules.length, 'rule')}`;
  const channels = (ruleSet?.channels ?? []).map(({ name, type }) => (name === type ? name : `${name} (${type})`));
  return [
    `Rules ${rulesFile}${rules}; a change of the file is taken while it runs`,
    ...(channels.length === 0 ? [] : [`Channels: ${channels.join(', ')}`]),
    '',
    'Vigie is up. Ctrl-C stops it. In another terminal:',
    vigie('simulate --days 60 --rate 200'),
    vigie('watch'),
    vigie('kpi get customer_churn_rate'),
  ].join('\n');
}
