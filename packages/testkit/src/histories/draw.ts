/** Random choices from a seed, so that every failure can be had again. */
export interface Draw {
  /** A whole number from min to max, both possible. */
  int(min: number, max: number): number;
  pick<T>(choices: readonly T[]): T;
  chance(probability: number): boolean;
  shuffle<T>(items: readonly T[]): T[];
}

/** Choices by splitmix32: the same seed gives the same choices on every machine. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  function unit(): number {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }
  const int = (min: number, max: number): number => min + Math.floor(unit() * (max - min + 1));
  return {
    int,
    pick: (choices) => {
      const choice = choices[int(0, choices.length - 1)];
      if (choice === undefined) throw new Error('expected something to choose from, found an empty list');
      return choice;
    },
    chance: (probability) => unit() < probability,
    shuffle: (items) => {
      const rest = [...items];
      return items.map(() => rest.splice(int(0, rest.length - 1), 1)).flat();
    },
  };
}
