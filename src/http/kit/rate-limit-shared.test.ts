import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../../platform/clock.ts';
import type { SharedRates } from '../../platform/rates/shared-rates.ts';
import { memoryRates } from '../../platform/rates/test-memory-rates.ts';
import { chargedFromOf, createRateLimiter, type RateLimiter } from './rate-limit.ts';

const CLIENT = '192.0.2.1';

/** Processes that share buckets, with answers that arrive when a test says so. */
function processes(count: number, { burst, perS }: { burst: number; perS: number }) {
  const clock: ManualClock = manualClock(1_773_144_000_000);
  const buckets = memoryRates(clock);
  let isAway = false;
  const answers: (() => void)[] = [];
  const shared: SharedRates = {
    async charge(charge) {
      // Charged when requested, but the answer arrives later.
      const left = isAway ? null : await buckets.charge(charge);
      await new Promise<void>((resolve) => answers.push(resolve));
      return left;
    },
  };
  const limiters = Array.from(
    { length: count },
    (): RateLimiter => createRateLimiter({ name: 'test', burst, perS, clock, shared }),
  );
  return {
    clock,
    limiters,
    away: (now: boolean) => {
      isAway = now;
    },
    /** All charges have been answered. */
    async received() {
      do {
        for (const answer of answers.splice(0)) answer();
        for (let n = 0; n < 20; n += 1) await Promise.resolve();
      } while (answers.length > 0);
    },
  };
}

/** How many of the requests were admitted. */
const letIn = (limiter: RateLimiter | undefined, requests: number): number => {
  let count = 0;
  for (let index = 0; index < requests; index += 1) if (limiter?.take(CLIENT) === 0) count += 1;
  return count;
};

describe('processes that share buckets', () => {
  it('together allow about one burst of password guesses, not one each', async () => {
    const { limiters, received } = processes(4, { burst: 10, perS: 1 / 30 });
    let guesses = 0;
    for (let round = 0; round < 20; round += 1) {
      for (const limiter of limiters) {
        guesses += letIn(limiter, 1);
        await received();
      }
    }
    // Each of the others tried once more before the answer said that nothing is left.
    expect(guesses).toBeGreaterThanOrEqual(10);
    expect(guesses).toBeLessThanOrEqual(13);
  });

  it('share what they charged, and how long to wait', async () => {
    const { limiters, received, clock } = processes(2, { burst: 8, perS: 1 });
    const [one, two] = limiters;
    expect(letIn(one, 8)).toBe(8);
    await received();
    // It has its own bucket until the first answer from the other: one extra request, later paid
    // back.
    expect(letIn(two, 1)).toBe(1);
    await received();
    expect(two?.take(CLIENT)).toBe(2);
    expect(two?.left(CLIENT)).toEqual({ remaining: 0, resetS: 9 });
    clock.advance(2_000);
    expect(two?.take(CLIENT)).toBe(0);
    await received();
    expect(letIn(one, 3) + letIn(two, 3)).toBeLessThanOrEqual(2);
  });

  it('share nothing about a client with a single request', async () => {
    const readings: number[] = [];
    const shared: SharedRates = {
      async charge({ tokens }) {
        readings.push(tokens);
        return 1_000;
      },
    };
    const options = { name: 'public', burst: 80, perS: 1, clock: manualClock(0), shared };
    const limiter = createRateLimiter(options);
    for (let index = 1; index <= 200; index += 1) limiter.take(`192.0.2.${index}`);
    expect(readings).toEqual([]);
    for (let index = 1; index <= 10; index += 1) limiter.take('198.51.100.1');
    expect(readings).toEqual([10]);
  });

  it('count separately while Redis is unavailable, and together again afterwards', async () => {
    const { limiters, received, away, clock } = processes(2, { burst: 8, perS: 1 });
    away(true);
    for (const limiter of limiters) {
      expect(letIn(limiter, 20)).toBe(8);
      await received();
    }
    away(false);
    clock.advance(8_000);
    let both = 0;
    for (let round = 0; round < 20; round += 1) {
      for (const limiter of limiters) {
        both += letIn(limiter, 1);
        await received();
      }
    }
    expect(both).toBeGreaterThanOrEqual(8);
    expect(both).toBeLessThanOrEqual(9);
  });

  it('never allow more than stated, however a client spreads its requests and however late answers are', async () => {
    const step = fc.record({
      process: fc.nat({ max: 3 }),
      requests: fc.nat({ max: 15 }),
      passMs: fc.oneof(fc.constant(0), fc.nat({ max: 5_000 })),
      hears: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(step, { maxLength: 30 }),
        async (burst, perS, steps) => {
          const all = processes(4, { burst, perS });
          let [allowed, passedMs] = [0, 0];
          for (const { process, requests, passMs, hears } of steps) {
            allowed += letIn(all.limiters[process], requests);
            if (hears || passMs > 0) await all.received();
            all.clock.advance(passMs);
            passedMs += passMs;
            const most = 4 * (burst + chargedFromOf(burst)) + (perS * passedMs) / 1_000;
            expect(allowed).toBeLessThanOrEqual(most + 1e-6);
          }
        },
      ),
    );
  });

  it('owe at most a full bucket, however long an answer takes', async () => {
    const { limiters, received, clock } = processes(1, { burst: 8, perS: 1 });
    const [limiter] = limiters;
    for (let second = 0; second < 1_000; second += 1) {
      limiter?.take(CLIENT);
      clock.advance(1_000);
    }
    await received();
    expect(limiter?.left(CLIENT).resetS).toBeLessThanOrEqual(16);
  });

  it('allow no more than the rate in the long run', async () => {
    const { limiters, received, clock } = processes(4, { burst: 16, perS: 2 });
    let allowed = 0;
    for (let second = 0; second < 1_000; second += 1) {
      for (const limiter of limiters) {
        allowed += letIn(limiter, 2);
        await received();
      }
      clock.advance(1_000);
    }
    expect(allowed).toBeLessThanOrEqual(4 * (16 + chargedFromOf(16)) + 2 * 1_000);
    expect(allowed).toBeGreaterThan(2 * 1_000 * 0.9);
  });
});
