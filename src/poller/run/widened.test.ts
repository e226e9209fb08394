import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Sheds } from '../../platform/load/watch-load.ts';
import { requestRefresh } from '../request-refresh.ts';
import { openTestPoller, TEST_POLICIES, type TestPoller } from '../test-poller.ts';
import { runAccount } from './run-account.ts';

const NUMBERS = ['A', 'B', 'C', 'D', 'E'];
let poller: TestPoller;
let isShed = true;
const load: Sheds = { sheds: (kind) => kind === 'polls' && isShed };
beforeEach(async () => {
  isShed = true;
  poller = await openTestPoller();
});
afterEach(() => poller.close());

const run = () =>
  runAccount({ ...poller.deps, load }, poller.account.id, new AbortController().signal);

/** The number of polls so far. */
const callCount = () => poller.carrier.calls.length;

it('while polls are shed, an account makes one planned call each half minute, and all when they are not', async () => {
  await poller.ingestAll(NUMBERS);
  for (let index = 1; index <= 3; index += 1) {
    const { nextWakeAtMs } = await run();
    expect(callCount()).toBe(index);
    expect(nextWakeAtMs).toBe(poller.clock.nowMs() + 30_000);
    poller.clock.set(nextWakeAtMs ?? 0);
  }
  isShed = false;
  await run();
  expect(callCount()).toBe(NUMBERS.length);
});

it('an account that is woken early makes no planned call before its half minute is over', async () => {
  await poller.ingestAll(NUMBERS);
  const beganMs = poller.clock.nowMs();
  await run();
  for (const passedMs of [1, 10_000, 29_999]) {
    poller.clock.set(beganMs + passedMs);
    expect((await run()).nextWakeAtMs).toBe(beganMs + 30_000);
    expect(callCount()).toBe(1);
  }
  // A requested poll does not wait, and does not allow more planned ones.
  await poller.ingestAll(['F']);
  const { deps, tenant, plans } = poller;
  const refresh = { ...deps, db: poller.db, plans, wake: () => {} };
  await requestRefresh(refresh, tenant, { carrier: 'acme', trackingNumber: 'F' });
  const { nextWakeAtMs } = await run();
  expect(poller.carrier.calls.slice(1)).toMatchObject([{ numbers: ['F'] }]);
  expect(nextWakeAtMs).toBe(beganMs + 30_000);
  poller.clock.set(beganMs + 30_000);
  await run();
  expect(callCount()).toBe(3);
});

it('requested polls, and those that have waited for the maximum time, still run', async () => {
  await poller.ingestAll(NUMBERS);
  isShed = false;
  await run();
  isShed = true;
  const before = callCount();
  poller.clock.advance(3_600_000);
  await poller.ingestAll(['F', 'G']);
  const { deps, tenant, plans } = poller;
  const refresh = { ...deps, db: poller.db, plans, wake: () => {} };
  const number = { carrier: 'acme', trackingNumber: 'G' };
  await requestRefresh(refresh, tenant, number);
  await run();
  expect(poller.carrier.calls.slice(before)[0]).toMatchObject({ numbers: ['G'] });
  // One planned number fills up the call.
  expect(callCount() - before).toBeLessThanOrEqual(2);
  poller.clock.advance(2 * TEST_POLICIES.pauses.ceilingS * 1_000);
  const late = callCount();
  for (let index = 0; index < NUMBERS.length; index += 1) await run();
  expect(callCount() - late).toBeGreaterThanOrEqual(NUMBERS.length);
});
