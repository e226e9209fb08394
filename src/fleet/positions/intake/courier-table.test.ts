import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CourierTable, idWords } from './courier-table.ts';

it('finds what was added and not removed, like a map', () => {
  const ids = Array.from({ length: 4_000 }, (_, nr) =>
    // Many share their last words, so they collide.
    idWords(Buffer.from(`0190b0a15e0b7c3e${(nr % 7).toString(16).padStart(16, '0')}`, 'hex')).map(
      (word, at) => (at === 0 ? nr : word),
    ),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.nat({ max: ids.length - 1 })), { maxLength: 3_000 }),
      (steps) => {
        const table = new CourierTable<{ nr: number }>();
        const map = new Map<number, { nr: number }>();
        for (const [puts, nr] of steps) {
          const words = ids[nr] as Int32Array;
          if (puts) {
            table.set(words, 0, { nr });
            map.set(nr, { nr });
          } else {
            table.delete(words, 0);
            map.delete(nr);
          }
        }
        expect(table.size).toBe(map.size);
        for (const [nr, words] of ids.entries()) expect(table.get(words, 0)).toEqual(map.get(nr));
      },
    ),
    { seed: 8, numRuns: 6 },
  );
});

it('is empty after it was cleared', () => {
  const table = new CourierTable<object>();
  const words = idWords(Buffer.alloc(16, 1));
  table.set(words, 0, {});
  table.clear();
  expect([table.size, table.get(words, 0)]).toEqual([0, undefined]);
});
