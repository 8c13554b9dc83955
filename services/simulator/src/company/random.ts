/** Chance from a seed: the same seed and name give the same draws on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;

  /** A stream of its own for each name, so that what happens to one customer does not move the draws of another. */
  constructor(seed: number, name: string) {
    // FNV-1a over the name, started from the seed.
    let hash = (0x811c9dc5 ^ seed) | 0;
    for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
    this.#a = hash;
    this.#b = Math.imul(hash ^ 0x9e3779b9, 0x85ebca6b);
    this.#c = seed | 0;
    // sfc32 needs a few rounds until neighbouring seeds have parted.
    for (let round = 0; round < 12; round++) this.next();
  }

  /** Uniform in [0, 1). */
  next(): number {
    const sum = (this.#a + this.#b + this.#count++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number from min to max, both possible. */
  whole(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** A wait with this mean, at least 1 ms; exponential, as between things that happen by chance. */
  waitMs(meanMs: number): number {
    return 1 + Math.floor(-Math.log(1 - this.next()) * meanMs);
  }

  /** One of some, as often as its share says. */
  pick<T extends { readonly share: number }>(choices: readonly T[]): T {
    let draw = this.next() * choices.reduce((sum, { share }) => sum + share, 0);
    return choices.find(({ share }) => (draw -= share) < 0) ?? choices.at(-1)!;
  }
}
