import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answered, type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';

let hub: TestHub;
let call: Caller;
let other: Caller;
let ada: TestDriver;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
});
beforeEach(async () => {
  hub.clock.advance(60_000);
  ada = await newDriver(hub, call, 'Ada Example');
  await onShift(ada, 'on');
});
afterAll(() => hub.close());

async function onShift({ call: phone }: TestDriver, shift: 'on' | 'off'): Promise<void> {
  expect((await phone('POST', '/driver/shift', { shift })).status).toBe(200);
}

/** This many seconds before the hub's clock, this many metres east. */
const at = (secondsAgo: number, eastM = 0, more: object = {}) => ({
  ts: new Date(hub.clock.nowMs() - secondsAgo * 1_000).toISOString(),
  lat: 0,
  lng: eastM / 111_195,
  ...more,
});
const outcomes = ({ body }: Answered) =>
  (body['results'] as { outcome: string; not_shown?: string }[]).map(
    ({ outcome, not_shown }) => not_shown ?? outcome,
  );
const where = () => call('GET', `/couriers/${ada.id}/position`);

describe('positions', () => {
  it('from a phone determine the courier’s place', async () => {
    expect((await where()).status).toBe(404);
    const sent = await ada.call('POST', '/driver/positions', [
      at(20),
      at(10, 100, { accuracy_m: 8, speed_kmh: 36, heading: 90, battery: 81 }),
    ]);
    expect([sent.status, sent.body]).toEqual([
      202,
      {
        accepted: 2,
        duplicates: 0,
        rejected: 0,
        results: [
          { index: 0, outcome: 'accepted' },
          { index: 1, outcome: 'accepted' },
        ],
      },
    ]);
    expect((await where()).body).toEqual({
      courier_id: ada.id,
      ...at(10, 100, { accuracy_m: 8, speed_kmh: 36, heading: 90, battery: 81 }),
      received_at: new Date(hub.clock.nowMs()).toISOString(),
      is_old: false,
      battery_low: false,
      location: null,
    });
  });

  it('determine the couriers near a place, the nearest first and nobody off shift or of another tenant', async () => {
    const [bob, far, gone] = [
      await newDriver(hub, call, 'Bob'),
      await newDriver(hub, call, 'Far'),
      await newDriver(hub, call, 'Gone'),
    ];
    const strange = await newDriver(hub, other, 'Stranger');
    for (const each of [bob, far, gone, strange]) await onShift(each, 'on');
    // Far from everything: no couriers of other tests are near.
    const there = (eastM: number) => ({ ...at(1, eastM), lat: 12 });
    await ada.call('POST', '/driver/positions', [there(300)]);
    await bob.call('POST', '/driver/positions', [there(100)]);
    await far.call('POST', '/driver/positions', [there(9_000)]);
    await gone.call('POST', '/driver/positions', [there(50)]);
    await strange.call('POST', '/driver/positions', [there(0)]);
    await onShift(gone, 'off');
    const near = (query: string) => call('GET', `/couriers?near=12,0&${query}`);
    const found = await near('radius_m=1000');
    expect(found.body).toMatchObject({
      data: [
        { id: bob.id, shift: 'on', position: { courier_id: bob.id, lat: 12 } },
        { id: ada.id, name: 'Ada Example' },
      ],
      next_cursor: null,
    });
    const [first] = found.body['data'] as { distance_m: number }[];
    expect(first?.distance_m).toBe(98);
    expect((await near('radius_m=20000')).body['data']).toHaveLength(3);
    expect((await near('radius_m=20000&limit=1')).body['data']).toMatchObject([{ id: bob.id }]);
    for (const wrong of ['shift=off', 'external_id=1', 'radius_m=0', 'radius_m=200001']) {
      expect((await near(wrong)).status).toBe(422);
    }
    for (const wrong of ['12', '91,0', '12,181', 'a,b', '12;0', '']) {
      expect((await call('GET', `/couriers?near=${wrong}`)).status).toBe(422);
    }
    const without = await call('GET', '/couriers?shift=on');
    expect(without.text).not.toContain('distance_m');
  });

  it('from a merchant’s key may be of many couriers, but only its own', async () => {
    const bob = await newDriver(hub, call, 'Bob');
    await onShift(bob, 'on');
    const strange = await newDriver(hub, other, 'Stranger');
    const sent = await call('POST', '/positions', [
      { courier_id: ada.id, ...at(10) },
      { courier_id: bob.id, ...at(10) },
      { courier_id: strange.id, ...at(10) },
      { courier_id: ada.id, ...at(5), lat: 91 },
    ]);
    expect(sent.status).toBe(202);
    expect(sent.body['results']).toMatchObject([
      { outcome: 'accepted' },
      { outcome: 'accepted' },
      { outcome: 'rejected', error: { code: 'no_such_courier', pointer: '/courier_id' } },
      { outcome: 'rejected', error: { code: 'invalid', pointer: '/lat' } },
    ]);
    expect((await call('POST', `/couriers/${bob.id}/positions`, [at(1)])).status).toBe(202);
    expect((await other('POST', `/couriers/${bob.id}/positions`, [at(0)])).status).toBe(404);
    expect((await other('GET', `/couriers/${bob.id}/position`)).status).toBe(404);
  });

  it('that are older, inexact or jumps are accepted and never shown', async () => {
    const sent = await ada.call('POST', '/driver/positions', [
      at(100),
      at(90, 100),
      at(95, 50),
      at(80, 120, { accuracy_m: 201 }),
      at(70, 90_000),
      at(60, 200),
      at(60, 200),
    ]);
    expect(outcomes(sent)).toEqual([
      ...['accepted', 'accepted', 'older', 'inaccurate', 'jump', 'accepted', 'duplicate'],
    ]);
    expect((await where()).body).toMatchObject(at(60, 200));
    const jump = [at(50, 90_000), at(45, 90_010), at(40, 90_020)];
    expect(outcomes(await ada.call('POST', '/driver/positions', jump))).toEqual([
      ...['jump', 'jump', 'accepted'],
    ]);
    expect((await where()).body).toMatchObject(at(40, 90_020));
  });

  it('are rejected off shift, in the future and too old, and are then not stored', async () => {
    await ada.call('POST', '/driver/positions', [at(10)]);
    const odd = await ada.call('POST', '/driver/positions', [at(-61), at(91 * 86_400), at(-59)]);
    expect(odd.body['results']).toMatchObject([
      { error: { code: 'in_future' } },
      { error: { code: 'too_old' } },
      { outcome: 'accepted' },
    ]);
    await onShift(ada, 'off');
    const off = await ada.call('POST', '/driver/positions', [at(5), at(1)]);
    expect([off.status, off.body['errors']]).toEqual([
      422,
      [expect.objectContaining({ pointer: '/0/courier_id' }), expect.anything()],
    ]);
    expect((await where()).status).toBe(404);
    await hub.positions.keeper.store();
    expect(await storedPlaces()).toBe(0);
    await onShift(ada, 'on');
    expect((await where()).status).toBe(404);
    expect((await ada.call('POST', '/driver/positions', [at(1)])).status).toBe(202);
  });

  it('from between two shifts are rejected, whenever they are sent; those of the previous shift are not', async () => {
    const MINUTES = 60;
    await onShift(ada, 'off');
    hub.clock.advance(12 * 3_600_000);
    await onShift(ada, 'on');
    hub.clock.advance(60_000);
    const sent = await ada.call('POST', '/driver/positions', [
      at(12 * 60 * MINUTES + 90),
      at(6 * 60 * MINUTES),
      at(17 * MINUTES),
      at(10 * MINUTES),
      at(1),
    ]);
    expect(outcomes(sent)).toEqual(['accepted', 'rejected', 'rejected', 'accepted', 'accepted']);
    expect(sent.body['results']).toMatchObject({
      1: { error: { code: 'off_shift', pointer: '/ts' } },
    });
    const night = await ada.call('POST', '/driver/positions', [at(6 * 60 * MINUTES)]);
    expect(night.status).toBe(422);
  });

  it('from between a shift that ended at its time and the next one are rejected', async () => {
    const shift_ends_at = new Date(hub.clock.nowMs() + 60_000).toISOString();
    await call('PATCH', `/couriers/${ada.id}`, { shift_ends_at });
    hub.clock.advance(4 * 3_600_000);
    await onShift(ada, 'on');
    const sent = await ada.call('POST', '/driver/positions', [at(2 * 3_600), at(1)]);
    expect(outcomes(sent)).toEqual(['rejected', 'accepted']);
  });

  it('of a day offline are accepted, except those outside of its shifts', async () => {
    const HOUR = 3_600;
    const tell = (shift: string, secondsAgo: number) =>
      ada.call('POST', '/driver/shift', { shift, at: at(secondsAgo).ts });
    await onShift(ada, 'off');
    hub.clock.advance(24 * HOUR * 1_000);
    // Sent at once when back online: a morning, a break of an hour, an afternoon.
    expect((await tell('on', 8 * HOUR)).status).toBe(200);
    expect((await tell('off', 5 * HOUR)).status).toBe(200);
    const answer = await tell('on', 4 * HOUR);
    expect(answer.body).toMatchObject({ courier: { shift: 'on', shift_since: at(4 * HOUR).ts } });
    const hours = [20, 8.1, 7.9, 5.1, 4.9, 4.1, 3.9, 0];
    const sent = await ada.call(
      'POST',
      '/driver/positions',
      hours.map((ago) => at(ago * HOUR)),
    );
    expect(outcomes(sent).map((outcome) => outcome !== 'rejected')).toEqual([
      ...[false, false, true, true, false, false, true, true],
    ]);
  });

  it('count from the phone’s shift start, even if a dispatcher started the shift meanwhile', async () => {
    await onShift(ada, 'off');
    hub.clock.advance(7_200_000);
    await call('PATCH', `/couriers/${ada.id}`, { shift: 'on' });
    expect(outcomes(await ada.call('POST', '/driver/positions', [at(3_000), at(1)]))).toEqual([
      ...['rejected', 'accepted'],
    ]);
    await ada.call('POST', '/driver/shift', { shift: 'on', at: at(3_600).ts });
    const sent = await ada.call('POST', '/driver/positions', [at(5_000), at(3_000), at(0)]);
    expect(outcomes(sent)).toEqual(['rejected', 'older', 'accepted']);
  });

  it.each([
    ['the future', 9_000, 0],
    ['long ago', -30 * 86_400, -7 * 86_400],
  ])('count from a plausible time when the phone sends %s', async (_, saidS, countsS) => {
    const bob = await newDriver(hub, call, 'Bob');
    const answer = await bob.call('POST', '/driver/shift', { shift: 'on', at: at(-saidS).ts });
    expect(answer.body).toMatchObject({ courier: { shift_since: at(-countsS).ts } });
    for (const wrong of ['yesterday', '1926-03-10T12:00:00Z', 7]) {
      const refused = await bob.call('POST', '/driver/shift', { shift: 'off', at: wrong });
      expect(refused.status).toBe(422);
    }
  });

  it('count from the correct time when the phone’s clock is wrong', async () => {
    const bob = await newDriver(hub, call, 'Bob');
    const headers = { 'waybill-sent-at': at(-3_600).ts };
    const body = { shift: 'on', at: at(-3_600 + 600).ts };
    const answer = await bob.call('POST', '/driver/shift', body, headers);
    expect(answer.body).toMatchObject({ courier: { shift_since: at(600).ts } });
  });

  it('end with a shift that ends at its time', async () => {
    const shift_ends_at = new Date(hub.clock.nowMs() + 60_000).toISOString();
    await call('PATCH', `/couriers/${ada.id}`, { shift_ends_at });
    expect((await ada.call('POST', '/driver/positions', [at(1)])).status).toBe(202);
    hub.clock.advance(60_000);
    expect((await where()).status).toBe(404);
    expect((await ada.call('POST', '/driver/positions', [at(0)])).status).toBe(422);
  });

  it('of a phone with a wrong clock are corrected', async () => {
    const aheadMs = 3_600_000;
    const sentAt = new Date(hub.clock.nowMs() + aheadMs).toISOString();
    const sent = await ada.call('POST', '/driver/positions', [at(-3_590)], {
      'waybill-sent-at': sentAt,
    });
    expect(outcomes(sent)).toEqual(['accepted']);
    expect((await where()).body).toMatchObject(at(10));
  });

  it('are limited for each courier', async () => {
    const batch = (index: number) =>
      Array.from({ length: 500 }, (_, i) => at(20_000 - index * 500 - i - 1));
    for (let index = 0; index < 20; index += 1)
      await ada.call('POST', '/driver/positions', batch(index));
    const over = await ada.call('POST', '/driver/positions', batch(21));
    expect([over.status, over.headers.get('retry-after')]).toEqual([429, '10']);
    hub.clock.advance(2_000);
    expect((await ada.call('POST', '/driver/positions', [at(0)])).status).toBe(202);
  });

  it('need the right key and a list of up to 500', async () => {
    const narrow = callerOf(hub, (await hub.newKey({ scopes: ['couriers:write'] })).text);
    expect((await narrow('POST', '/positions', [])).status).toBe(403);
    expect((await callerOf(hub, 'wb_test_x')('POST', '/positions', [])).status).toBe(401);
    expect((await callerOf(hub, null)('POST', '/positions', [])).status).toBe(401);
    for (const odd of [{}, [], Array.from({ length: 501 }, () => at(1)), 'null']) {
      const answer = await ada.call('POST', '/driver/positions', odd);
      expect(answer.status).toBe(422);
    }
    expect((await ada.call('POST', '/driver/positions', '{')).status).toBe(400);
  });

  it('survive a restart of the process, and are deleted with an erased courier', async () => {
    await ada.call('POST', '/driver/positions', [at(10, 5, { battery: 50 })]);
    await hub.positions.keeper.store();
    expect(await storedPlaces()).toBe(1);
    const before = (await where()).body;
    await hub.positions.places.drop({ ...(await tenantOf()), courierId: uuid(ada.id) });
    expect((await where()).status).toBe(404);
    await hub.positions.keeper.restore(true);
    expect((await where()).body).toEqual(before);
    expect((await call('DELETE', `/couriers/${ada.id}`)).status).toBe(204);
    expect(await storedPlaces()).toBe(0);
  });
});

const uuid = (wire: string) => wire.slice(4).replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

async function storedPlaces(): Promise<number | null> {
  const text = 'select from courier_places where courier_id = $1';
  return (await hub.db.pipeline.query(text, [uuid(ada.id)])).rowCount;
}

async function tenantOf() {
  const { tenant } = await hub.newKey();
  return { tenant };
}
