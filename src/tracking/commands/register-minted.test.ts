import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAcme } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';
import { registerAllMinted } from './register-minted.ts';

let hub: TestTracking;
beforeAll(async () => {
  hub = await startAcme();
});
afterAll(() => hub.close());

/** Draws these numbers, one per call. */
function drawing(...numbers: readonly string[]) {
  const left = [...numbers];
  return () => ({ carrier: 'acme', trackingNumber: left.shift() ?? 'none left' });
}

it('draws again when a number is in use or drawn twice, before it registers all in one transaction', async () => {
  await hub.register({ carrier: 'acme', trackingNumber: 'TAKEN' });
  const draws = [drawing('ONE'), drawing('TAKEN', 'TWO'), drawing('ONE', 'TAKEN', 'THREE')];
  const transactions: (readonly number[])[] = [];
  const made = await registerAllMinted(hub.deps, hub.tenant, draws, async (_tx, some) => {
    transactions.push([...some.keys()]);
  });
  expect(made.map(({ trackingNumber }) => trackingNumber)).toEqual(['ONE', 'TWO', 'THREE']);
  expect(transactions).toEqual([[0, 1, 2]]);
});

it('registers none when the accompanying write fails, or when no free number is found', async () => {
  const failing = registerAllMinted(hub.deps, hub.tenant, [drawing('FOUR')], async () => {
    throw new Error('no room');
  });
  await expect(failing).rejects.toThrow('no room');
  const draw = drawing(...Array.from({ length: 50 }, () => 'TAKEN'));
  const never = registerAllMinted(hub.deps, hub.tenant, [drawing('FIVE'), draw]);
  await expect(never).rejects.toThrow('not drawn at random');
  const { rows } = await hub.db.pipeline.query(
    `select tracking_number from shipments where tracking_number in ('FOUR', 'FIVE')`,
  );
  expect(rows).toEqual([]);
});
