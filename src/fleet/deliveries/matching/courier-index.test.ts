import { expect, it } from 'vitest';
import { createCourierIndex } from './courier-index.ts';
import type { ReadDeps } from './known-couriers.ts';

it('drops the tenant whose last pass is longest ago when there are too many', async () => {
  const read: string[] = [];
  const pipeline = {
    query: async (_: unknown, values: unknown) => {
      read.push(String(values));
      return { rows: [], fields: [] };
    },
  };
  const deps = { db: { pipeline }, clock: { nowMs: () => 0 } } as object as ReadDeps;
  const updates = { listener: { on: () => () => {} }, movedTo: () => null };
  const index = createCourierIndex(deps, updates);
  const idsOf = async (merchantId: string) => {
    read.length = 0;
    await index.onShiftOf({ merchantId, mode: 'live' });
    return read.length;
  };
  for (let index = 0; index < 200; index += 1) expect(await idsOf(`m${index}`)).toBe(1);
  expect(await idsOf('m0')).toBe(0);
  expect(await idsOf('one more')).toBe(1);
  expect(await idsOf('m0')).toBe(0);
  expect(await idsOf('m1')).toBe(1);
  index.stop();
});
