/** Whole numbers from 0 up to, not including, 2^32. */
export type SeededRandom = () => number;

/**
 * Sfc32 by Chris Doty-Humphrey: 128 bits of state, small and fast, passes PractRand. The same seed
 * gives the same numbers on every machine.
 */
export function seededRandom(seed: number): SeededRandom {
  let a = 0;
  let b = seed | 0;
  let c = Math.floor(seed / 2 ** 32) | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // Similar seeds begin alike: the first numbers are discarded, as the author advises.
  for (let index = 0; index < 15; index += 1) next();
  return next;
}

/** A whole number from 0 up to, not including, `limit`. */
export function below(random: SeededRandom, limit: number): number {
  return Math.floor((random() / 2 ** 32) * limit);
}

/** Draws from one seeded sequence. */
export interface Random {
  /** 0 ≤ integer < `limit`. */
  below(limit: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  shuffle<T>(items: readonly T[]): T[];
}

export function randomFrom(seed: number): Random {
  const random = seededRandom(seed);
  const drawBelow = (limit: number) => below(random, limit);
  return {
    below: drawBelow,
    pick: (items) => items[drawBelow(items.length)] ?? items[0],
    shuffle: (items) => {
      const rest = [...items];
      const shuffled = [];
      while (rest.length > 0) shuffled.push(...rest.splice(drawBelow(rest.length), 1));
      return shuffled;
    },
  };
}
