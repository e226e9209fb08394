import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import {
  createRush,
  FIRST_PASS_SIZE,
  nextPassSize,
  RecentOffers,
  registerRushGauge,
} from './pass.ts';

it('a courier counts as reading for four seconds after the newest offer', () => {
  const lately = new RecentOffers();
  lately.note(['a', 'b'], 1_000);
  lately.note(['a'], 3_000);
  expect(['a', 'b', 'c'].map((id) => lately.has(id, 4_000))).toEqual([true, true, false]);
  expect(['a', 'b'].map((id) => lately.has(id, 5_000))).toEqual([true, false]);
  expect(lately.has('a', 7_000)).toBe(false);
});

it('a clock that was set back skips nobody', () => {
  const lately = new RecentOffers();
  lately.note(['a'], 1_000_000);
  expect(lately.has('a', 1_000)).toBe(false);
});

describe('how many deliveries a pass takes', () => {
  it('grows while passes are quick, up to 150', () => {
    const sizes = [FIRST_PASS_SIZE];
    for (let index = 0; index < 4; index += 1) {
      const size = sizes.at(-1) ?? 0;
      sizes.push(nextPassSize(size, { looked: size, tookMs: size }));
    }
    expect(sizes).toEqual([50, 100, 150, 150, 150]);
  });

  it('drops at once to what three tenths of a second allow, after a pass that took too long', () => {
    expect(nextPassSize(150, { looked: 150, tookMs: 600 })).toBe(75);
    expect(nextPassSize(150, { looked: 80, tookMs: 400 })).toBe(60);
    expect(nextPassSize(60, { looked: 60, tookMs: 60_000 })).toBe(50);
  });

  it('does not change after a pass with little to do, which says little', () => {
    expect(nextPassSize(100, { looked: 3, tookMs: 60 })).toBe(100);
    expect(nextPassSize(100, { looked: 0, tookMs: 10 })).toBe(100);
  });
});

it('burst mode is on while many look for couriers within two seconds, and ends soon after', () => {
  let nowMs = 0;
  const rush = createRush(() => nowMs);
  const seen: boolean[] = [];
  for (; nowMs < 2_000; nowMs += 200) {
    rush.note(nowMs < 1_000 ? 6 : 12);
    seen.push(rush.isOn);
  }
  expect(seen).toEqual([...Array<boolean>(9).fill(false), true]);
  nowMs = 2_900;
  expect(rush.isOn).toBe(false);
});

it('a hub with few deliveries never enters burst mode', () => {
  let nowMs = 0;
  const rush = createRush(() => nowMs);
  for (; nowMs < 60_000; nowMs += 1_000) rush.note(9);
  expect(rush.isOn).toBe(false);
});

it('the gauge shows burst mode', async () => {
  const registry = new Registry();
  const rush = createRush(() => 0);
  registerRushGauge(registry, rush);
  expect(await registry.metrics()).toMatch(/^waybill_delivery_rush 0$/m);
  rush.note(80);
  expect(await registry.metrics()).toMatch(/^waybill_delivery_rush 1$/m);
});
