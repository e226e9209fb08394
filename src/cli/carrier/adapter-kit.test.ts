import { expect, it } from 'vitest';
import { loadAdapterKit } from './adapter-kit.ts';

it('finds the adapter kit of this checkout', async () => {
  const kit = await loadAdapterKit(() => {});
  expect(kit?.scorecardOf).toBeTypeOf('function');
});

it('says how to install the adapter kit when it is absent', async () => {
  const lines: string[] = [];
  const kit = await loadAdapterKit(
    (line) => void lines.push(line),
    () => null,
  );
  expect(kit).toBeNull();
  expect(lines.join()).toMatch(
    /@waybill\/adapter-kit, which is not installed.*npm install --save-dev .*packages\/adapter-kit/,
  );
});
