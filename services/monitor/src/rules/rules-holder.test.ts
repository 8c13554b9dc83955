import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuleSet } from '@vigie/alerting';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Send } from '../channels/send.ts';
import { holdRules, RulesFileError, type RulesHolder } from './rules-holder.ts';

let folder = '';
let file = '';
let said: string[] = [];
let outcomes: string[] = [];
let dryRun: (ruleSet: RuleSet) => Promise<void> = async () => {};
let openChannels = (): ReadonlyMap<string, Send> => new Map();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-rules-'));
  file = join(folder, 'rules.yaml');
  [said, outcomes] = [[], []];
  dryRun = async () => {};
  openChannels = () => new Map();
});
afterEach(() => rmSync(folder, { recursive: true }));

const rulesText = (uid: string, limit = '5'): string => `version: 1
rules:
  - uid: ${uid}
    kpi: customer_churn_rate
    window: { size: 30d, every: 1h }
    severity: { warning: { at_or_above: ${limit} } }
`;
const write = (text: string): void => writeFileSync(file, text);
const hold = (): RulesHolder =>
  holdRules({
    file,
    openChannels: () => openChannels(),
    dryRun: (ruleSet) => dryRun(ruleSet),
    logger: {
      info: (context: unknown) => void said.push(JSON.stringify(context)),
      error: (context: unknown) => void said.push(JSON.stringify(context)),
    },
    onReload: (outcome) => void outcomes.push(outcome),
  });
const running = (holder: RulesHolder): string[] =>
  holder
    .active()
    .ruleSet.rules.map(({ uid }) => uid)
    .filter((uid) => uid !== 'vigie-lost-messages');

describe('rules that change while the monitor runs', () => {
  test('are swapped whole when the file changes, and left alone when it does not', async () => {
    write(rulesText('first'));
    const holder = hold();
    expect(await holder.reload()).toBe(false);
    write(rulesText('second'));
    expect(await holder.reload()).toBe(true);
    expect(running(holder)).toEqual(['second']);
    expect(outcomes).toEqual(['swapped']);
  });

  test('are read again although the text is the same when somebody asks by signal: a secret may have changed', async () => {
    write(rulesText('first'));
    const holder = hold();
    let openCount = 0;
    openChannels = () => {
      openCount += 1;
      return new Map();
    };
    expect(await holder.reload(true)).toBe(true);
    expect(openCount).toBe(1);
  });

  test.each([
    ['a mistake in the file', () => write(rulesText('second', 'five')), 'rules[0].severity.warning.at_or_above'],
    ['an unknown key', () => write(rulesText('second').replace('kpi:', 'kpy:')), 'Did you mean kpi?'],
    ['a file that is gone', () => rmSync(file), 'ENOENT'],
    [
      'a secret that is missing',
      () => {
        write(rulesText('second'));
        openChannels = () => {
          throw new Error('channel ops, OPS_SECRET: expected a secret');
        };
      },
      'OPS_SECRET',
    ],
    [
      'a dry run that fails',
      () => {
        write(rulesText('second'));
        dryRun = async () => {
          throw new Error('rule second: no such measure');
        };
      },
      'no such measure',
    ],
  ])('stay as they were after %s, which is told once', async (_, breakIt, reason) => {
    write(rulesText('first'));
    const holder = hold();
    breakIt();
    expect(await holder.reload()).toBe(false);
    expect(await holder.reload()).toBe(false);
    expect(running(holder)).toEqual(['first']);
    expect(holder.problem()).toContain(reason);
    expect(outcomes).toEqual(['refused']);
    expect(said).toHaveLength(1);
  });

  test('are swapped one after the other: a slow dry run of an older text does not come in after a newer one', async () => {
    write(rulesText('first'));
    const holder = hold();
    const slow = Promise.withResolvers<void>();
    dryRun = ({ rules }) => (rules.some(({ uid }) => uid === 'older') ? slow.promise : Promise.resolve());
    write(rulesText('older'));
    const older = holder.reload();
    await Promise.resolve();
    write(rulesText('newer'));
    const newer = holder.reload();
    slow.resolve();
    await Promise.all([older, newer]);
    expect(running(holder)).toEqual(['newer']);
  });

  test('that were refused are taken once they are mended, and going back to the old text ends the complaint', async () => {
    write(rulesText('first'));
    const holder = hold();
    write('version: 2\n');
    await holder.reload();
    write(rulesText('first'));
    await holder.reload();
    expect(holder.problem()).toBeNull();
    write(rulesText('third'));
    expect(await holder.reload()).toBe(true);
    expect(running(holder)).toEqual(['third']);
  });

  test('that say nothing of lost messages get a rule that does, and keep their own if they have one', () => {
    write(rulesText('first'));
    expect(
      hold()
        .active()
        .ruleSet.rules.map(({ kpi }) => kpi),
    ).toContain('delivery_dead');
    const own = '  - { uid: own, signal: delivery_dead, severity: { critical: { at_or_above: 3 } } }\n';
    write(`${rulesText('first')}${own}`);
    expect(
      hold()
        .active()
        .ruleSet.rules.map(({ uid }) => uid),
    ).toEqual(['first', 'own']);
  });

  test('must be in order at the start', () => {
    write('version: 1\nrules: 3\n');
    expect(hold).toThrow(RulesFileError);
  });
});
