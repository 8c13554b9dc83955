/** Ctrl-C once and twice, as promises. */
export interface Interrupted {
  readonly first: Promise<NodeJS.Signals>;
  /** Asked for again, by a person: not the same Ctrl-C that also came through npm. */
  readonly second: Promise<NodeJS.Signals>;
}

/** A terminal sends Ctrl-C to every process at once, and npm passes it on once more. */
const sameKeyMs = 1_000;

/** Begins to listen for the signals that end a command; from then on they no longer end the process by themselves. */
export function untilInterrupted(): Interrupted {
  const first = Promise.withResolvers<NodeJS.Signals>();
  const second = Promise.withResolvers<NodeJS.Signals>();
  let firstMs: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      firstMs ??= performance.now();
      if (performance.now() - firstMs > sameKeyMs) second.resolve(signal);
      first.resolve(signal);
    });
  }
  return { first: first.promise, second: second.promise };
}
