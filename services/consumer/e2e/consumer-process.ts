import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@vigie/testkit';
import { expect } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface Fault {
  /** `name`, or `name:3` for its third passing. */
  readonly point: string;
  readonly action?: 'kill' | 'pause';
}

/** A real consumer in a process of its own, its log in a file. */
export class ConsumerProcess {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #exited: Promise<NodeJS.Signals | number | null>;
  #exit: NodeJS.Signals | number | null = null;

  constructor(environment: Readonly<Record<string, string>>, fault?: Fault, command?: 'rebuild') {
    this.#folder = mkdtempSync(join(tmpdir(), 'vigie-consumer-'));
    const log = openSync(join(this.#folder, 'log'), 'a');
    this.#child = spawn(process.execPath, command === undefined ? [main] : [main, command], {
      env: {
        ...process.env,
        ...environment,
        // Dozens of starts a run: compiling once is half of each.
        NODE_COMPILE_CACHE: join(tmpdir(), 'vigie-compile-cache'),
        VIGIE_HTTP_PORT: '0',
        VIGIE_LOG_LEVEL: 'info',
        VIGIE_FAULT_FILE: this.#faultFile,
        ...(fault === undefined ? {} : { VIGIE_FAULT_POINT: fault.point, VIGIE_FAULT_ACTION: fault.action ?? 'kill' }),
      },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve((this.#exit = signal ?? code)));
    });
  }

  get #faultFile(): string {
    return join(this.#folder, 'fault');
  }

  get logFile(): string {
    return join(this.#folder, 'log');
  }

  get log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** The exit code or signal, once it has ended by itself. */
  ended(): Promise<NodeJS.Signals | number | null> {
    return this.#exited;
  }

  /** Null while it runs. */
  get exit(): NodeJS.Signals | number | null {
    return this.#exit;
  }

  /** When the fault happened; null while it has not. */
  get faultAtMs(): number | null {
    if (!existsSync(this.#faultFile)) return null;
    return Date.parse(readFileSync(this.#faultFile, 'utf8').split(' ')[2] ?? '') || null;
  }

  /** The partitions of the last assignment; null before the first. */
  get partitions(): readonly number[] | null {
    const last = this.logLines('kafka: partitions assigned').at(-1);
    return last === undefined ? null : (last['partitions'] as number[]);
  }

  logLines(message: string): Record<string, unknown>[] {
    return this.log
      .split('\n')
      .filter((line) => line.startsWith('{') && line.includes(JSON.stringify(message)))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Status and text of its own /readyz. */
  async readyz(): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.#url}/readyz`);
    return { status: response.status, text: await response.text() };
  }

  /** One of its metrics, summed over labels. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.#url}/metrics`)).text();
    const values = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    return values.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  get #url(): string {
    return `http://127.0.0.1:${String(this.logLines('consumer: serving').at(-1)?.['port'])}`;
  }

  async untilServing(): Promise<void> {
    await eventually(() => expect(this.#running('consumer: serving')).toBe(true), { deadlineMs: 60_000 });
  }

  async untilAssigned(partitionCount: number): Promise<void> {
    const assigned = (): number => (this.#running('kafka: partitions assigned') ? this.partitions!.length : 0);
    await eventually(() => expect(assigned()).toBe(partitionCount), { deadlineMs: 60_000 });
  }

  /** The proof that a fault test is none without: the process was at the point, and died of it. Gives the moment. */
  async untilKilledAt(point: string): Promise<number> {
    await eventually(() => expect(this.#exit, `void: ${point} was not reached, see ${this.logFile}`).not.toBeNull(), {
      deadlineMs: 60_000,
    });
    expect(this.#exit, `void: expected SIGKILL at ${point}, see ${this.logFile}`).toBe('SIGKILL');
    return this.#provenAt(point);
  }

  async untilPausedAt(point: string): Promise<number> {
    await eventually(() => expect(this.faultAtMs, `void: ${point} was not reached, see ${this.logFile}`).not.toBeNull(), {
      deadlineMs: 60_000,
    });
    return this.#provenAt(point);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGKILL, from outside. */
  async kill(): Promise<void> {
    if (this.#exit === null) this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** SIGTERM: it drains, and how it ended is handed back. */
  async stop(): Promise<NodeJS.Signals | number | null> {
    if (this.#exit === null) this.#child.kill('SIGTERM');
    return this.#exited;
  }

  /** Removes its log; a test that failed keeps it. */
  forget(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #running(message: string): boolean {
    expect(this.#exit, `expected the consumer to run, see ${this.logFile}`).toBeNull();
    return this.logLines(message).length > 0;
  }

  #provenAt(point: string): number {
    expect(readFileSync(this.#faultFile, 'utf8'), 'void: the fault left no proof').toMatch(
      new RegExp(`^${point.replace(/:\d+$/, '').replace('.', '\\.')} \\d+ `),
    );
    return this.faultAtMs!;
  }
}
