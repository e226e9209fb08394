import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestPoller, START_MS, type TestPoller } from '../test-poller.ts';

const HOUR_MS = 3_600_000;
const scan = (code: string) => ({ code, atMs: START_MS - HOUR_MS });

let poller: TestPoller;
beforeEach(async () => {
  poller = await openTestPoller();
});
afterEach(() => poller.close());

describe('many runs of an account', () => {
  it('count a miss only when the carrier says so, and give an unknown number up with a reason', async () => {
    await poller.ingest('A');
    await poller.run();
    expect(await poller.target('A')).toMatchObject({ misses: 1, known: false, endReason: null });
    for (let index = 0; index < 200 && (await poller.target('A')).endedAtMs === null; index += 1) {
      poller.clock.set((await poller.target('A')).dueAtMs);
      await poller.run();
    }
    expect(poller.carrier.calls.length).toBeLessThan(100);
    expect(poller.notes().map(({ note }) => note)).toEqual(['not_found', 'expired']);
    expect(await poller.target('A')).toMatchObject({ endReason: 'expired' });
  });

  it('stop asking a carrier that does not answer, and ask for all again when it does', async () => {
    const numbers = Array.from({ length: 40 }, (_, index) => `N${index}`);
    await poller.ingestAll(numbers);
    poller.carrier.failure = 'timeout';
    for (let index = 0; index < 60; index += 1) {
      const { nextWakeAtMs } = await poller.run();
      poller.clock.set(Math.max(nextWakeAtMs ?? 0, poller.clock.nowMs() + 1_000));
    }
    expect(poller.carrier.calls.length).toBeLessThan(80);
    const down = poller.carrier.calls.length;
    poller.carrier.failure = null;
    for (const number of numbers) poller.carrier.parcels.set(number, [scan('PICK')]);
    const endMs = poller.clock.nowMs() + 2 * HOUR_MS;
    while (poller.clock.nowMs() < endMs) {
      const { nextWakeAtMs } = await poller.run();
      poller.clock.set(Math.max(nextWakeAtMs ?? 0, poller.clock.nowMs() + 1_000));
    }
    const again = new Set(poller.carrier.calls.slice(down).flatMap((call) => call.numbers));
    expect([...again].sort()).toEqual([...numbers].sort());
    for (const number of numbers) expect((await poller.target(number)).misses).toBe(0);
  });

  it('hold an outage against no number, though each is a probe in its turn', async () => {
    const numbers = Array.from({ length: 8 }, (_, index) => `N${index}`);
    for (const number of numbers) poller.carrier.parcels.set(number, [scan('PICK')]);
    await poller.ingestAll(numbers, { status: 'picked_up', lastEventAtMs: START_MS - HOUR_MS });
    await poller.runUntil(START_MS + HOUR_MS);
    poller.carrier.failure = 'timeout';
    const before = poller.carrier.calls.length;
    await poller.runUntil(START_MS + 13 * HOUR_MS);
    expect(poller.carrier.calls.length - before).toBeGreaterThan(40);
    const failures = await Promise.all(
      numbers.map(async (number) => (await poller.target(number)).failures),
    );
    // The very first failing call may be due to its number, as far as anybody can know.
    expect(failures.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(1);
  });
});
