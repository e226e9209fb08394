import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../http/testing/test-hub.ts';
import { systemRandom } from '../../platform/clock.ts';
import { createImageCleaner } from '../../platform/images/clean-image.ts';
import { createLog } from '../../platform/observability/log.ts';
import { consumeForCouriers } from '../couriers/index.ts';
import { consumeForDeliveries } from '../deliveries/index.ts';
import { createPhone, KeyEnded } from './phone.ts';
import { SandboxCourier } from './sandbox-courier.ts';
import { DEMO, proofPicture, RESIDENTS } from './start.ts';
import { readStreets } from './streets.ts';

let hub: TestHub;
let call: Caller;
let sam: TestDriver;
let rider: SandboxCourier;
const [resident] = RESIDENTS;
const home = resident?.home ?? DEMO.origin.at;
const images = createImageCleaner();

beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  await consumed();
  sam = await newDriver(hub, call, 'Sam Sandbox');
  await sam.call('POST', '/driver/shift', { shift: 'on' });
  rider = new SandboxCourier(createPhone(hub.url, sam.key), {
    clock: hub.clock,
    home,
    place: home,
    streets: readStreets(),
    async photo() {
      const { grey, widthPx, heightPx } = proofPicture();
      return (await images.png(grey, widthPx, heightPx)).bytes;
    },
  });
});
afterAll(() => hub.close());

async function consumed() {
  const { db, clock } = hub;
  const log = createLog({ level: 'silent' });
  const around = { db, clock, randomBytes: systemRandom, ownCarrier: 'fleet', log };
  for (const start of [consumeForDeliveries(around), consumeForCouriers(around)]) {
    await start.idle();
    await start.stop();
  }
}

async function wanted(more: Record<string, unknown> = {}): Promise<string> {
  const made = await call('POST', '/deliveries', {
    origin: DEMO.origin.at,
    destination: DEMO.destination.at,
    package_size: 'small',
    phone: '+4930231250',
    require_proof: ['photo', 'signature'],
    ...more,
  });
  expect(made.status, made.text).toBe(201);
  return String(made.body['delivery_id']);
}

/**
 * Lets the courier ride until the delivery has this phase, or the time is over; returns every phase
 * and place on the way.
 */
async function rideUntil(id: string, phase: string, forMs: number) {
  const phases = new Set<string>();
  const places = new Set<string>();
  const untilMs = hub.clock.nowMs() + forMs;
  while (hub.clock.nowMs() < untilMs && !phases.has(phase)) {
    hub.clock.advance(await rider.step());
    await consumed();
    rider.changed();
    const { body } = await call('GET', `/deliveries/${id}`);
    phases.add(String(body['phase']));
    if (body['courier_location']) places.add(JSON.stringify(body['courier_location']));
  }
  return { phases, places };
}

describe('a courier of the sandbox', () => {
  it('takes a delivery, rides and hands it over with proof, within six minutes', async () => {
    const beganMs = hub.clock.nowMs();
    const id = await wanted();
    const { phases, places } = await rideUntil(id, 'delivered', 6 * 60_000);
    expect([...phases]).toEqual(
      expect.arrayContaining(['pending', 'assigned', 'picked_up', 'arriving', 'delivered']),
    );
    expect(places.size).toBeGreaterThan(30);
    expect(hub.clock.nowMs() - beganMs).toBeLessThan(6 * 60_000);
    const { shipment_id: shipment } = (await call('GET', `/deliveries/${id}`)).body;
    const proof = await call('GET', `/shipments/${String(shipment)}/proof`);
    expect(proof.body, proof.text).toMatchObject({ missing: [] });
  });

  it('cannot know a PIN, and brings the parcel back', async () => {
    const near = { lat: DEMO.origin.at.lat + 0.001, lng: DEMO.origin.at.lng };
    const id = await wanted({ require_proof: ['pin'], destination: near });
    const { phases } = await rideUntil(id, 'returned', 15 * 60_000);
    expect([...phases]).toEqual(expect.arrayContaining(['attempted', 'returning', 'returned']));
  });

  it('takes no parcel out of its town, and returns parcels given to it', async () => {
    const far = { lat: 52.52, lng: 13.405 };
    const id = await wanted({ origin: far, destination: { lat: 52.53, lng: 13.41 } });
    for (let turn = 0; turn < 5; turn += 1) hub.clock.advance(await rider.step());
    expect((await call('GET', `/deliveries/${id}`)).body).toMatchObject({ courier: null });
    await call('POST', `/deliveries/${id}/reassign`, { courier_id: sam.id });
    rider.changed();
    await rider.step();
    expect((await call('GET', `/deliveries/${id}`)).body).toMatchObject({ courier: null });
    await call('POST', `/deliveries/${id}/cancel`);
  });

  it('rests when its shift is off, and stops when its phone is revoked', async () => {
    await sam.call('POST', '/driver/shift', { shift: 'off' });
    rider.changed();
    expect(await rider.step()).toBe(60_000);
    await call('DELETE', `/couriers/${sam.id}/devices`);
    rider.changed();
    await expect(rider.step()).rejects.toThrow(KeyEnded);
  });
});
