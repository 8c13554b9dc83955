/** A window that cannot be read, with what was expected and what was found. */
export class WindowError extends Error {
  readonly expected: string;
  readonly found: string;
  constructor(expected: string, found: string) {
    super(`window: expected ${expected}, found ${JSON.stringify(found)}`);
    this.name = 'WindowError';
    this.expected = expected;
    this.found = found;
  }
}
