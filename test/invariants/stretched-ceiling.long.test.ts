import { afterEach, expect, it } from 'vitest';
import {
  expectNoCallTooMany,
  longestWaitsH,
  trackSlowParcels,
} from '../support/carrier-patience.ts';
import {
  DAY_MS,
  openVirtualHub,
  VIRTUAL_START_MS,
  type VirtualHub,
} from '../support/hubs/virtual-hub.ts';

let virtual: VirtualHub;
afterEach(() => virtual.close());

it('more parcels than a day’s calls can keep: none waits longer than explain says', async () => {
  virtual = await openVirtualHub();
  virtual.sandbox.faults.add({ kind: 'push_silence' });
  await virtual.connect('dhl');
  const tracked = await trackSlowParcels(virtual, 'dhl', 240);
  await virtual.runUntil(VIRTUAL_START_MS + 3 * DAY_MS);

  expectNoCallTooMany(virtual, 'dhl');
  const polling = await virtual.polling('dhl', tracked[0] ?? '');
  expect(polling.stretched).toBe(true);
  expect(polling.why).toContain('each may wait up to');
  const ceilingH = polling.ceiling_s / 3_600;
  // 240 parcels, and of 250 calls a day a twentieth is kept for what people ask for.
  expect(ceilingH).toBeGreaterThan(24);
  expect(ceilingH).toBeLessThan(28);
  const waits = longestWaitsH(virtual, tracked, VIRTUAL_START_MS + DAY_MS);
  expect(Math.max(...waits)).toBeLessThanOrEqual(ceilingH);
  // Parcels whose next update is likely wait less; the others alike.
  const longest = waits.filter((waitH) => waitH > 0.8 * ceilingH);
  expect(longest.length / waits.length).toBeGreaterThan(0.75);
}, 400_000);
