import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';

let hub: TestHub;
let call: Caller;
let other: Caller;
let ada: TestDriver;
let bob: TestDriver;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
});
beforeEach(async () => {
  // Attempts at enrolment codes are rate-limited.
  hub.clock.advance(60_000);
  ada = await newDriver(hub, call, 'Ada Example');
  bob = await newDriver(hub, call, 'Bob Example');
});
afterAll(() => hub.close());

const HOME = {
  line1: 'Große Bergstraße 160',
  postal_code: '22767',
  city: 'Hamburg',
  country: 'DE',
};

async function newParcel(more: object = {}): Promise<{ id: string; number: string }> {
  const made = await call('POST', '/shipments', {
    carrier: 'fleet',
    order_id: '2001',
    recipient: { name: 'A. Example', phone: '+491511' },
    destination: HOME,
    ...more,
  });
  expect(made.status).toBe(201);
  return { id: String(made.body['id']), number: String(made.body['tracking_number']) };
}

let serial = 0;
/** Before the hub's clock, which advances with each test. */
const at = (minutesAgo: number) => new Date(hub.clock.nowMs() - minutesAgo * 60_000).toISOString();
const event = (type: string, minutesAgo: number, members: object) => {
  serial += 1;
  return { id: `e-${serial}`, type, at: at(minutesAgo), ...members };
};
const scan = (number: string, code: string, minutesAgo = 10, more: object = {}) =>
  event('scan', minutesAgo, { tracking_number: number, code, ...more });
const status = (id: string, to: string, minutesAgo = 5, more: object = {}) =>
  event('status', minutesAgo, { shipment_id: id, status: to, ...more });

interface Result {
  readonly id: string;
  readonly outcome: string;
  readonly error?: Readonly<Record<string, unknown>>;
}

async function send(driver: TestDriver, events: readonly object[], headers = {}) {
  const answer = await driver.call('POST', '/driver/events', events, headers);
  expect(answer.status).toBe(200);
  await hub.settled();
  return answer.body['results'] as readonly Result[];
}
const outcomes = async (driver: TestDriver, ...events: readonly object[]) =>
  (await send(driver, events)).map(({ outcome, error }) => error?.['code'] ?? outcome);

async function shown(id: string) {
  return (await call('GET', `/shipments/${id}`)).body;
}

interface Stop {
  readonly id: string;
  readonly state: string;
  readonly parcels: readonly { readonly tracking_number: string; readonly state: string }[];
}
async function stopsOf(driver: TestDriver): Promise<readonly Stop[]> {
  const { body, status } = await driver.call('GET', '/driver/route');
  expect(status).toBe(200);
  return body['stops'] as readonly Stop[];
}
const parcelsOf = async (driver: TestDriver) =>
  (await stopsOf(driver)).map(({ parcels }) =>
    parcels.map(({ tracking_number: number, state }) => `${number} ${state}`).join(),
  );

describe('a day of a courier', () => {
  it('is the merchant’s list: loaded, driven and reported', async () => {
    const first = await newParcel();
    const second = await newParcel({ destination: { ...HOME, line1: 'Elbchaussee 1' } });
    const neighbour = await newParcel({
      destination: { ...HOME, line1: 'GROSSE BERGSTRASSE 160.' },
    });
    const same = await newParcel();
    const put = await call('PUT', `/couriers/${ada.id}/route`, {
      parcels: [
        { shipment_id: second.id, notes: '3rd floor', window: { from: at(0), to: at(-60) } },
        { shipment_id: first.id },
        { shipment_id: same.id, locked: true },
        { shipment_id: neighbour.id },
      ],
    });
    expect(put.status).toBe(200);
    const route = await ada.call('GET', '/driver/route');
    expect(route.body['stops']).toMatchObject([
      {
        position: 1,
        locked: false,
        state: 'open',
        location: null,
        notes: ['3rd floor'],
        window: { from: at(0), to: at(-60) },
        recipient: { name: 'A. Example', phone: '+491511' },
        address: { lines: ['Elbchaussee 1'], postal_code: '22767', city: 'Hamburg', country: 'DE' },
        parcels: [
          { shipment_id: second.id, status: 'created', state: 'to_load', order_id: '2001' },
        ],
      },
      {
        position: 2,
        locked: true,
        parcels: [{ tracking_number: first.number }, { tracking_number: same.number }],
      },
      { position: 3, parcels: [{ tracking_number: neighbour.number }] },
    ]);
    const results = await send(ada, [
      scan(first.number, 'LOAD', 60),
      scan(second.number.toLowerCase(), 'LOAD', 59),
      scan(same.number, 'LOAD', 58),
      status(second.id, 'delivered', 20, { lat: 53.5, lng: 9.9 }),
      status(first.id, 'delivery_attempted', 10, { sub_status: 'recipient_unavailable' }),
    ]);
    expect(results.map(({ outcome, error }) => error ?? outcome)).toEqual(
      Array.from({ length: 5 }, () => 'accepted'),
    );
    expect(await shown(second.id)).toMatchObject({ status: 'delivered', delivered_at: at(20) });
    expect(await shown(first.id)).toMatchObject({ status: 'delivery_attempted' });
    expect(await parcelsOf(ada)).toEqual([
      `${second.number} done`,
      `${first.number} loaded,${same.number} loaded`,
      `${neighbour.number} to_load`,
    ]);
    const counted = await call('GET', `/couriers/${ada.id}`);
    expect(counted.body).toMatchObject({ holds: 2, assigned: 3 });
    expect((await call('DELETE', `/couriers/${ada.id}`)).status).toBe(409);
  });

  it('without a list is driven in the reverse order of loading', async () => {
    const streets = ['A 1', 'B 2', 'C 3'];
    const parcels = await Promise.all(
      streets.map((line1) => newParcel({ destination: { ...HOME, line1 } })),
    );
    const loads = parcels.map(({ number }, index) => scan(number, 'LOAD', 30 - index));
    expect(await outcomes(ada, ...loads)).toEqual(['accepted', 'accepted', 'accepted']);
    const reversed = parcels.map(({ number }) => `${number} loaded`).reverse();
    expect(await parcelsOf(ada)).toEqual(reversed);
  });

  it('removes what others reported finished, and announces returned parcels', async () => {
    const { consumeForCouriers } = await import('../../couriers/index.ts');
    const consumer = consumeForCouriers({
      db: hub.db,
      clock: hub.clock,
      ownCarrier: 'fleet',
      randomBytes: (bytes) => new Uint8Array(bytes).map((_, index) => (index * 7 + serial) % 256),
      log: { warn: () => {}, error: () => {}, info: () => {}, debug: () => {} } as never,
    });
    await consumer.idle();
    const handedIn = await newParcel();
    const back = await newParcel();
    await send(ada, [scan(handedIn.number, 'LOAD', 12), scan(back.number, 'LOAD', 10)]);
    await call('POST', '/scans', [
      { tracking_number: handedIn.number, code: 'ARRIVE', scanned_at: at(1), facility_code: 'H' },
      { tracking_number: back.number, code: 'RETURN', scanned_at: at(1) },
    ]);
    await hub.settled();
    await consumer.idle();
    expect(await parcelsOf(ada)).toEqual([`${back.number} loaded,${handedIn.number} done`]);
    const german = { 'accept-language': 'de-AT, en;q=0.5' };
    const { body } = await ada.call('GET', '/driver/route', undefined, german);
    expect(body['notices']).toMatchObject([
      {
        kind: 'returning',
        tracking_number: back.number,
        courier_name: null,
        date: null,
        text: `${back.number} geht zurück an den Absender. Bringen Sie es zurück ins Depot.`,
      },
    ]);
    expect((await call('DELETE', `/shipments/${handedIn.id}`)).status).toBe(204);
    const early = `OWNEARLY${serial}`;
    await send(ada, [scan(early, 'PICKUP', 3, { note: 'No label of ours.' })]);
    const late = await call('POST', '/shipments', { carrier: 'fleet', tracking_number: early });
    await consumer.idle();
    expect((await parcelsOf(ada)).join()).toContain(`${early} loaded`);
    await call('DELETE', `/shipments/${String(late.body['id'])}`);
    await consumer.idle();
    await consumer.stop();
    const found = await hub.db.pipeline.query(
      `select tracking_number from driver_events where tracking_number = $1
       union all select tracking_number from courier_parcels where tracking_number = $1`,
      [early],
    );
    expect(found.rows).toEqual([]);
    const { rows } = await hub.db.pipeline.query<{ left: number }>(
      `select (select count(*) from courier_parcels where shipment_id = $1)
            + (select count(*) from driver_events where shipment_id = $1) as left`,
      [handedIn.id],
    );
    expect(rows).toEqual([{ left: '0' }]);
  });
});

describe('events', () => {
  it('sent again change nothing, and refused ones are refused again', async () => {
    const { id, number } = await newParcel();
    const queue = [
      scan(number, 'LOAD', 30),
      status(id, 'delivered', 20),
      status(id, 'delivered', 18),
    ];
    expect(await outcomes(ada, ...queue)).toEqual(['accepted', 'accepted', 'forbidden_move']);
    expect(await outcomes(ada, ...queue)).toEqual(['duplicate', 'duplicate', 'forbidden_move']);
    const events = (await shown(id))['events'] as readonly unknown[];
    expect(events).toHaveLength(2);
    expect(await outcomes(ada, status(id, 'delivered', 10))).toEqual(['not_yours']);
    const twice = scan(number, 'UNDELIVERED', 5);
    expect(await outcomes(ada, twice, twice)).toEqual(['accepted', 'duplicate']);
  });

  it('sent again get the same answer, although a colleague has the parcel by now', async () => {
    const { number } = await newParcel();
    const load = scan(number, 'LOAD', 60);
    expect(await outcomes(ada, load)).toEqual(['accepted']);
    expect(await outcomes(bob, scan(number, 'LOAD', 30, { handover: true }))).toEqual(['accepted']);
    expect(await outcomes(ada, load)).toEqual(['duplicate']);
  });

  it('repeated in one request take effect once', async () => {
    const { id, number } = await newParcel();
    const delivered = status(id, 'delivered', 5);
    const sent = [scan(number, 'LOAD', 60), delivered, delivered];
    expect(await outcomes(ada, ...sent)).toEqual(['accepted', 'accepted', 'duplicate']);
  });

  it('need their proof at the door, and are accepted without it from a queue', async () => {
    const now = await newParcel({ require_proof: ['photo'] });
    const queued = await newParcel({ require_proof: ['photo'] });
    await outcomes(ada, scan(now.number, 'LOAD', 60), scan(queued.number, 'LOAD', 60));
    expect(await outcomes(ada, status(now.id, 'delivered', 0))).toEqual(['proof_missing']);
    expect(await outcomes(ada, status(queued.id, 'delivered', 3))).toEqual(['accepted']);
  });

  it('refused by the transition table come back with the allowed ones', async () => {
    const { id, number } = await newParcel();
    await send(ada, [scan(number, 'PICKUP', 30)]);
    const [refused] = await send(ada, [status(id, 'available_for_pickup')]);
    expect(refused).toMatchObject({
      outcome: 'refused',
      error: {
        code: 'forbidden_move',
        current: 'picked_up',
        requested: 'available_for_pickup',
        allowed: ['in_transit', 'at_facility', 'out_for_delivery', 'exception', 'returning'],
        fix: 'Scan it into the van first (LOAD), then report it again.',
      },
    });
  });

  it('that are unreadable are refused without affecting others', async () => {
    const { number } = await newParcel();
    const results = await send(ada, [
      { ...scan(number, 'LOAD'), at: 'soon' },
      scan(number, 'LOAD'),
      { type: 'dance', id: 'x', at: at(1) },
      ['nothing'],
      { ...status('', 'delivered'), shipment_id: undefined },
      scan(' - ', 'LOAD'),
      { ...scan(number, 'LOAD'), color: 'red' },
    ]);
    expect(results.map(({ outcome, error }) => error?.['pointer'] ?? outcome)).toEqual([
      ...['/at', 'accepted', '/type', ''],
      ...[expect.anything(), '/tracking_number', '/color'],
    ]);
    for (const body of [[], {}, Array(501).fill({})]) {
      expect((await ada.call('POST', '/driver/events', body)).status).toBe(422);
    }
  });

  it('of a device with a wrong clock get correct times, and none is lost', async () => {
    const { id, number } = await newParcel();
    const ahead = scan(number, 'LOAD', -180);
    const sentAt = { 'waybill-sent-at': at(-181) };
    const answer = await ada.call('POST', '/driver/events', [ahead], sentAt);
    expect(answer.body).toMatchObject({
      clock_offset_ms: 181 * 60_000,
      results: [{ outcome: 'accepted' }],
    });
    await hub.settled();
    const { events } = (await shown(id)) as { events: readonly { occurred_at: string }[] };
    expect(Math.abs(Date.parse(events[0]?.occurred_at ?? '') - Date.parse(at(1)))).toBeLessThan(
      1_000,
    );
    const unsaid = status(id, 'delivered', -300);
    expect(await outcomes(ada, unsaid)).toEqual(['accepted']);
    const { body } = await call('GET', `/couriers/${ada.id}/devices`);
    expect(body['data']).toMatchObject([{ clock_offset_ms: 181 * 60_000, queue_at: at(0) }]);
  });
});

describe('custody', () => {
  it('goes to the first courier to scan, is refused to others, and is handed over by a scan', async () => {
    const { id, number } = await newParcel();
    expect(await outcomes(ada, scan(number, 'PICKUP'))).toEqual(['accepted']);
    expect(await outcomes(bob, scan(number, 'DELIVERED'))).toEqual(['not_yours']);
    expect(await outcomes(bob, status(id, 'out_for_delivery'))).toEqual(['held_by_another']);
    const [refused] = await send(bob, [scan(number, 'LOAD', 9)]);
    expect(refused?.error).toMatchObject({
      code: 'held_by_another',
      courier: { id: ada.id, first_name: 'Ada' },
    });
    expect(JSON.stringify(refused)).not.toContain('Ada Example');
    expect(await outcomes(bob, scan(number, 'LOAD', 8, { handover: true }))).toEqual(['accepted']);
    expect(await outcomes(ada, scan(number, 'ATTEMPT', 1))).toEqual(['not_yours']);
    expect(await outcomes(ada, scan(number, 'ATTEMPT', 9))).toEqual(['accepted']);
    expect(await outcomes(bob, scan(number, 'DELIVERED', 1))).toEqual(['accepted']);
    const route = await ada.call('GET', '/driver/route');
    expect(route.body['notices']).toMatchObject([{ kind: 'given_to', courier_name: 'Bob' }]);
    const found = await call('GET', `/couriers/${bob.id}/events?outcome=refused`);
    expect(found.body['data']).toMatchObject([
      expect.anything(),
      expect.anything(),
      { refused_as: 'not_yours', sent: { code: 'DELIVERED', tracking_number: number } },
    ]);
    const { rows } = await hub.db.pipeline.query<{ stored: string }>(
      'select driver_events::text as stored from driver_events',
    );
    expect(rows.map(({ stored }) => stored).join()).not.toMatch(/Ada|Bob/);
  });

  it('of an unregistered parcel is recorded, and attached when it is registered', async () => {
    const number = `OWN-${serial}-77`;
    expect(await outcomes(ada, scan(number, 'PICKUP'))).toEqual(['accepted']);
    expect(await outcomes(bob, scan(number, 'DELIVERED'))).toEqual(['not_yours']);
    const noSuch = event('status', 1, { tracking_number: number, status: 'delivered' });
    expect(await outcomes(ada, noSuch)).toEqual(['no_such_parcel']);
    const made = await call('POST', '/shipments', { carrier: 'fleet', tracking_number: number });
    await hub.settled();
    expect(await shown(String(made.body['id']))).toMatchObject({ status: 'picked_up' });
  });

  it('is changed by the merchant when a phone is lost', async () => {
    const held = await newParcel();
    const planned = await newParcel({ destination: { ...HOME, line1: 'B 2' } });
    await send(ada, [scan(held.number, 'LOAD')]);
    const list = { parcels: [{ shipment_id: held.id }, { shipment_id: planned.id }] };
    expect((await call('PUT', `/couriers/${ada.id}/route`, list)).status).toBe(200);
    const theirs = await call('PUT', `/couriers/${bob.id}/route`, list);
    expect([theirs.status, theirs.body['shipment_ids']]).toEqual([409, [held.id]]);
    const foreign = await newDriver(hub, other, 'Eve Example');
    const path = `/couriers/${ada.id}/handover`;
    for (const to of [foreign.id, ada.id, 'cou_1']) {
      expect((await call('POST', path, { courier_id: to })).status).toBe(422);
    }
    expect((await other('POST', path, { courier_id: foreign.id })).status).toBe(404);
    const given = await call('POST', path, { courier_id: bob.id });
    expect(given.body).toEqual({ moved: 2 });
    expect(await parcelsOf(ada)).toEqual([`${held.number} done`, `${planned.number} done`]);
    expect([...(await parcelsOf(bob))].sort()).toEqual(
      [`${held.number} loaded`, `${planned.number} to_load`].sort(),
    );
    expect(await outcomes(bob, scan(held.number, 'DELIVERED', 0))).toEqual(['accepted']);
  });

  it('does not extend to other merchants’ parcels', async () => {
    const { id, number } = await newParcel();
    const eve = await newDriver(hub, other, 'Eve Example');
    expect(await outcomes(eve, scan(number, 'LOAD'), status(id, 'picked_up'))).toEqual([
      'accepted',
      'no_such_parcel',
    ]);
    expect(await shown(id)).toMatchObject({ status: 'created' });
    expect(await outcomes(ada, scan(number, 'LOAD'))).toEqual(['accepted']);
    expect(await parcelsOf(eve)).toEqual([]);
  });
});

describe('a list', () => {
  it('is rejected for entries that cannot be on it, with their position', async () => {
    const { id } = await newParcel();
    const fedex = await call('POST', '/shipments', {
      carrier: 'fedex',
      tracking_number: '794644790138',
    });
    const put = (...parcels: readonly object[]) =>
      call('PUT', `/couriers/${ada.id}/route`, { parcels });
    for (const wrong of [String(fedex.body['id']), '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80', id]) {
      const answer = await put({ shipment_id: id }, { shipment_id: wrong });
      expect(answer.status).toBe(422);
      expect(answer.body['errors']).toMatchObject([{ pointer: '/parcels/1/shipment_id' }]);
    }
    expect((await put({ shipment_id: id })).status).toBe(200);
    expect(await parcelsOf(ada)).toHaveLength(1);
    expect((await put()).status).toBe(200);
    expect(await parcelsOf(ada)).toEqual([]);
    const { body } = await ada.call('GET', '/driver/route');
    expect(body['notices']).toMatchObject([{ kind: 'removed' }]);
  });
});
