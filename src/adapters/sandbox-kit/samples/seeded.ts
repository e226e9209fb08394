import { createHash } from 'node:crypto';

/** Hex digits that depend on these words and on nothing else: the sandbox's only randomness. */
export function seededHex(...words: readonly (string | number)[]): string {
  return createHash('sha256').update(words.join('\u0000')).digest('hex').slice(0, 32);
}

/** From 0 up to, not including, 1. */
export function seededShare(...words: readonly (string | number)[]): number {
  return Number.parseInt(seededHex(...words).slice(0, 12), 16) / 2 ** 48;
}

/** One of them; they must be some. */
export function seededPick<T>(from: readonly T[], ...words: readonly (string | number)[]): T {
  const picked = from[Math.floor(seededShare(...words) * from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}
