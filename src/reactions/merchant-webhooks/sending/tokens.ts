import type { RandomBytes } from '../../../platform/clock.ts';

/** Numbers that no other process uses at the same time: 32 random bits, then a count. */
export function createTokens(randomBytes: RandomBytes): () => string {
  const draw = () => 1 + Buffer.from(randomBytes(4)).readUInt32BE(0);
  let first = draw();
  let count = 0;
  return () => {
    count += 1;
    if (count >= 1_000_000) {
      first = draw();
      count = 0;
    }
    return String(first * 1_000_000 + count);
  };
}
