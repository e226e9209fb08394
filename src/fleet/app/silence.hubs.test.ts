import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../http/testing/test-hub.ts';
import { systemRandom } from '../../platform/clock.ts';
import { createLog } from '../../platform/observability/log.ts';
import { applyFacts } from '../../reactions/exceptions/index.ts';
import { startWatchingSilence } from '../couriers/index.ts';
import { lastPositionsOf } from '../positions/index.ts';

const MINUTE_MS = 60_000;
let hub: TestHub;
let call: Caller;
let other: Caller;
let ada: TestDriver;
let watching: ReturnType<typeof start>;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
  ada = await newDriver(hub, call, 'Ada Example');
  watching = start();
});
afterAll(async () => {
  await watching?.stop();
  await hub.close();
});

function start() {
  return startWatchingSilence({
    db: hub.db,
    clock: hub.clock,
    randomBytes: systemRandom,
    log: createLog({ level: 'silent' }),
    silentAfterMs: async () => 120 * MINUTE_MS,
    lastPositions: (ids, sinceMs) => lastPositionsOf(hub.db.pipeline, ids, sinceMs),
    applyCases: (tenant, shipmentId) => applyFacts(hub.exceptionsDeps, tenant, shipmentId),
  });
}

let serial = 0;
async function scanned(number: string, code: string): Promise<void> {
  serial += 1;
  const at = new Date(hub.clock.nowMs()).toISOString();
  const event = { id: `s-${serial}`, type: 'scan', at, tracking_number: number, code };
  const { body } = await ada.call('POST', '/driver/events', [event]);
  expect(body['results']).toMatchObject([{ outcome: 'accepted' }]);
  await hub.settled();
}
async function positioned(more: object = {}): Promise<void> {
  const ts = new Date(hub.clock.nowMs()).toISOString();
  const sent = await ada.call('POST', '/driver/positions', [{ ts, lat: 0, lng: 0, ...more }]);
  expect(sent.status).toBe(202);
  await hub.positions.flush();
  await hub.positions.keeper.store();
}
async function silences(caller = call) {
  const { body } = await caller('GET', '/events?type=courier.silent&limit=500');
  return body['data'] as readonly { sequence: number; data: Record<string, unknown> }[];
}
async function cases(state: string) {
  const { body } = await call('GET', `/exceptions?kind=custody&state=${state}`);
  return body['data'] as readonly { reason: string; shipment_id: string }[];
}

it('a silent courier is followed up once, until the next sign of life', async () => {
  const made = await call('POST', '/shipments', { carrier: 'fleet' });
  const number = String(made.body['tracking_number']);
  await ada.call('POST', '/driver/shift', { shift: 'on' });
  // A courier on shift without a parcel is never silent.
  hub.clock.advance(200 * MINUTE_MS);
  await watching.now();
  expect(await silences()).toEqual([]);

  await scanned(number, 'LOAD');
  hub.clock.advance(100 * MINUTE_MS);
  await positioned();
  hub.clock.advance(100 * MINUTE_MS);
  // Nobody sees this position, but the phone is alive.
  await positioned({ accuracy_m: 900 });
  hub.clock.advance(119 * MINUTE_MS);
  await watching.now();
  expect([await silences(), await cases('open')]).toEqual([[], []]);

  hub.clock.advance(2 * MINUTE_MS);
  // Two processes check, and one of them restarts.
  const second = start();
  await Promise.all([watching.now(), second.now()]);
  await second.stop();
  await watching.now();
  const [silent] = await silences();
  expect(await silences()).toHaveLength(1);
  expect(silent).toMatchObject({
    sequence: 1,
    data: { courier_id: ada.id, shipment_id: made.body['id'] },
  });
  expect(await cases('open')).toMatchObject([
    { shipment_id: made.body['id'], reason: 'courier_silent' },
  ]);
  expect(await silences(other)).toEqual([]);

  await positioned();
  await watching.now();
  expect(await cases('open')).toEqual([]);
  expect(await cases('closed')).toHaveLength(1);

  // Another silence is another case.
  hub.clock.advance(121 * MINUTE_MS);
  await watching.now();
  expect(await silences()).toHaveLength(2);
  expect(await cases('open')).toHaveLength(1);
  await ada.call('POST', '/driver/shift', { shift: 'off' });
  await watching.now();
  expect(await cases('open')).toEqual([]);
});

it('the dispatcher sees what prevents a phone from reporting its position until the next one', async () => {
  await ada.call('POST', '/driver/shift', { shift: 'on' });
  await positioned({ battery: 15 });
  const where = async () => (await call('GET', `/couriers/${ada.id}/position`)).body;
  expect(await where()).toMatchObject({ battery: 15, battery_low: true, location: null });
  hub.clock.advance(MINUTE_MS);
  const answer = await ada.call('POST', '/driver/phone', { location: 'denied', battery: 9 });
  expect(answer.status).toBe(204);
  expect(await where()).toMatchObject({ location: 'denied' });
  const { body } = await call('GET', `/couriers/${ada.id}`);
  expect(body['device']).toMatchObject({ location: 'denied', battery: 9 });
  hub.clock.advance(MINUTE_MS);
  await positioned({ battery: 80 });
  expect(await where()).toMatchObject({ battery_low: false, location: null });
  expect((await ada.call('POST', '/driver/phone', { location: 'maybe' })).status).toBe(422);
  expect((await call('POST', '/driver/phone', { location: 'on' })).status).toBe(401);
});
