import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSandboxes } from '../../src/adapters/sandbox-kit/index.ts';
import {
  MINUTE_MS,
  openVirtualHub,
  VIRTUAL_START_MS,
  type VirtualHub,
} from '../support/hubs/virtual-hub.ts';

/** README: after starting a hub, a user sees each demo parcel delivered within this time. */
const WATCHED_MS = 6 * MINUTE_MS;
/** If nothing changed for longer, the page would look dead. */
const STILL_MS_MAX = 2 * MINUTE_MS;

// As in the hub's sandbox, no parcel has a bridge as its carrier.
const demos = (await loadSandboxes()).flatMap(({ name, bridge, demo }) =>
  bridge || demo === undefined ? [] : [{ carrier: name, ...demo }],
);
let hub: VirtualHub;

beforeAll(async () => {
  hub = await openVirtualHub({
    isDemo: ({ trackingNumber }) => demos.some(({ number }) => number === trackingNumber),
  });
});

afterAll(() => hub?.close());

it('every demo parcel moves while one watches, and is delivered within six minutes', async () => {
  const shipments = new Map<string, string>();
  for (const { carrier, number, scenario, pace } of demos) {
    const account = await hub.connect(carrier);
    if (hub.hub.adapters.get(carrier)?.manifest.push) await hub.typeHook(carrier, account);
    shipments.set(carrier, await hub.track(carrier, number, { scenario, pace }));
  }
  expect(shipments.size).toBeGreaterThanOrEqual(5);
  await hub.runUntil(VIRTUAL_START_MS + WATCHED_MS);
  for (const [carrier, id] of shipments) {
    const { shipment } = await hub.view(id);
    expect([carrier, shipment.state.status]).toEqual([carrier, 'delivered']);
    const ingested = (await hub.facts(id)).map(({ firstIngestedAtMs }) => firstIngestedAtMs);
    const moments = [VIRTUAL_START_MS, ...ingested].sort((a, b) => a - b);
    const still = Math.max(...moments.slice(1).map((atMs, index) => atMs - (moments[index] ?? 0)));
    expect([carrier, still <= STILL_MS_MAX, still]).toEqual([carrier, true, still]);
  }
});
