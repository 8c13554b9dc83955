import { isatty } from 'node:tty';
import pc from 'picocolors';

type Colors = ReturnType<typeof pc.createColors>;

/** Where a command writes: data to stdout, everything said about it to stderr, so that both can be piped apart. */
export interface Output {
  readonly json: boolean;
  readonly colors: Colors;
  readonly talkColors: Colors;
  /** Whether stderr is a terminal that can be drawn on. */
  readonly interactive: boolean;
  /** Lines of data for a person; nothing in JSON mode. */
  readonly text: (lines: string) => void;
  /** The data of a JSON mode; nothing otherwise. */
  readonly value: (data: unknown) => void;
  readonly talk: (line: string) => void;
}

export function createOutput(options: { json: boolean; env: NodeJS.ProcessEnv }): Output {
  const { json, env } = options;
  const colored = (fd: number): boolean => !env['NO_COLOR'] && (Boolean(env['FORCE_COLOR']) || (isatty(fd) && env['TERM'] !== 'dumb'));
  return {
    json,
    colors: pc.createColors(colored(1)),
    talkColors: pc.createColors(colored(2)),
    interactive: isatty(2) && env['TERM'] !== 'dumb',
    text: (lines) => {
      if (!json) process.stdout.write(`${lines}\n`);
    },
    value: (data) => {
      if (json) process.stdout.write(`${toJson(data)}\n`);
    },
    talk: (line) => void process.stderr.write(`${line}\n`),
  };
}

/** Whole numbers of any size travel as text: JSON's numbers are doubles. */
function toJson(data: unknown): string {
  return JSON.stringify(data, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value), 2);
}
