import { findPython } from '@vigie/testkit';
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { junitXml } from './junit.ts';
import type { CaseFileReport } from './run-case-files.ts';

const python = findPython();
const parser = `
import json, sys, xml.etree.ElementTree as tree
def plain(node): return [node.tag, dict(node.attrib), (node.text or '').strip(), [plain(child) for child in node]]
print(json.dumps(plain(tree.fromstring(sys.stdin.buffer.read()))))`;
type Node = [tag: string, attributes: Record<string, string>, text: string, children: Node[]];

/** Read by an XML parser that is not ours. */
function parsed(xml: string): Node {
  if (!python.ok) throw new Error(python.message);
  return JSON.parse(execFileSync(python.command, ['-c', parser], { input: xml, encoding: 'utf8' })) as Node;
}

const place = { line: 3, column: 5, path: 'cases[0]' };
const report = (...results: Partial<CaseFileReport['results'][number]>[]): CaseFileReport => ({
  ...{ file: 'a & b/<cases>.yaml', rulesFile: 'rules.yaml', tookMs: 1234 },
  results: results.map((result) => ({ name: 'plain', rule: 'churn', place, run: null, failures: [], mistakes: [], ...result })),
});

test.skipIf(!python.ok)('JUnit XML is read back by an XML parser as it was meant, whatever the texts hold', () => {
  const nasty = `"quotes" & <tags> 'too', \n a line, a bell \u0007, ]]>, half a pair \uD800, 𝕏`;
  const xml = junitXml([
    report(
      {},
      { name: nasty, failures: [{ where: 'window 2', expected: '<ok>', found: nasty, place }] },
      { mistakes: [{ text: nasty, place }] },
    ),
  ]);
  const [tag, attributes, , [suite]] = parsed(xml);
  expect([tag, attributes]).toEqual(['testsuites', { name: 'vigie rules test', tests: '3', failures: '1', errors: '1' }]);
  expect(suite?.[1]).toEqual({ name: 'a & b/<cases>.yaml', tests: '3', failures: '1', errors: '1', time: '1.234' });
  const [passed, failed, wrong] = suite![3];
  expect(passed).toEqual(['testcase', { name: 'plain', classname: 'churn', file: 'a & b/<cases>.yaml', line: '3' }, '', []]);
  const held = nasty.replace('\u0007', '\uFFFD').replace('\uD800', '\uFFFD');
  expect(failed?.[1]['name']).toBe(held);
  expect(failed?.[3]).toEqual([
    ['failure', { message: `window 2: expected <ok>, found ${held}` }, `a & b/<cases>.yaml:3:5 window 2: expected <ok>, found ${held}`, []],
  ]);
  expect(wrong?.[3][0]?.slice(0, 2)).toEqual(['error', { message: held }]);
});
