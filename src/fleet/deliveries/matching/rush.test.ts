import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createRush, registerRushGauge } from './rush.ts';

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
