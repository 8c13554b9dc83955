import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'vigie-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const shipped = (file: string): string => fileURLToPath(new URL(`../../../../infra/rules/${file}`, import.meta.url));

/** The command line as a person runs it; none of these need a server. */
function vigie(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: status, out: stdout, err: stderr };
}
function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const rules = `version: 1
rules:
  - uid: churn
    kpi: customer_churn_rate
    window: { size: 30d, every: 1h }
    severity: { warning: { at_or_above: 5, recover_below: 4 }, critical: { at_or_above: 8 } }
    for: 2 windows
  - uid: conversion
    kpi: conversion_rate
    window: { size: 7d, every: 1d }
    severity: { warning: { at_or_below: 2 } }
routes:
  default: { channels: [log] }
  children: [{ match: { severity: critical }, channels: [ops] }]
channels:
  ops: { type: kafka, topic: alerts }
`;

describe('vigie rules', () => {
  test('check tells all mistakes with line and column, and ends with 1', () => {
    const path = write(
      'wrong.yaml',
      rules.replace('kpi: conversion_rate', 'kpi: conversoin_rate').replace('channels: [ops]', 'channels: [opps]'),
    );
    const run = vigie('rules', 'check', path);
    expect(run.code).toBe(1);
    expect(run.out).toContain(`${path}:9:10 rules[1].kpi:`);
    expect(run.out).toContain('Did you mean conversion_rate?');
    expect(run.out).toContain(`${path}:14:`);
    expect(run.out).toContain('2 problems');
  });

  test('check says of each rule what it watches, when it fires, who is told and what it needs', () => {
    const { code, out } = vigie('rules', 'check', write('rules.yaml', rules));
    expect(code).toBe(0);
    expect(out).toContain('Customer churn rate over 30d, every hour');
    expect(out).toContain('warning at or above 5 % (recovers below 4 %), critical at or above 8 % (recovers below 8 %)');
    expect(out).toContain('windows breach for 1 h (2 windows)');
    expect(out).toContain('warning: log (route default); critical: ops (route default/severity="critical")');
    expect(out).toContain('ClickHouse, because conversion_rate counts distinct customers');
    const [checked] = JSON.parse(vigie('rules', 'check', join(folder, 'rules.yaml'), '--json').out) as {
      ok: boolean;
      rules: { uid: string }[];
    }[];
    expect([checked?.ok, checked?.rules.map(({ uid }) => uid)]).toEqual([true, ['churn', 'conversion']]);
  });

  test('the shipped rules are in order, and pass their shipped cases', () => {
    expect(vigie('rules', 'check', shipped('rules.yaml')).code).toBe(0);
    const run = vigie('rules', 'test', shipped('rules.test.yaml'));
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toMatch(/all \d+ cases passed/);
  });

  test('schema prints what an editor completes rules by', () => {
    expect(JSON.parse(vigie('rules', 'schema').out)).toMatchObject({ title: 'Vigie rules' });
  });

  test('cases show what was expected, found and where, names what no case exercised, writes JUnit, and ends with 1', () => {
    write('rules.yaml', rules);
    const cases = write(
      'cases.yaml',
      'version: 1\nrules: rules.yaml\ncases:\n  - name: hopeful\n    rule: churn\n    input: { values: 6 x2 }\n    expect: { states: firing x2 }\n',
    );
    const junit = join(folder, 'report.xml');
    const run = vigie('rules', 'test', cases, '--junit', junit);
    expect(run.code).toBe(1);
    expect(run.out).toContain(`window 1  ${cases}:7:`);
    expect(run.out).toContain('expected firing\n');
    expect(run.out).toContain('found    pending warning (value 6)');
    expect(run.out).toContain('conversion: no case exercises anything of it');
    expect(run.out).toContain('1 of 1 case failed');
    expect(readFileSync(junit, 'utf8')).toContain('failures="1"');
  });

  test.each([
    [['rules', 'test', '/no/such/cases.yaml'], 3, 'expected a file of cases that can be read, found ENOENT at /no/such/cases.yaml'],
    [['rules', 'backtest', '--rules', shipped('rules.yaml'), '--rule', 'chrun-30d'], 2, 'did you mean churn-30d?'],
    [['rules', 'backtest', '--rules', shipped('rules.yaml'), '--since', 'yesterday'], 2, '--since: expected a length of time before now'],
    [['rules', 'tets'], 2, 'Did you mean test?'],
  ])('a mistake is told with what to do: %j', (args, code, message) => {
    const run = vigie(...args);
    expect({ code: run.code, out: run.out }).toEqual({ code, out: '' });
    expect(run.err).toContain(message);
  });
});
