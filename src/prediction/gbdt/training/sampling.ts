import { below, type SeededRandom } from '../../../kernel/seeded-random.ts';

/**
 * `wanted` of the numbers from 0 to `count` - 1, ascending: rows that are read in order are in the
 * cache (Knuth's algorithm S).
 */
export function sampleInOrder(count: number, wanted: number, random: SeededRandom): Int32Array {
  const chosen = new Int32Array(Math.min(count, wanted));
  if (wanted >= count) {
    for (let nr = 0; nr < count; nr += 1) chosen[nr] = nr;
    return chosen;
  }
  let found = 0;
  for (let nr = 0; nr < count && found < chosen.length; nr += 1) {
    if (below(random, count - nr) < chosen.length - found) {
      chosen[found] = nr;
      found += 1;
    }
  }
  return chosen;
}
