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

/** What carriers allow is counted by the sandbox, whatever our own books say. */
let virtual: VirtualHub;
afterEach(() => virtual.close());

const CEILING_H = 12;
/** Calls a day, of which a twentieth is kept for what people ask for. */
const DHL_A_DAY = 250;

it('a week of one carrier, joined by two more: no call beyond any limit, no parcel beyond its ceiling, no day spent by noon', async () => {
  virtual = await openVirtualHub({ pauses: { floorS: 14_400, ceilingS: CEILING_H * 3_600 } });
  virtual.sandbox.faults.add({ kind: 'push_silence' });
  const stays: {
    readonly carrier: string;
    readonly account: string;
    readonly fromMs: number;
    readonly tracked: readonly string[];
  }[] = [];
  async function join(carrier: string, count: number): Promise<void> {
    const account = await virtual.connect(carrier, { environment: 'carrier_test' });
    const tracked = await trackSlowParcels(virtual, carrier, count);
    stays.push({ carrier, account, fromMs: virtual.hub.clock.nowMs(), tracked });
  }
  // 60 parcels, at 12 h each, need 120 of the 250 calls; adaptive polling spends the others on
  // parcels with updates.
  await join('dhl', 60);
  await virtual.runUntil(VIRTUAL_START_MS + 6 * DAY_MS);
  await join('usps', 8);
  await join('fedex', 12);
  await virtual.runUntil(VIRTUAL_START_MS + 7 * DAY_MS);

  for (const { carrier, account, fromMs, tracked } of stays) {
    expectNoCallTooMany(virtual, carrier);
    const waits = longestWaitsH(virtual, tracked, fromMs);
    expect(Math.max(...waits), `${carrier}: longest wait`).toBeLessThanOrEqual(CEILING_H);
    // A plan that spends its budget day by day is not announced each day.
    const states = (await virtual.events(account)).map(({ data }) => data['state']);
    expect(states.filter((state) => state === 'quota_near').length).toBeLessThanOrEqual(1);
    const { ceiling_s, stretched } = await virtual.polling(carrier, tracked[0] ?? '');
    expect({ ceiling_s, stretched }).toEqual({ ceiling_s: CEILING_H * 3_600, stretched: false });
  }

  const calls = virtual.wire.calls.filter(
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
