/** A partition cannot go on until another part has caught up. It steps aside meanwhile: the others of its broker go on. */
export class MustWaitError extends Error {
  override readonly name = 'MustWaitError';
  /** Whether it can go on now; errors count as "not yet". */
  readonly isReady: () => Promise<boolean>;

  constructor(reason: string, isReady: () => Promise<boolean>) {
    super(reason);
    this.isReady = isReady;
  }
}
