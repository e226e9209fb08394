import { describe, expect, it } from 'vitest';
import { type OnShift, rankCouriers, unfitFor, type Wanted } from './rank-couriers.ts';
import { nextRound } from './rounds.ts';

const NOW_MS = Date.UTC(2026, 2, 10, 12);
const SHOP = { lat: 53.55, lng: 9.99 };
const WANTED: Wanted = {
  origin: SHOP,
  destination: { lat: 53.56, lng: 9.95 },
  readyMs: NOW_MS,
  size: 'small',
  weightG: 500,
};
const courier = (courierId: string, metres: number, more: Partial<OnShift> = {}): OnShift => ({
  courierId,
  by: 'bike',
  load: 0,
  capacityParcels: 3,
  capacityWeightG: null,
  place: { lat: SHOP.lat + metres / 111_195, lng: SHOP.lng },
  shiftEndsAtMs: null,
  accepted: 0,
  declined: 0,
  lastAcceptedMs: null,
  ...more,
});
const NEW = { rounds: 0, offered: new Set<string>(), isQueued: false };
const asksOf = (
  couriers: readonly OnShift[],
  state: Partial<Parameters<typeof nextRound>[1]> = {},
  of: {
    readonly busy?: ReadonlyMap<string, number>;
    readonly isWhole?: boolean;
    readonly reading?: ReadonlySet<string>;
    readonly isRush?: boolean;
  } = {},
) => {
  const { busy = new Map(), isWhole = true, reading = new Set(), isRush = false } = of;
  const isReading = (courierId: string) => reading.has(courierId);
  const around = { couriers, isWhole, busy, isReading, isRush, nowMs: NOW_MS };
  const next = nextRound(WANTED, { ...NEW, ...state }, around);
  return { ...next, asks: next.asks.map((ask) => ask.courier.courierId) };
};

describe('whom to offer a delivery', () => {
  it('three at once, the best first, then others farther away', () => {
    const near = ['a', 'b', 'c', 'd'].map((id, index) => courier(id, 100 + index * 50));
    const all = [...near, courier('e', 800), courier('f', 4_000), courier('g', 9_000)];
    const first = asksOf(all);
    expect(first).toMatchObject({ asks: ['a', 'b', 'c'], rounds: 1, passInMs: 2_000 });
    const second = asksOf(all, { rounds: 1, offered: new Set(first.asks) });
    expect(second).toMatchObject({ asks: ['d', 'e'], rounds: 2 });
    const third = asksOf(all, { rounds: 2, offered: new Set(['a', 'b', 'c', 'd', 'e']) });
    expect(third).toMatchObject({ asks: ['f'], rounds: 3 });
    const offered = new Set(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(asksOf(all, { rounds: 3, offered })).toMatchObject({ asks: [], isQueued: true });
  });

  it('at once the next ring if this one is empty', () => {
    expect(asksOf([courier('far', 3_000)])).toMatchObject({ asks: ['far'], rounds: 3 });
    expect(asksOf([])).toMatchObject({ asks: [], isQueued: true });
  });

  it('not couriers with another open offer; waits for them', () => {
    const all = [courier('a', 100), courier('b', 200)];
    const busy = new Map([['a', 1]]);
    expect(asksOf(all, {}, { busy })).toMatchObject({ asks: ['b'] });
    const offered = new Set(['b']);
    const next = asksOf(all, { rounds: 1, offered }, { busy });
    expect(next).toMatchObject({ asks: [], isQueued: false });
    expect(next.passInMs).toBeLessThan(1_000);
  });

  it('within a ring, couriers who may still be reading an expired offer come last', () => {
    const all = [courier('a', 100), courier('b', 200), courier('c', 300), courier('d', 400)];
    const reading = new Set(['a', 'b']);
    const near = [...all, courier('e', 700)];
    expect(asksOf(near, {}, { reading }).asks).toEqual(['c', 'd', 'a']);
    expect(asksOf(near, {}, { reading: new Set('abcd') }).asks).toEqual(['a', 'b', 'c']);
  });

  it('in burst mode three who are free, wherever they are, before those who may still be reading', () => {
    const isRush = true;
    const all = [courier('a', 100), courier('b', 200), courier('c', 700), courier('d', 2_000)];
    expect(asksOf(all, {}, { isRush })).toMatchObject({ asks: ['a', 'b', 'c'], rounds: 1 });
    const reading = new Set(['b']);
    const first = asksOf(all, {}, { isRush, reading });
    expect(first).toMatchObject({ asks: ['a', 'c', 'd'], rounds: 1, passInMs: 2_000 });
    expect(asksOf(all, {}, { isRush, reading: new Set('bcd') }).asks).toEqual(['a', 'b', 'c']);
    const rest = asksOf(all, { rounds: 1, offered: new Set(first.asks) }, { isRush, reading });
    expect(rest).toMatchObject({ asks: ['b'], rounds: 2 });
    // Otherwise this ring's own, and two seconds later others.
    expect(asksOf(all, {}, { reading }).asks).toEqual(['a', 'b']);
  });

  it('known couriers, when others may not be read yet: does not report then that none is left', () => {
    const isWhole = false;
    expect(asksOf([courier('a', 100)], {}, { isWhole })).toMatchObject({ asks: ['a'] });
    const state = { rounds: 1, offered: new Set(['a']) };
    const next = asksOf([courier('a', 100)], state, { isWhole });
    expect(next).toEqual({ asks: [], rounds: 1, isQueued: false, passInMs: 1_000 });
    const queued = asksOf([], { rounds: 3, isQueued: true }, { isWhole });
    expect(queued).toEqual({ asks: [], rounds: 3, isQueued: true, passInMs: 1_000 });
  });

  it('anyone who comes near while it is queued', () => {
    const state = { rounds: 3, offered: new Set(['a']), isQueued: true };
    const all = [courier('a', 100), courier('new', 100)];
    expect(asksOf(all, state)).toMatchObject({ asks: ['new'], isQueued: true });
  });
});

describe('the best courier', () => {
  const order = (...couriers: OnShift[]) =>
    rankCouriers(WANTED, couriers, { radiusM: 5_000, nowMs: NOW_MS }).map(
      (ranked) => ranked.courier.courierId,
    );

  it('at the same place is the one with more idle time, less load and fewer refusals', () => {
    const busy = { lastAcceptedMs: NOW_MS - 60_000 };
    const rested = { lastAcceptedMs: NOW_MS - 25 * 60_000 };
    expect(order(courier('a', 100, busy), courier('b', 100, rested))).toEqual(['b', 'a']);
    expect(order(courier('a', 100, { load: 1 }), courier('b', 100))).toEqual(['b', 'a']);
    expect(order(courier('a', 100, { declined: 5 }), courier('b', 100))).toEqual(['b', 'a']);
    expect(order(courier('b', 100), courier('a', 100))).toEqual(['a', 'b']);
  });

  it('does not alternate every second: a little rest weighs less than a long ride', () => {
    const rested = courier('far', 4_000, { lastAcceptedMs: null });
    const worked = courier('near', 100, { lastAcceptedMs: NOW_MS - 20 * 60_000 });
    expect(order(rested, worked)).toEqual(['near', 'far']);
  });

  it.each([
    ['full', { load: 3 }, {}],
    ['too_large', {}, { size: 'large' }],
    ['too_heavy', { capacityWeightG: 400 }, {}],
    ['shift_ends', { shiftEndsAtMs: NOW_MS + 1_000 }, {}],
  ] as const)('cannot be one who is %s', (why, of, wanted) => {
    const found = unfitFor({ ...WANTED, ...wanted }, courier('a', 400, of), NOW_MS);
    expect(found).toBe(why);
  });

  it('may have an unknown place, as a last resort', () => {
    const unknown = courier('unknown', 0, { place: null });
    expect(unfitFor(WANTED, unknown, NOW_MS)).toBeNull();
    expect(asksOf([unknown, courier('near', 200)])).toMatchObject({ asks: ['near'] });
    expect(asksOf([unknown])).toMatchObject({ asks: ['unknown'], rounds: 3 });
  });
});
