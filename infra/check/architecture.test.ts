import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkArchitecture } from './architecture.ts';

let root: string;

/** A project of one package per layer, without a problem; each test plants one. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vigie-architecture-'));
  for (const folder of ['packages/events', 'packages/kpis', 'packages/alerting', 'packages/runtime', 'packages/kafka', 'packages/redis'])
    addPackage(folder);
  for (const folder of ['packages/testkit', 'services/consumer', 'services/monitor', 'examples/shop']) addPackage(folder);
  plant('infra/check/baseline.json', '{}');
  plant('vitest.config.ts', '');
  plant('packages/kpis/src/rate.ts', "import { z } from 'zod';\nimport { decode } from '@vigie/events';\nexport const at = new Date(0);\n");
  plant('packages/kafka/src/client.ts', "import { Kafka } from 'kafkajs';\nimport { retry } from '@vigie/runtime';\n");
  plant(
    'services/consumer/src/main.ts',
    "import { apply } from '@vigie/redis';\nconst env = process.env;\nconst now = () => Date.now();\n",
  );
});

afterEach(() => rmSync(root, { recursive: true }));

function plant(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function addPackage(folder: string, manifest: object = {}): void {
  const listed = {
    'packages/kpis': ['events'],
    'packages/kafka': ['runtime'],
    'services/consumer': ['redis'],
    'services/monitor': ['kpis', 'redis'],
  };
  const names = (listed as Record<string, string[]>)[folder] ?? [];
  const dependencies = Object.fromEntries(names.map((name) => [`@vigie/${name}`, '*']));
  const devDependencies = folder.startsWith('services/') ? { '@vigie/testkit': '*' } : {};
  const scripts = { typecheck: 'tsc' };
  plant(
    `${folder}/package.json`,
    JSON.stringify({ name: `@vigie/${folder.split('/')[1]}`, scripts, dependencies, devDependencies, ...manifest }),
  );
}

function linesOf(count: number): string {
  return '// line\n'.repeat(count);
}

test('a project that keeps the rules has no problem', () => {
  expect(checkArchitecture(root)).toEqual([]);
});

describe('import directions', () => {
  test.for([
    ['events may not import kpis', 'packages/events/src/a.ts', "import type { Kpi } from '@vigie/kpis';"],
    ['the core may not import runtime', 'packages/kpis/src/a.ts', "export { retry } from '@vigie/runtime';"],
    ['runtime may not import an adapter', 'packages/runtime/src/a.ts', "import { apply } from '@vigie/redis';"],
    ['adapters may not import each other', 'packages/redis/src/a.ts', "import { produce } from '@vigie/kafka';"],
    ['services may not import each other', 'services/monitor/src/a.ts', "import { app } from '@vigie/consumer';"],
    ['a dynamic import counts', 'packages/redis/src/a.ts', "const kafka = await import('@vigie/kafka');"],
    ['the fixtures of tests stay out of sources', 'services/monitor/src/a.ts', "import { eventually } from '@vigie/testkit';"],
    ['a test of the core may not import runtime', 'packages/kpis/src/a.test.ts', "import { retry } from '@vigie/runtime';"],
    ['another package is imported by its name', 'services/monitor/src/a.ts', "import { z } from '../../../packages/kpis/src/rate.ts';"],
    ['a package is imported at its front door', 'services/monitor/src/a.ts', "import { z } from '@vigie/kpis/src/rate.ts';"],
    ['infra imports no package', 'infra/check/a.ts', "import { z } from '@vigie/kpis';"],
    ['an example may not import a service', 'examples/shop/mapping.ts', "import { app } from '@vigie/consumer';"],
  ])('%s', ([, path, text]) => {
    plant(path!, `const x = 1;\n${text}\n`);
    const problems = checkArchitecture(root).filter((problem) => !problem.includes('package.json: '));
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${path}:2: expected .*, found .*`))]);
  });

  test('tests may use the fixtures', () => {
    plant('services/monitor/src/a.int.test.ts', "import { eventually } from '@vigie/testkit';\n");
    expect(checkArchitecture(root)).toEqual([]);
  });

  test('what is imported stands in package.json', () => {
    plant('services/monitor/src/a.ts', "import { client } from '@vigie/kafka';\n");
    plant('services/monitor/src/b.ts', "import { client } from '@vigie/kafka';\n");
    expect(checkArchitecture(root)).toEqual([
      expect.stringContaining('services/monitor/package.json: expected @vigie/kafka, which services/monitor/src/'),
    ]);
  });

  test('a package without a place among the layers is a problem', () => {
    addPackage('packages/new');
    plant('packages/new/src/a.ts', "import { z } from '@vigie/kpis';\n");
    expect(checkArchitecture(root)).toContainEqual(expect.stringContaining('expected packages/new to have a place among the layers'));
  });
});

describe('client libraries', () => {
  test.for([
    ['kafkajs outside packages/kafka', 'services/consumer/src/a.ts', "import { Kafka } from 'kafkajs';"],
    ['a path inside ioredis', 'packages/kafka/src/a.ts', "import { x } from 'ioredis/built/utils';"],
    ['a scoped one', 'packages/runtime/src/a.ts', "import { createClient } from '@clickhouse/client';"],
  ])('%s', ([, path, text]) => {
    plant(path!, `${text}\n`);
    expect(checkArchitecture(root)).toEqual([
      expect.stringMatching(/^\S+:1: expected '\S+' to be imported in packages\/\w+ alone, found it in/),
    ]);
  });
});

describe('the pure core', () => {
  test.for([
    ['a client library', "import { Redis } from 'ioredis';"],
    ['files', "import { readFileSync } from 'node:fs';"],
    ['sockets', "import net from 'node:net';"],
    ['the environment', "const zone = process.env['TZ'];"],
    ['the clock', 'const at = Date.now();'],
    ['the clock, handed on', 'const clock = Date.now;'],
    ['the clock, as an object', 'const at = new Date();'],
    ['the clock, as text', 'const at = Date();'],
    ['a timer', 'setTimeout(() => {}, 5);'],
    ['chance', 'const die = Math.random();'],
    ['chance from node:crypto', "import { createHash, randomUUID } from 'node:crypto';"],
    ['the network', "await fetch('http://x');"],
  ])('may not reach for %s', ([, text]) => {
    plant('packages/alerting/src/a.ts', `const x = 1;\n${text}\n`);
    expect(checkArchitecture(root)).toEqual([expect.stringMatching(/^packages\/alerting\/src\/a\.ts:2: expected the pure core /)]);
  });

  test('may hash, take dates apart and call its own properties what it likes', () => {
    plant(
      'packages/alerting/src/a.ts',
      "import { createHash } from 'node:crypto';\nconst at = new Date(5);\nconst p = task.process;\nconst u = Date.UTC(1970);\n",
    );
    expect(checkArchitecture(root)).toEqual([]);
  });

  test('may read files in its tests', () => {
    plant('packages/alerting/src/a.test.ts', "import { readFileSync } from 'node:fs';\nconst at = Date.now();\n");
    expect(checkArchitecture(root)).toEqual([]);
  });
});

test("the environment is read in a service's main.ts alone", () => {
  plant('services/monitor/src/a.ts', 'const url = process.env.URL;\n');
  plant('packages/redis/src/a.ts', 'const now = Date.now();\nconst url = process.env.URL;\n');
  expect(checkArchitecture(root).toSorted()).toEqual([
    expect.stringMatching(/^packages\/redis\/src\/a\.ts:2: .* found process\.env/),
    expect.stringMatching(/^services\/monitor\/src\/a\.ts:1: .* found process\.env/),
  ]);
});

describe('sizes', () => {
  test('a file of 300 lines is held, one of 301 is not, also in another language', () => {
    plant('packages/kpis/src/a.ts', linesOf(300));
    plant('packages/kpis/src/b.ts', linesOf(301));
    plant('packages/redis/src/c.lua', linesOf(301));
    expect(checkArchitecture(root)).toEqual([
      expect.stringMatching(/^packages\/kpis\/src\/b\.ts: lines: expected at most 300, found 301/),
      expect.stringMatching(/^packages\/redis\/src\/c\.lua: lines: expected at most 300, found 301/),
    ]);
  });

  test('a function of 70 lines is held, one of 71 is not', () => {
    plant('packages/kpis/src/a.ts', `function held() {\n${linesOf(68)}}\nconst long = () => {\n${linesOf(69)}};\n`);
    expect(checkArchitecture(root)).toEqual([expect.stringMatching(/a\.ts: lines of long: expected at most 70, found 71 \(line 71\)/)]);
  });

  test('three parameters are held, four are not, and `this` is none', () => {
    plant('packages/kpis/src/a.ts', 'class A { held(this: A, a, b, c) {} wide(a, b, c, d) {} }\n');
    expect(checkArchitecture(root)).toEqual([expect.stringMatching(/a\.ts: parameters of wide: expected at most 3, found 4/)]);
  });

  test('a describe block is a chapter, a test is a function', () => {
    const long = `() => {\n${linesOf(80)}}`;
    plant('packages/kpis/src/a.test.ts', `describe('a', ${long});\ndescribe.each([1])('b', ${long});\n`);
    plant('packages/kpis/src/b.test.ts', `test('c', ${long});\n`);
    expect(checkArchitecture(root)).toEqual([expect.stringContaining('packages/kpis/src/b.test.ts: lines of')]);
  });
});

describe('the baseline', () => {
  const what = 'packages/kpis/src/a.ts: lines';

  function problemsWith(lineCount: number, baseline: object): string[] {
    plant('packages/kpis/src/a.ts', linesOf(lineCount));
    plant('infra/check/baseline.json', JSON.stringify(baseline));
    return checkArchitecture(root);
  }

  test('holds what it names, and not a line more', () => {
    expect(problemsWith(310, { [what]: 310 })).toEqual([]);
    expect(problemsWith(311, { [what]: 310 })).toEqual([expect.stringContaining('expected at most 310, found 311')]);
  });

  test('must shrink when the code has', () => {
    expect(problemsWith(305, { [what]: 310 })).toEqual([expect.stringContaining('lower it to 305')]);
    expect(problemsWith(300, { [what]: 310 })).toEqual([expect.stringContaining('remove the entry')]);
    expect(problemsWith(10, { 'packages/gone.ts: lines': 310 })).toEqual([expect.stringContaining('remove the entry')]);
  });
});

describe('package.json', () => {
  test.for([
    ['a dependency to the right', { dependencies: { '@vigie/redis': '*' } }, 'expected dependencies that lie left of packages/runtime'],
    ['an adapter for tests', { devDependencies: { '@vigie/redis': '*' } }, 'expected devDependencies that lie left of packages/runtime'],
    ['an open version', { dependencies: { zod: '^4.6.7' } }, 'expected zod in dependencies at one exact version'],
    ['no type check', { scripts: {} }, 'expected a script "typecheck"'],
  ] as const)('%s', ([, manifest, expected]) => {
    addPackage('packages/runtime', manifest);
    expect(checkArchitecture(root)).toEqual([expect.stringContaining(`packages/runtime/package.json: ${expected}`)]);
  });

  test('a circle through the dependencies of tests', () => {
    addPackage('packages/redis', { devDependencies: { '@vigie/testkit': '*' } });
    addPackage('packages/testkit', { dependencies: { '@vigie/redis': '*' } });
    expect(checkArchitecture(root)).toEqual([
      expect.stringMatching(/no circle among the packages, found @vigie\/redis -> @vigie\/testkit -> @vigie\/redis/),
    ]);
  });
});
