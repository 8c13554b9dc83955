/** How a command can end. Documented in `vigie --help`. */
export const exitCodes = {
  ok: 0,
  /** The command ran and what it looked at is not right: differences, refused lines, an alert that did not come. */
  wrong: 1,
  /** The command line itself is not right. */
  usage: 2,
  /** A server, a file or another prerequisite is not there. */
  missing: 3,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a person can put right: the message says what was expected, found, where, and what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = exitCodes.missing) {
    super(message);
    this.exitCode = exitCode;
  }
}
