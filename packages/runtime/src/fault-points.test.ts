import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFaultPoints } from './index.ts';

const source = new URL('./fault-points.ts', import.meta.url).href;
const program = `import { createFaultPoints } from '${source}';
const fault = createFaultPoints(process.env);
for (const n of [1, 2, 3]) { fault('other'); fault('apply.done'); process.stdout.write('passed ' + n + '\\n'); }`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-fault-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function runWith(env: Record<string, string>): Promise<{ signal: NodeJS.Signals | null; output: string; file: string }> {
  const path = join(folder, 'faults');
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, VIGIE_FAULT_FILE: path, ...env },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const signal = await new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_code, by) => resolve(by)));
  return { signal, output, file: existsSync(path) ? readFileSync(path, 'utf8') : '' };
}

describe('fault points', () => {
  test('the named passing kills the process, and the file proves it', async () => {
    const { signal, output, file } = await runWith({ VIGIE_FAULT_POINT: 'apply.done:2' });
    expect(signal).toBe('SIGKILL');
    expect(output).toBe('passed 1\n');
    expect(file).toMatch(/^apply\.done 2 \d{4}-\d\d-\d\dT[\d:.]+Z \d+\n$/);
  });

  test('without the variable nothing happens', async () => {
    const { signal, output, file } = await runWith({ VIGIE_FAULT_POINT: '' });
    expect([signal, output, file]).toEqual([null, 'passed 1\npassed 2\npassed 3\n', '']);
  });

  test('an unknown action is refused at the start', () => {
    expect(() => createFaultPoints({ VIGIE_FAULT_POINT: 'a', VIGIE_FAULT_ACTION: 'explode' })).toThrow(
      'expected kill or pause, found "explode"',
    );
  });
});
