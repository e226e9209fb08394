import { afterEach, expect, it } from 'vitest';
import {
  expectNoCallTooMany,
  followSlowParcels,
  longestWaitsH,
} from '../support/carrier-patience.ts';
import {
  DAY_MS,
  HOUR_MS,
  openVirtualHub,
  VIRTUAL_START_MS,
  type VirtualHub,
} from '../support/virtual-hub.ts';

/** What carriers allow is counted by the sandbox, whatever our own books say. */
let virtual: VirtualHub;
afterEach(() => virtual.close());

const CEILING_H = 12;
/** Calls a day, of which a twentieth is kept for what people ask for. */
const DHL_A_DAY = 250;

it('a week of three carriers: no call beyond any limit, no parcel beyond its ceiling, no day spent by noon', async () => {
  virtual = await openVirtualHub({ pauses: { floorS: 14_400, ceilingS: CEILING_H * 3_600 } });
  virtual.sandbox.faults.add({ kind: 'push_silence' });
  // 60 parcels, at 12 h each, need 120 of the 250 calls; adaptive spends the others where news is.
  const counts = { dhl: 60, usps: 8, fedex: 12 };
  const numbers = new Map<string, readonly string[]>();
  for (const [carrier, count] of Object.entries(counts)) {
    await virtual.connect(carrier);
    numbers.set(carrier, await followSlowParcels(virtual, carrier, count));
  }
  await virtual.runUntil(VIRTUAL_START_MS + 7 * DAY_MS);

  for (const [carrier, followed] of numbers) {
    expectNoCallTooMany(virtual, carrier);
    const waits = longestWaitsH(virtual, followed, VIRTUAL_START_MS);
    expect(Math.max(...waits), `${carrier}: longest wait`).toBeLessThanOrEqual(CEILING_H);
    const { ceiling_s, stretched } = await virtual.polling(carrier, followed[0] ?? '');
    expect({ ceiling_s, stretched }).toEqual({ ceiling_s: CEILING_H * 3_600, stretched: false });
  }

  const calls = virtual.wire.seen.filter(
    ({ carrier, path }) => carrier === 'dhl' && path.startsWith('/track/'),
  );
  for (let dayMs = VIRTUAL_START_MS + DAY_MS; dayMs < VIRTUAL_START_MS + 6 * DAY_MS; ) {
    const nextMs = dayMs + DAY_MS;
    const spent = calls.filter(({ atMs }) => atMs >= dayMs && atMs < nextMs).length;
    const noonMs = dayMs + DAY_MS / 2;
    const byNoon = calls.filter(({ atMs }) => atMs >= dayMs && atMs < noonMs).length;
    expect(spent).toBeGreaterThan(DHL_A_DAY * 0.7);
    expect(byNoon).toBeLessThan(DHL_A_DAY * 0.6);
    dayMs = nextMs;
  }
}, 400_000);

it('two hundred parcels at once: the batch carrier’s hour is used and never overdrawn', async () => {
  virtual = await openVirtualHub();
  virtual.sandbox.faults.add({ kind: 'push_silence' });
  await virtual.connect('usps');
  await followSlowParcels(virtual, 'usps', 200);
  await virtual.runUntil(VIRTUAL_START_MS + 3 * HOUR_MS);
  expectNoCallTooMany(virtual, 'usps');
  const hour = virtual.sandbox.rateFigures('usps').find(({ limit }) => limit.name === 'hour');
  expect(hour?.peak).toBeGreaterThan(45);
}, 200_000);
