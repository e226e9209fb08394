import { describe, expect, it } from 'vitest';
import { someOf } from '../../../kernel/test-runs.ts';
import { POLICIES } from '../matching/policies.ts';
import type { DispatchPolicy } from '../matching/policy.ts';
import { rollingPolicy } from '../matching/rolling/rolling.ts';
import { dayFigures, RuleBroken, simulateDay } from './simulate.ts';
import { lunchDay } from './test-days.ts';
import { faultsOf } from './test-validate.ts';

const SEEDS = someOf(
  Array.from({ length: 40 }, (_, seed) => seed),
  5,
);
const CITY = {
  shiftEndBounds: 'assignment',
  assignAheadS: 900,
  lostAfterS: 3_600,
  pickupReachM: 3_000,
} as const;
const still = () => 0;

describe.each(Object.entries(POLICIES))('the policy %s', (_, make) => {
  it.each([
    ['of MDRPLib', {}],
    ['of a city', CITY],
  ])('keeps the rules %s, as an independent check shows', (_rules, rules) => {
    for (const seed of SEEDS) {
      const day = lunchDay(seed, rules);
      const { delivered, lost } = simulateDay(day, make(), still);
      expect(faultsOf(day, delivered)).toEqual([]);
      expect(delivered.length + lost.length).toBe(day.orders.length);
      expect(delivered.length).toBeGreaterThan(day.orders.length / 3);
    }
  });

  it('decides by what is known: a different future changes nothing before it', () => {
    const untilS = 36_000 + 45 * 60;
    for (const seed of SEEDS) {
      const day = lunchDay(seed);
      const other = {
        ...day,
        orders: day.orders.map((order) =>
          order.placedS <= untilS
            ? order
            : { ...order, readyS: order.readyS + 900, dropoff: { x: 9_000, y: 1, z: 0 } },
        ),
      };
      const decided = (of: typeof day) =>
        simulateDay(of, make(), still)
          .delivered.filter(({ assignedS }) => assignedS <= untilS)
          .map(({ order, ...rest }) => ({ id: order.id, ...rest }));
      expect(decided(day).length).toBeGreaterThan(3);
      expect(decided(other)).toEqual(decided(day));
    }
  });
});

it('rolling delivers orders sooner than greedy, and loses no more of them', () => {
  const clickToDoor = (name: keyof typeof POLICIES) =>
    SEEDS.map((seed) => dayFigures(simulateDay(lunchDay(seed), POLICIES[name](), still)));
  const sum = (figures: readonly { readonly click_to_door_min: { readonly mean: number } }[]) =>
    figures.reduce((all, each) => all + each.click_to_door_min.mean, 0);
  const count = (figures: readonly { readonly delivered: number }[]) =>
    figures.reduce((all, each) => all + each.delivered, 0);
  const rolling = clickToDoor('rolling');
  const greedy = clickToDoor('greedy');
  expect(count(rolling)).toBeGreaterThanOrEqual(count(greedy));
  expect(sum(rolling)).toBeLessThan(sum(greedy));
});

it('every assignment states its criteria', () => {
  const day = lunchDay(1);
  const rolling = rollingPolicy();
  let seen = 0;
  const policy: DispatchPolicy = {
    ...rolling,
    decide(view) {
      const assignments = rolling.decide(view);
      for (const { terms, orders } of assignments) {
        seen += 1;
        expect(terms.approachS).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(terms.cost)).toBe(true);
        expect(orders.length).toBeGreaterThan(0);
        if (orders.length > 1) continue;
        expect(Math.min(terms.latenessS, terms.idleS)).toBe(0);
        expect(terms.cost).toBeGreaterThanOrEqual(terms.readyToDeliveredS);
      }
      return assignments;
    },
  };
  simulateDay(day, policy, still);
  expect(seen).toBeGreaterThan(10);
});

it('takes two orders of one restaurant on one route when couriers are scarce', () => {
  const day = lunchDay(2);
  const few = { ...day, couriers: day.couriers.slice(0, 3) };
  const { delivered } = simulateDay(few, POLICIES.rolling(), still);
  const routes = delivered.map(({ courier, assignedS }) => `${courier} ${assignedS}`);
  expect(new Set(routes).size).toBeLessThan(routes.length);
  expect(faultsOf(few, delivered)).toEqual([]);
});

describe('a policy that breaks a rule is stopped', () => {
  const day = lunchDay(3);
  const broken = (decide: DispatchPolicy['decide']) => () =>
    simulateDay(day, { name: 'broken', everyS: 60, decide }, still);
  const terms = {
    readyToDeliveredS: 0,
    latenessS: 0,
    approachS: 0,
    idleS: 0,
    cost: 0,
    nextBestCost: null,
  };

  it('for an order twice', () => {
    const twice = broken(({ orders, couriers }) => {
      const [order] = orders;
      const [courier] = couriers;
      if (order === undefined || courier === undefined) return [];
      return [{ courier, orders: [order, order], terms }];
    });
    expect(twice).toThrow(RuleBroken);
  });

  it('for a courier who is off shift', () => {
    const late = broken(({ orders, couriers }) => {
      const [order] = orders;
      const off = day.couriers.find(({ index }) => !couriers.some((each) => each.index === index));
      if (order === undefined || off === undefined) return [];
      return [{ courier: { ...off, freeS: off.onS }, orders: [order], terms }];
    });
    expect(late).toThrow(/not on shift/);
  });
});

it('a day without orders or without couriers ends', () => {
  const day = lunchDay(4);
  expect(simulateDay({ ...day, orders: [] }, POLICIES.rolling(), still).delivered).toEqual([]);
  const nobody = simulateDay({ ...day, couriers: [] }, POLICIES.rolling(), still);
  expect(nobody.lost).toHaveLength(day.orders.length);
});
