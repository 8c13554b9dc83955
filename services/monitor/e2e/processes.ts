/** The programs of the product as child processes: what a test sees of them is what an operator sees. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from '@vigie/testkit';
import { expect } from 'vitest';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const logCharsMax = 200_000;
const startDeadlineMs = 60_000;

export type Environment = Readonly<Record<string, string>>;

/** A service in a process of its own; it ends with the test at the latest. */
export class Service {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #log = '';

  constructor(entry: string, environment: Environment, args: readonly string[] = []) {
    const env = { ...process.env, VIGIE_HTTP_PORT: '0', VIGIE_HTTP_HOST: '127.0.0.1', VIGIE_LOG_LEVEL: 'info', ...environment };
    this.#child = spawn(process.execPath, [pathOf(entry), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const listen = (text: string): void => void (this.#log = (this.#log + text).slice(-logCharsMax));
    this.#child.stdout!.setEncoding('utf8').on('data', listen);
    this.#child.stderr!.setEncoding('utf8').on('data', listen);
    const endWithUs = (): void => void this.#child.kill('SIGKILL');
    process.once('exit', endWithUs);
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        process.off('exit', endWithUs);
        resolve(code);
      });
    });
  }

  get log(): string {
    return this.#log;
  }

  /** Its exit code. */
  stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.#ended;
  }

  /** Waits for a number that it tells in its log. */
  async says(name: string): Promise<number> {
    return eventually(
      () => {
        const found = new RegExp(`"${name}":(\\d+)`).exec(this.#log)?.[1];
        expect(found, this.#log.slice(-2_000)).toBeDefined();
        return Number(found);
      },
      { deadlineMs: startDeadlineMs },
    );
  }
}

export function startMonitor(environment: Environment): Service {
  return new Service('services/monitor/src/main.ts', environment);
}

export interface ExpectedTransition {
  readonly windowEndMs: number;
  readonly kind: string;
  readonly severity: string;
  readonly value: string | null;
}

/** The company, and its own books. */
export class Simulator {
  readonly #service: Service;
  #url = '';

  constructor(environment: Environment, args: readonly string[]) {
    this.#service = new Service('services/simulator/src/main.ts', { ...environment, VIGIE_SIM_CONTROL_PORT: '0' }, args);
  }

  /** Waits until its whole history is in Kafka. */
  async untilLive(): Promise<void> {
    this.#url = `http://127.0.0.1:${await this.#service.says('controlPort')}`;
    await eventually(async () => expect(await this.#ask('/status')).toMatchObject({ phase: 'live' }), {
      deadlineMs: 120_000,
      everyMs: 200,
    });
  }

  /** When an incident begins and ends. */
  async stage(incident: string): Promise<{ readonly startMs: number; readonly endMs: number }> {
    const { start, end } = (await this.#ask('/incidents', incident)) as { start: string; end: string };
    return { startMs: Date.parse(start), endMs: Date.parse(end) };
  }

  /** What a rule must lead to, by the books. */
  async expected(rule: Readonly<Record<string, unknown>>): Promise<ExpectedTransition[]> {
    return (await this.#ask('/expected', JSON.stringify(rule))) as ExpectedTransition[];
  }

  /** A number as the books have it now: over `[fromMs, toMs)`, in total or of one slice. */
  async truth(asked: {
    kpi: string;
    fromMs: number;
    toMs: number;
    slice: { readonly dimension: string; readonly value: string } | null;
  }): Promise<{ value: string | null; numerator: string; denominator: string }> {
    const { kpi, fromMs, toMs, slice } = asked;
    const by = slice === null ? {} : { by: slice.dimension, value: slice.value };
    const query = new URLSearchParams({ kpi, from: String(fromMs), to: String(toMs), ...by });
    const { value, numerator, denominator } = (await this.#ask(`/ledger?${query.toString()}`)) as {
      value: string | null;
      numerator: number;
      denominator: number;
    };
    return { value, numerator: String(numerator), denominator: String(denominator) };
  }

  stop(): Promise<number | null> {
    return this.#service.stop();
  }

  async #ask(path: string, body?: string): Promise<unknown> {
    const answer = await fetch(`${this.#url}${path}`, body === undefined ? {} : { method: 'POST', body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`expected the simulator to answer ${path}, found ${answer.status}: ${text}`);
    return JSON.parse(text) as unknown;
  }
}

/** Runs a `vigie` command and reads its JSON. */
export async function vigieJson(environment: Environment, args: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', pathOf('packages/cli/src/main.ts'), ...args, '--json'], {
    env: { ...process.env, ...environment, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve) => void child.once('close', resolve));
  if (code !== 0) throw new Error(`expected vigie ${args.join(' ')} to end with 0, found ${code}: ${err}`);
  return JSON.parse(out) as unknown;
}
