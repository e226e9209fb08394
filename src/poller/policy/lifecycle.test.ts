import { describe, expect, it } from 'vitest';
import { compileTables } from '../hazard/compile.ts';
import { SHIPPED_PRIOR } from '../hazard/shipped-prior.ts';
import { GIVE_UP_AFTER_DAYS, lifecycle } from './lifecycle.ts';
import { policyNamed } from './policies.ts';
import type { NextPoll, ParcelView } from './policy.ts';
import { NOON_MS, parcel, SPEND } from './test-parcel.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('a number the carrier does not know', () => {
  const unknown = (changes: Partial<ParcelView> = {}) =>
    parcel({
      status: 'created',
      known: false,
      createdAtMs: NOON_MS,
      lastFactAtMs: null,
      ...changes,
    });

  /**
   * The polls of a number that is polled whenever the curve says, and that the carrier never knows.
   */
  function attempts(trackingNumber: string): { readonly atMs: number[]; readonly end: NextPoll } {
    const atMs: number[] = [];
    let nowMs = NOON_MS;
    for (let missesInARow = 0; missesInARow < 500; missesInARow += 1) {
      const view = unknown({
        trackingNumber,
        missesInARow,
        lastPolledAtMs: missesInARow === 0 ? null : nowMs,
        lastUpdateAtMs: null,
      });
      const next = lifecycle(view, nowMs);
      if (next === null) throw new Error('The curve must answer for an unknown number.');
      if (next.reason === 'give_up') return { atMs, end: next };
      expect(next.atMs).toBeGreaterThanOrEqual(nowMs);
      nowMs = next.atMs;
      atMs.push(nowMs);
    }
    throw new Error('Never given up.');
  }

  it('is given up after three weeks and some dozens of calls, with a last one at the end', () => {
    const { atMs, end } = attempts('T1');
    expect(atMs.length).toBeGreaterThan(40);
    expect(atMs.length).toBeLessThan(90);
    expect(atMs.at(-1)).toBe(NOON_MS + GIVE_UP_AFTER_DAYS * DAY_MS);
    expect(end.atMs).toBe(Number.POSITIVE_INFINITY);
    expect(end.why).toContain(`${GIVE_UP_AFTER_DAYS} days`);
  });

  it('is not given up while pushes report it, however long the account has no access to it', () => {
    const nowMs = NOON_MS + (GIVE_UP_AFTER_DAYS + 4) * DAY_MS;
    const view = unknown({ status: 'in_transit', lastPolledAtMs: nowMs, missesInARow: 60 });
    const moving = lifecycle({ ...view, lastUpdateAtMs: nowMs - DAY_MS }, nowMs);
    expect(moving).toMatchObject({ reason: 'first_contact' });
    expect(moving?.atMs).toBeGreaterThan(nowMs + 6 * HOUR_MS);
    expect(moving?.why).toContain('after the last update');
    const longAgoMs = nowMs - GIVE_UP_AFTER_DAYS * DAY_MS;
    expect(lifecycle({ ...view, lastUpdateAtMs: longAgoMs }, nowMs)?.reason).toBe('give_up');
  });

  it('is polled at once, four times in the first hour or so, and then at growing intervals', () => {
    const { atMs } = attempts('T1');
    expect(atMs[0]).toBe(NOON_MS);
    expect(atMs.filter((at) => at <= NOON_MS + 1.2 * HOUR_MS).length).toBeGreaterThanOrEqual(4);
    const lastDay = atMs.filter((at) => at > NOON_MS + (GIVE_UP_AFTER_DAYS - 1) * DAY_MS);
    expect(lastDay.length).toBeLessThanOrEqual(3);
  });

  it('spreads by number, and every time in the same way', () => {
    expect(attempts('T1').atMs).toEqual(attempts('T1').atMs);
    expect(attempts('T1').atMs[5]).not.toBe(attempts('T2').atMs[5]);
  });
});

describe('reports about a number that the carrier does not know', () => {
  it('counts one try as one', () => {
    const why = (missesInARow: number) =>
      lifecycle(parcel({ known: false, missesInARow, lastPolledAtMs: NOON_MS }), NOON_MS)?.why;
    expect(why(1)).toContain('(polled once)');
    expect(why(2)).toContain('(polled 2 times)');
  });
});

describe('a parcel with healthy push', () => {
  it('is polled about once in 24 h, never later, at its number’s own time', () => {
    const pauses = Array.from({ length: 200 }, (_, index) => {
      const view = parcel({ push: 'healthy', trackingNumber: `T${index}` });
      const next = lifecycle(view, NOON_MS);
      expect(next?.reason).toBe('audit');
      return ((next?.atMs ?? 0) - NOON_MS) / HOUR_MS;
    });
    expect(Math.max(...pauses)).toBeLessThanOrEqual(24);
    expect(Math.min(...pauses)).toBeGreaterThan(20);
    expect(new Set(pauses).size).toBeGreaterThan(190);
  });

  it('is left to the policy as soon as push is silent', () => {
    expect(lifecycle(parcel({ push: 'silent' }), NOON_MS)).toBeNull();
  });
});

describe('a parcel whose life has ended', () => {
  const ended = (changes: Partial<ParcelView>) =>
    lifecycle(parcel({ status: 'delivered', lastUpdateAtMs: NOON_MS, ...changes }), NOON_MS);

  it('is verified at once when only an unsigned push reported it, then ever more rarely', () => {
    const never = ended({ confirmed: false, lastPolledAtMs: NOON_MS - HOUR_MS });
    expect(never).toMatchObject({ reason: 'confirm', atMs: NOON_MS });
    const before = ended({ confirmed: false, lastPolledAtMs: null });
    expect(before).toMatchObject({ reason: 'confirm', atMs: NOON_MS });
    const once = ended({ confirmed: false, lastPolledAtMs: NOON_MS + 60_000 });
    expect(once?.atMs).toBeGreaterThanOrEqual(NOON_MS + 10 * 60_000);
    expect(once?.atMs).toBeLessThan(NOON_MS + HOUR_MS);
  });

  it('goes before first polls of others while only an unsigned push reported it', () => {
    const unsure = ended({ confirmed: false, lastPolledAtMs: null });
    const first = lifecycle(parcel({ lastPolledAtMs: null, known: false }), NOON_MS);
    expect(first?.reason).toBe('first_contact');
    expect(unsure?.value).toBeGreaterThan(first?.value ?? 0);
  });

  it('is checked 24 h and 72 h later, and never again', () => {
    const first = ended({ lastPolledAtMs: NOON_MS });
    expect(first?.reason).toBe('audit');
    expect(hoursAfter(first)).toBeGreaterThanOrEqual(24);
    expect(hoursAfter(first)).toBeLessThan(25);
    const second = ended({ lastPolledAtMs: first?.atMs ?? 0 });
    expect(hoursAfter(second)).toBeGreaterThanOrEqual(72);
    expect(hoursAfter(second)).toBeLessThan(73);
    expect(ended({ lastPolledAtMs: second?.atMs ?? 0 })).toMatchObject({
      reason: 'finished',
      atMs: Number.POSITIVE_INFINITY,
    });
  });

  const hoursAfter = (next: NextPoll | null) => ((next?.atMs ?? 0) - NOON_MS) / HOUR_MS;
});

describe('every policy', () => {
  const tables = compileTables(SHIPPED_PRIOR);

  it.each(['fixed', 'flat', 'adaptive'] as const)('%s keeps to the course of life', (name) => {
    const policy = policyNamed(name, tables);
    expect(policy.name).toBe(name);
    for (const changes of [
      { lastPolledAtMs: null },
      { known: false, missesInARow: 3 },
      { push: 'healthy' as const },
      { status: 'delivered' as const },
    ]) {
      const view = parcel(changes);
      expect(policy.next(view, NOON_MS, SPEND)).toEqual(lifecycle(view, NOON_MS));
    }
  });
});
