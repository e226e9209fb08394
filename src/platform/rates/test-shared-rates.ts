import { describe, expect, it, vi } from 'vitest';
import type { SharedRates } from './shared-rates.ts';

/** Opens the same buckets for two processes; no other test uses these buckets. */
export type OpenTwo = () => Promise<readonly [SharedRates, SharedRates]>;

/** A bucket so slow that no token is added while a test runs. */
const STILL = { burst: 10, perS: 1e-6 };

/** Tests the contract of shared token buckets, for every implementation. */
export function describeSharedRates(open: OpenTwo, pass: (ms: number) => void = () => {}): void {
  const rounded = async (left: Promise<number | null>) => Math.round((await left) ?? Number.NaN);

  describe('buckets that processes share', () => {
    it('are one for all of them, and go into debt', async () => {
      const [one, two] = await open();
      const charge = { limiter: 'keys', client: 'a', ...STILL };
      expect(await rounded(one.charge({ ...charge, tokens: 4 }))).toBe(6);
      expect(await rounded(two.charge({ ...charge, tokens: 5 }))).toBe(1);
      expect(await rounded(one.charge({ ...charge, tokens: 8 }))).toBe(-7);
      expect(await rounded(two.charge({ ...charge, tokens: 0 }))).toBe(-7);
    });

    it('are counted exactly, however many charge at once', async () => {
      const both = await open();
      const charge = { limiter: 'keys', client: 'b', burst: 1_000, perS: 1e-6, tokens: 1 };
      const all = Array.from({ length: 200 }, (_, index) =>
        both[index % 2 === 0 ? 0 : 1].charge(charge),
      );
      const left = (await Promise.all(all)).map((each) => Math.round(each ?? Number.NaN));
      expect([...left].sort((a, b) => b - a)).toEqual(all.map((_, index) => 999 - index));
    });

    it('are each for themselves, by client and by limiter', async () => {
      const [one] = await open();
      const charge = { limiter: 'keys', client: 'c', tokens: 3, ...STILL };
      expect(await rounded(one.charge(charge))).toBe(7);
      expect(await rounded(one.charge({ ...charge, client: 'd' }))).toBe(7);
      expect(await rounded(one.charge({ ...charge, limiter: 'strangers' }))).toBe(7);
      expect(await rounded(one.charge({ ...charge, client: 'x'.repeat(10_000) }))).toBe(7);
    });

    it('fill up again, and no further than full', async () => {
      const [one] = await open();
      const charge = { limiter: 'keys', client: 'e', burst: 10, perS: 200 };
      await one.charge({ ...charge, tokens: 30 });
      await vi.waitFor(async () => {
        pass(50);
        expect(await one.charge({ ...charge, tokens: 0 })).toBe(10);
      });
      pass(1_000_000);
      expect(await one.charge({ ...charge, tokens: 0 })).toBe(10);
    });
  });
}
