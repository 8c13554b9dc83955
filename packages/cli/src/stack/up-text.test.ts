import { expect, test } from 'vitest';
import { board } from '../alerts/board.fixture.ts';
import { upText } from './up-text.ts';

const ruleSet = {
  ...board([]).ruleSet!,
  channels: [
    { name: 'log', type: 'log' },
    { name: 'desk', type: 'slack' },
  ] as never,
};
const bold = (text: string): string => text;

test('up says which rules run and whom they tell, and gives commands that find its data folder', () => {
  const text = upText({ ruleSet, rulesFile: '/etc/rules.yaml', dataDir: '/tmp/my vigie', bold });
  expect(text).toContain('Rules /etc/rules.yaml: 2 rules;');
  expect(text).toContain('Channels: log, desk (slack)');
  expect(text).toContain("  npm run vigie -- watch --data-dir '/tmp/my vigie'\n");
});

test('on the usual folder commands need no option, and rules that cannot be read are no obstacle', () => {
  const text = upText({ ruleSet: null, rulesFile: 'r.yaml', dataDir: null, bold });
  expect(text).toContain('Rules r.yaml;');
  expect(text).toMatch(/npm run vigie -- kpi get customer_churn_rate$/);
});
