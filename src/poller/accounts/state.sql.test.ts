import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemRandom } from '../../platform/clock.ts';
import { openTestPoller, type TestPoller } from '../test-poller.ts';
import { changeAccount } from './events.ts';
import { ensureState, fenceAccountEvents } from './state.sql.ts';

let poller: TestPoller;
beforeEach(async () => {
  poller = await openTestPoller();
});
afterEach(() => poller.close());

/** Publishes an event about the account, and returns the numbers of all its events. */
async function publish(): Promise<readonly number[]> {
  const { db, clock, account } = poller;
  await ensureState(db.pipeline, account, clock.nowMs());
  await changeAccount({ db, clock, randomBytes: systemRandom }, account.id, async () => ({
    type: 'carrier_account.health_changed',
    account,
    state: 'ok',
    previousState: 'idle',
    reason: 'the carrier answers',
  }));
  const { rows } = await db.pipeline.query<{ sequence: number }>(
    'select sequence from event_log where subject_id = $1 order by sequence',
    [account.id],
  );
  return rows.map(({ sequence }) => sequence);
}

const FLOOR = 1_000_000;
const fence = () => fenceAccountEvents(poller.db.pipeline, FLOOR);

it('continues above the floor after a restore', async () => {
  expect(await publish()).toEqual([1]);
  await fence();
  expect(await publish()).toEqual([1, 1_000_001]);
  await fence();
  expect(await publish()).toEqual([1, 1_000_001, 1_000_002]);
});

it('begins above the floor if the backup has no event of the account, as the lost hub may have sent one', async () => {
  await ensureState(poller.db.pipeline, poller.account, poller.clock.nowMs());
  await fence();
  expect(await publish()).toEqual([1_000_001]);
});

it('begins above the floor if the backup has only the account, without a state', async () => {
  await fence();
  expect(await publish()).toEqual([1_000_001]);
});
