import { relative, resolve } from 'node:path';
import type { Stack } from '../stack/start-stack.ts';
import type { DemoRule } from './demo-rules.ts';
import type { Scene } from './scene.ts';
import type { Told } from './story.ts';

/** Commands for another terminal, as they can be copied. */
export function whatToTry({ folder, rulesFile, output }: Scene, stack: Stack, { simulatorUrl, rules }: Told): readonly string[] {
  const { bold, dim } = output.talkColors;
  const path = shortest(folder);
  const vigie = (text: string): string => bold(`npm run -s vigie -- ${text} --data-dir ${path}`);
  const pid = (service: string): string => String(stack.services.find(({ name }) => name === service)?.pid() ?? '?');
  const incident = (text: string): string => bold(`curl -d '${text}' ${simulatorUrl}/incidents`);
  const tries: readonly (readonly [string, ...string[]])[] = [
    ['see KPIs and alerts live, with keys to acknowledge and silence', vigie('watch')],
    ['what happened, and everything that the alert said', vigie('alerts history'), vigie('alerts show churn-30d')],
    ['where a number comes from', vigie('kpi explain customer_churn_rate')],
    [
      'try limits on the past week: what would have fired?',
      vigie(`rules backtest --rules ${shortest(rulesFile)} --since 7d --sweep "${sweepOf(rules)}"`),
    ],
    ['another wave: an alert within two minutes, over within two more', incident('churn-wave/90s:share=0.3')],
    [
      'while it fires: list it, acknowledge it, or hold its messages',
      vigie('alerts list'),
      vigie('alerts ack churn-30d'),
      vigie('alerts silence add --matcher rule=churn-30d --for 10m --comment "seen it"'),
    ],
    ['a channel becomes dear, until the vendor credits it', incident('cac-jump/90s')],
    [
      `kill consumer and monitor; nothing is lost, nothing counts twice`,
      bold(`kill -9 ${pid('consumer')} ${pid('monitor')}`),
      vigie('verify'),
    ],
  ];
  return [
    `It stays live until ${bold('Ctrl-C')}. To try in another terminal:`,
    ...tries.flatMap(([why, ...commands]) => [`  ${dim(why)}`, ...commands.map((command) => `    ${command}`)]),
  ];
}

/** Limits around that of the first rule. */
function sweepOf([rule]: readonly DemoRule[]): string {
  if (rule === undefined) return '';
  const limit = Math.round(Number(rule.limit));
  return `${rule.uid}: critical ${limit - 2}..${limit + 1} step 0.5`;
}

function shortest(path: string): string {
  const near = relative(process.cwd(), resolve(path));
  return near.startsWith('..') ? resolve(path) : near;
}
