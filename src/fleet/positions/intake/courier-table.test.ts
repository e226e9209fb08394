import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CourierTable, idWords } from './courier-table.ts';

it('finds what was added and not removed, like a map', () => {
  const ids = Array.from({ length: 4_000 }, (_, index) =>
    // Many share their last words, so they collide.
    idWords(
      Buffer.from(`0190b0a15e0b7c3e${(index % 7).toString(16).padStart(16, '0')}`, 'hex'),
    ).map((word, at) => (at === 0 ? index : word)),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.nat({ max: ids.length - 1 })), { maxLength: 3_000 }),
      (steps) => {
        const table = new CourierTable<{ index: number }>();
        const map = new Map<number, { index: number }>();
        for (const [puts, index] of steps) {
          const words = ids[index] as Int32Array;
          if (puts) {
            table.set(words, 0, { index });
            map.set(index, { index });
          } else {
            table.delete(words, 0);
            map.delete(index);
          }
        }
        expect(table.size).toBe(map.size);
        for (const [index, words] of ids.entries())
          expect(table.get(words, 0)).toEqual(map.get(index));
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
