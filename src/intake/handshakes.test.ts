import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTransaction } from '../platform/database/database.ts';
import { createHandshakes, type Handshakes } from './handshakes.ts';
import { openTestIntake, type TestIntake } from './test-intake.ts';

let intake: TestIntake;
let handshakes: Handshakes;
beforeAll(async () => {
  intake = await openTestIntake();
  handshakes = createHandshakes(intake);
});
afterAll(() => intake.close());

const handshake = (secret: string, subscriptionId = 's-1') => ({
  subscriptionId,
  call: { method: 'POST' as const, path: '/confirm', body: { json: { secret } } },
});
const waiting = () =>
  withTransaction(intake.db.pipeline, (tx) => handshakes.waiting(tx, 10)).then((all) =>
    all.map(({ subscriptionId, call }) => [subscriptionId, call.body]),
  );

test('a handshake that is requested again waits once, with the newest call', async () => {
  await handshakes.store('acme', null, handshake('first-test-secret'));
  await handshakes.store('acme', null, handshake('second-test-secret'));
  expect(await waiting()).toEqual([['s-1', { json: { secret: 'second-test-secret' } }]]);
  const { rows } = await intake.db.owner.query('select call from handshakes');
  expect(rows[0].call.includes('test-secret')).toBe(false);
});

test('one that a process performs is leased until it is done, and then removed', async () => {
  await withTransaction(intake.db.pipeline, async (tx) => {
    const [mine] = await handshakes.waiting(tx, 10);
    expect(await waiting()).toEqual([]);
    await handshakes.done(tx, mine?.id ?? '');
  });
  expect(await waiting()).toEqual([]);
  await handshakes.store('acme', null, handshake('third-test-secret'));
  expect(await waiting()).toHaveLength(1);
});

test('those nobody performed are removed after a week', async () => {
  intake.clock.advance(6 * 86_400_000);
  expect(await handshakes.dropOld()).toBe(0);
  intake.clock.advance(86_400_001);
  expect(await handshakes.dropOld()).toBe(1);
  expect(await waiting()).toEqual([]);
});
