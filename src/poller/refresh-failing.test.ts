import { afterEach, beforeEach, expect, it } from 'vitest';
import { requestRefresh } from './request-refresh.ts';
import { openTestPoller, type TestPoller } from './test-poller.ts';

let poller: TestPoller;
beforeEach(async () => {
  poller = await openTestPoller({ limits: { callsPerDay: 250 } });
});
afterEach(() => poller.close());

it('a refresh of a number that fails for itself takes one call a try, not all there are', async () => {
  const { deps, tenant, clock, plans } = poller;
  await poller.ingest('A');
  await poller.run();
  clock.advance(3_600_000);
  poller.carrier.special.set('A', 'error');
  const refresh = await requestRefresh({ ...deps, db: poller.db, plans, wake: () => {} }, tenant, {
    carrier: 'acme',
    trackingNumber: 'A',
  });
  expect(refresh).toMatchObject({ outcome: 'queued' });
  const before = poller.carrier.calls.length;
  const endMs = clock.nowMs() + 600_000;
  for (let index = 0; index < 30 && clock.nowMs() < endMs; index += 1) {
    const { nextWakeAtMs } = await poller.run();
    clock.set(Math.max(nextWakeAtMs ?? 0, clock.nowMs() + 1_000));
  }
  expect(poller.carrier.calls.length - before).toBeLessThanOrEqual(2);
  const failing = await poller.target('A');
  expect(failing).toMatchObject({ reason: 'asked', misses: 1 });
  expect(failing.failures).toBeGreaterThan(0);
});
