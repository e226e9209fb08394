import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { withTransaction } from '../../../platform/database/database.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { createMetrics } from '../../../platform/observability/metrics.ts';
import { applyFacts } from '../../../reactions/exceptions/index.ts';
import { consumeForCouriers } from '../../couriers/index.ts';
import {
  consumeForDeliveries,
  createDeliveryFigures,
  dispatchBoard,
  startMatcher,
} from '../../deliveries/index.ts';
import {
  createCourierIndex,
  maintainCustody,
  matchOpen,
  reconcile,
  writeAnswers,
} from '../../deliveries/test-matching.ts';

let hub: TestHub;
let call: Caller;
let ada: TestDriver;
let ben: TestDriver;
const log = createLog({ level: 'silent' });
const metrics = createMetrics({ processMetrics: false });
const figures = createDeliveryFigures(metrics);

/** A shop at a quay, and doors some distance away. */
const SHOP = { lat: 53.5436, lng: 9.9885 };
const DESTINATION = { lat: 53.5453, lng: 9.9467 };
const near = (metres: number) => ({ lat: SHOP.lat + metres / 111_195, lng: SHOP.lng });

beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  // A new consumer's cursor starts at the end of the log.
  await deliveredBy();
  ada = await newDriver(hub, call, 'Ada Example');
  ben = await newDriver(hub, call, 'Ben Example');
  for (const [driver, metres] of [
    [ada, 200],
    [ben, 900],
  ] as const) {
    await driver.call('POST', '/driver/shift', { shift: 'on' });
    await standsAt(driver, near(metres));
  }
});
afterAll(() => hub.close());

async function standsAt(driver: TestDriver, { lat, lng }: { lat: number; lng: number }) {
  const ts = new Date(hub.clock.nowMs()).toISOString();
  const sent = await driver.call('POST', '/driver/positions', [{ ts, lat, lng }]);
  expect(sent.status, sent.text).toBe(202);
}

const WANTED = {
  origin: SHOP,
  origin_address: 'Am Sandtorkai 1, 20457 Hamburg, Germany',
  destination: DESTINATION,
  destination_address: {
    line1: 'Große Elbstraße 68',
    postal_code: '22767',
    city: 'Hamburg',
    country: 'DE',
  },
  package_size: 'small',
  phone: '+4915112345678',
  notes: 'Ring twice.',
};

async function wanted(more: Record<string, unknown> = {}): Promise<string> {
  const made = await call('POST', '/deliveries', { ...WANTED, ...more });
  expect(made.status, made.text).toBe(201);
  return String(made.body['delivery_id']);
}
const uuidOf = (id: string) =>
  id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
async function shown(id: string) {
  const answer = await call('GET', `/deliveries/${id}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}
async function allFree() {
  const { rows } = await hub.db.pipeline.query<{ merchant_id: string; mode: 'live' | 'test' }>(
    'select merchant_id, mode from couriers limit 1',
  );
  const [{ merchant_id: merchantId = '', mode = 'live' as const } = {}] = rows;
  return createCourierIndex(hub.deliveries, null).freeOf({ merchantId, mode });
}
const accept = (driver: TestDriver, id: string) => driver.call('POST', `/deliveries/${id}/accept`);
async function deliveredBy() {
  const { db, clock } = hub;
  const around = { db, clock, randomBytes: systemRandom, ownCarrier: 'fleet', log, figures };
  for (const start of [consumeForDeliveries(around), consumeForCouriers(around)]) {
    await start.idle();
    await start.stop();
  }
}

describe('a delivery', () => {
  it('is a shipment with a pickup and a drop-off', async () => {
    const made = await call('POST', '/deliveries', WANTED);
    expect(made.status, made.text).toBe(201);
    const id = String(made.body['delivery_id']);
    expect(id).toMatch(/^del_[0-9a-f]{32}$/);
    expect(made.headers.get('location')).toBe(`/v1/deliveries/${id}`);
    expect(await shown(id)).toMatchObject({
      status: 'created',
      phase: 'pending',
      courier: null,
      courier_location: null,
      origin: { ...SHOP, precision: 'rooftop', address: 'Am Sandtorkai 1, 20457 Hamburg, Germany' },
      phone: '+4915112345678',
      notes: 'Ring twice.',
    });
    const accepted = await accept(ada, id);
    expect(accepted.body).toMatchObject({ accepted: true });
    expect((await accept(ada, id)).body).toEqual(accepted.body);
    const lost = await accept(ben, id);
    expect([lost.status, lost.body['type']]).toEqual([409, '/docs/errors#already-assigned']);
    const assigned = await shown(id);
    expect(assigned).toMatchObject({
      phase: 'assigned',
      courier: { id: ada.id, name: 'Ada Example' },
    });
    expect(assigned['courier_location']).toMatchObject({ lng: SHOP.lng });
    // It is on the route, with its pickup address.
    const route = await ada.call('GET', '/driver/route');
    expect(route.text).toContain(String(made.body['tracking_number']));
    expect(route.body['stops']).toMatchObject([
      {
        notes: ['Ring twice.'],
        parcels: [{ state: 'to_load', pickup: { lines: [expect.stringContaining('Sandtorkai')] } }],
      },
    ]);

    const picked = await ada.call('POST', `/deliveries/${id}/status`, { status: 'picked_up' });
    expect(picked.status, picked.text).toBe(200);
    expect(picked.body).toMatchObject({ status: 'out_for_delivery', phase: 'picked_up' });
    await standsAt(ada, DESTINATION);
    hub.clock.advance(60_000);
    expect(await shown(id)).toMatchObject({ phase: expect.stringMatching(/picked_up|arriving/) });
    const again = await call('POST', `/deliveries/${id}/status`, { status: 'picked_up' });
    expect([again.status, again.body['current'], again.body['requested']]).toEqual([
      409,
      'out_for_delivery',
      'picked_up',
    ]);
    const done = await ada.call('POST', `/deliveries/${id}/status`, { status: 'delivered' });
    expect(done.body, done.text).toMatchObject({ status: 'delivered', phase: 'delivered' });
    await deliveredBy();
    expect(await shown(id)).toMatchObject({ courier: { id: ada.id }, courier_location: null });
    // Even after completion, its courier gets the same answer, and nobody else gets the delivery.
    expect((await accept(ada, id)).body).toEqual(accepted.body);
    const late = await accept(ben, id);
    expect([late.status, late.body['type']]).toEqual([409, '/docs/errors#delivery_ended']);
    // It is the same shipment, with the same state.
    const shipment = await call('GET', `/shipments/${uuidOf(id)}`);
    expect(shipment.body).toMatchObject({ status: 'delivered', carrier: 'fleet' });
    const { data } = (await call('GET', '/events?type=shipment.assigned')).body as {
      data: { data: Record<string, unknown> }[];
    };
    expect(data[0]?.data['courier']).toMatchObject({ id: ada.id, how: 'accepted' });
    await standsAt(ada, near(200));
  });

  it('is created once per idempotency key', async () => {
    const key = { 'idempotency-key': 'the-same-order' };
    const first = await call('POST', '/deliveries', WANTED, key);
    const second = await call('POST', '/deliveries', WANTED, key);
    expect(second.body).toEqual(first.body);
    await call('POST', `/deliveries/${String(first.body['delivery_id'])}/cancel`);
  });

  it('needs addresses that can be geocoded, and says why not', async () => {
    const { destination: _, ...without } = WANTED;
    const refused = await call('POST', '/deliveries', without);
    expect([refused.status, refused.body['type']]).toEqual([422, '/docs/errors#address_unknown']);
    expect(refused.body['errors']).toMatchObject([
      { pointer: '/destination_address', reason: expect.stringContaining('No geocoder') },
    ]);
    const nowhere = await call('POST', '/deliveries', { ...without, destination_address: null });
    expect(nowhere.body['errors']).toMatchObject([{ pointer: '/destination_address' }]);
  });

  it('that arrives with others is offered, accepted and declined as if it came alone', async () => {
    const houses = ['One', 'Two', 'Three', 'Four'];
    const ids = await Promise.all(houses.map((notes) => wanted({ notes })));
    for (const [index, id] of ids.entries()) {
      expect(await shown(id)).toMatchObject({ notes: houses[index], phase: 'pending' });
    }
    const [one = '', two = '', three = '', four = ''] = ids;
    const nobody = `del_${'0'.repeat(32)}`;
    const answers = await Promise.all([
      ...[accept(ada, one), accept(ben, one), accept(ada, nobody), accept(ben, two)],
      ...[accept(ben, two), accept(ada, two)],
      ...[ada, ben].map((each) => each.call('POST', `/deliveries/${three}/decline`)),
      ...[three, nobody].map((id) => ben.call('POST', `/deliveries/${id}/decline`)),
    ]);
    expect(answers.slice(6).map(({ status }) => status)).toEqual([204, 204, 204, 404]);
    const accepted = answers.slice(0, 6).map(({ status }) => status);
    // Which of them was first is not determined.
    expect(accepted[2]).toBe(404);
    expect([accepted[0], accepted[1]].sort()).toEqual([200, 409]);
    expect([accepted[3], accepted[4], accepted[5]].sort()).toEqual(
      accepted[5] === 200 ? [200, 409, 409] : [200, 200, 409],
    );
    expect(await shown(three)).toMatchObject({ phase: 'pending', courier: null });
    const { rows } = await hub.db.pipeline.query<{ shipment_id: string; state: string }>(
      'select shipment_id, state from delivery_offers where shipment_id = any($1::uuid[])',
      [[one, two, three].map(uuidOf)],
    );
    const stateOf = (id: string) =>
      rows.filter((row) => row.shipment_id === uuidOf(id)).map(({ state }) => state);
    expect([one, two, three].map(stateOf)).toEqual([
      ['accepted'],
      ['accepted'],
      ['declined', 'declined'],
    ]);
    for (const id of [one, two, three, four]) await call('POST', `/deliveries/${id}/cancel`);
    await deliveredBy();
  });

  it('that another courier has is refused at once, even while its row is locked', async () => {
    const id = await wanted();
    expect((await accept(ada, id)).status).toBe(200);
    await withTransaction(hub.db.pipeline, async (tx) => {
      await tx.query('select from deliveries where shipment_id = $1 for update', [uuidOf(id)]);
      expect((await accept(ben, id)).status).toBe(409);
    });
    await call('POST', `/deliveries/${id}/cancel`);
  });

  it('is not declined twice by one courier, and couriers’ answers are written in one order', async () => {
    const id = await wanted();
    for (const driver of [ben, ben, ada]) {
      expect((await driver.call('POST', `/deliveries/${id}/decline`)).status).toBe(204);
    }
    const { rows: steps } = await hub.db.pipeline.query(
      "select from delivery_steps where shipment_id = $1 and what = 'declined'",
      [uuidOf(id)],
    );
    expect(steps).toHaveLength(2);
    const other = uuidOf(await wanted());
    const { rows } = await hub.db.pipeline.query<{ merchant_id: string; mode: 'live' | 'test' }>(
      'select merchant_id, mode from deliveries where shipment_id = $1',
      [other],
    );
    const { merchant_id: merchantId = '', mode = 'live' as const } = rows[0] ?? {};
    const couriers = [ada, ben].map((driver) => uuidOf(driver.id)).sort();
    const answers = couriers.map((courierId) => ({ shipmentId: other, courierId, atMs: 0 }));
    await writeAnswers(hub.db.pipeline, { merchantId, mode }, 'declined', answers.reverse());
    const { rows: written } = await hub.db.pipeline.query<{ courier_id: string }>(
      'select courier_id from delivery_offers where shipment_id = $1 order by ctid',
      [other],
    );
    expect(written.map((row) => row.courier_id)).toEqual(couriers);
    for (const each of [id, `del_${other.replaceAll('-', '')}`]) {
      await call('POST', `/deliveries/${each}/cancel`);
    }
  });

  it('is stored sealed', async () => {
    const id = await wanted();
    const { rows } = await hub.db.owner.query('select * from deliveries');
    expect(JSON.stringify(rows)).not.toMatch(/53\.54|9\.98|Ring/);
    await call('POST', `/deliveries/${id}/cancel`);
  });

  it('is cancelled before the pickup, and recalled after it', async () => {
    const id = await wanted();
    expect((await call('POST', `/deliveries/${id}/cancel`)).body).toMatchObject({
      status: 'cancelled',
      phase: 'cancelled',
    });
    expect((await call('POST', `/deliveries/${id}/cancel`)).status).toBe(200);
    expect((await accept(ada, id)).status).toBe(409);
    const out = await wanted();
    await accept(ben, out);
    await ben.call('POST', `/deliveries/${out}/status`, { status: 'picked_up' });
    hub.clock.advance(60_000);
    const recalled = await call('POST', `/deliveries/${out}/cancel`);
    expect(recalled.body, recalled.text).toMatchObject({ status: 'returning', phase: 'returning' });
    hub.clock.advance(60_000);
    const back = await ben.call('POST', `/deliveries/${out}/status`, {
      status: 'returned_to_sender',
    });
    expect(back.body, back.text).toMatchObject({ phase: 'returned' });
    await deliveredBy();
  });

  it('is returned, offered again and reassigned before the pickup only', async () => {
    const id = await wanted();
    await accept(ada, id);
    expect((await ada.call('POST', `/deliveries/${id}/decline`)).status).toBe(204);
    expect(await shown(id)).toMatchObject({ phase: 'pending', courier: null });
    expect((await ada.call('GET', '/driver/route')).body['stops']).not.toMatchObject([
      { parcels: [{ shipment_id: uuidOf(id) }] },
    ]);
    const given = await call('POST', `/deliveries/${id}/reassign`, { courier_id: ben.id });
    expect(given.body, given.text).toMatchObject({ phase: 'assigned', courier: { id: ben.id } });
    const back = await call('POST', `/deliveries/${id}/reassign`, { courier_id: ada.id });
    expect(back.body).toMatchObject({ courier: { id: ada.id } });
    await call('POST', `/deliveries/${id}/status`, { status: 'picked_up' });
    const held = await call('POST', `/deliveries/${id}/reassign`, { courier_id: ben.id });
    expect([held.status, held.body['fix']]).toEqual([409, expect.stringContaining('handover')]);
    hub.clock.advance(60_000);
    await call('POST', `/deliveries/${id}/status`, { status: 'delivered' });
    await deliveredBy();
  });

  it('shows each courier what is near and not declined, and no door before acceptance', async () => {
    const id = await wanted();
    const available = await ada.call('GET', '/deliveries/available');
    const ids = (body: Readonly<Record<string, unknown>>) =>
      (body['deliveries'] as { id: string }[]).map((each) => each.id);
    expect(ids(available.body), available.text).toEqual([id]);
    expect(available.body['deliveries']).toMatchObject([
      { distance_km: 0.2, destination: { address: '22767 Hamburg' } },
    ]);
    expect(available.text).not.toContain('Elbstra');
    expect(available.text).not.toContain('1234');
    const far = await call('GET', `/deliveries/available?courier_id=${ada.id}&lat=50&lng=8`);
    expect(ids(far.body)).toEqual([]);
    await ada.call('POST', `/deliveries/${id}/decline`);
    expect(ids((await ada.call('GET', '/deliveries/available')).body)).toEqual([]);
    // Another courier's delivery does not exist.
    expect((await ada.call('GET', `/deliveries/${id}`)).status).toBe(404);
    await call('POST', `/deliveries/${id}/cancel`);
  });

  it('is offered to the nearest, then to others, then announced as unassignable', async () => {
    const id = await wanted();
    await matchOpen(hub.deliveries);
    const offered = async (driver: TestDriver) =>
      ((await driver.call('GET', '/driver/offers')).body['offers'] as { id: string }[]).length;
    expect([await offered(ada), await offered(ben)]).toEqual([1, 0]);
    expect(await shown(id)).toMatchObject({ phase: 'offered' });
    hub.clock.advance(2_100);
    await matchOpen(hub.deliveries);
    expect([await offered(ada), await offered(ben)]).toEqual([1, 1]);
    await ada.call('POST', `/deliveries/${id}/decline`);
    await ben.call('POST', `/deliveries/${id}/decline`);
    hub.clock.advance(2_100);
    await matchOpen(hub.deliveries);
    const why = await call('GET', `/deliveries/${id}/explain`);
    expect(why.body['summary']).toContain('none has taken it');
    expect(why.body['offers']).toMatchObject([
      {
        courier_id: ada.id,
        state: 'declined',
        terms: { cost: expect.any(Number), approach_s: expect.any(Number) },
      },
      { courier_id: ben.id, state: 'declined' },
    ]);
    const answers = await call('GET', '/events?type=shipment.unassignable');
    expect(answers.body['data']).toHaveLength(1);
    await call('POST', `/deliveries/${id}/cancel`);
  });

  it('is neither queued nor assigned before all couriers are read', async () => {
    const part = { couriers: [], isWhole: false };
    const index = { freeOf: async () => part, onShiftOf: async () => part };
    const dueInMs = async (id: string) => {
      const { rows } = await hub.db.pipeline.query<{ at: Date; queued_at: Date | null }>(
        'select match_at as at, queued_at from deliveries where shipment_id = $1',
        [uuidOf(id)],
      );
      expect(rows[0]?.queued_at).toBeNull();
      return (rows[0]?.at.getTime() ?? 0) - hub.clock.nowMs();
    };
    const before = (await call('GET', '/events?type=shipment.unassignable')).body['data'];
    const id = await wanted();
    await matchOpen(hub.deliveries, index);
    expect(await dueInMs(id)).toBe(1_000);
    await call('PUT', '/dispatch/settings', { assign: 'auto' });
    hub.clock.advance(61_000);
    const free = { ...index, freeOf: async () => ({ ...(await allFree()), isWhole: false }) };
    expect(await matchOpen(hub.deliveries, free)).toMatchObject({ looked: 1, assigned: 0 });
    expect(await dueInMs(id)).toBe(1_000);
    expect((await call('GET', '/events?type=shipment.unassignable')).body['data']).toEqual(before);
    await call('PUT', '/dispatch/settings', { assign: 'offers' });
    await call('POST', `/deliveries/${id}/cancel`);
  });

  it('withdraws the other offers with the first acceptance', async () => {
    const id = await wanted();
    await matchOpen(hub.deliveries);
    hub.clock.advance(2_100);
    await matchOpen(hub.deliveries);
    await accept(ben, id);
    expect((await ada.call('GET', '/driver/offers')).body['offers']).toEqual([]);
    await ben.call('POST', `/deliveries/${id}/decline`);
    await call('POST', `/deliveries/${id}/cancel`);
  });

  it('has metrics: how long it waited, and how many offers were made', async () => {
    const answers = async (line: string) =>
      Number(new RegExp(`^${line} (.*)$`, 'm').exec(await metrics.metrics())?.[1] ?? 0);
    await deliveredBy();
    const all = ['waybill_delivery_assign_seconds_sum', 'waybill_delivery_offers_sum'];
    const before = await Promise.all(all.map(answers));
    const id = await wanted();
    await matchOpen(hub.deliveries);
    hub.clock.advance(2_100);
    await matchOpen(hub.deliveries);
    hub.clock.advance(5_000);
    await accept(ben, id);
    await deliveredBy();
    const after = await Promise.all(all.map(answers));
    expect(after[0]).toBeCloseTo((before[0] ?? 0) + 7.1);
    expect(after[1]).toBe((before[1] ?? 0) + 2);
    await call('POST', `/deliveries/${id}/cancel`);
  });

  it('is assigned by the hub if the merchant wants that', async () => {
    await call('PUT', '/dispatch/settings', { assign: 'auto' });
    const id = await wanted();
    await matchOpen(hub.deliveries);
    expect(await shown(id)).toMatchObject({ phase: 'assigned', courier: { id: ada.id } });
    // A failed batch is retried one by one.
    const other = await wanted();
    let tries = 0;
    const { recognition } = hub.deliveries;
    const unlucky = {
      ...hub.deliveries,
      recognition: async () => {
        tries += 1;
        if (tries === 1) throw new Error('not now');
        return recognition();
      },
    };
    await matchOpen(unlucky);
    expect(await shown(other)).toMatchObject({ phase: 'assigned' });
    await call('PUT', '/dispatch/settings', { assign: 'offers' });
    for (const each of [id, other]) await call('POST', `/deliveries/${each}/cancel`);
    await deliveredBy();
  });

  it('has one owner or is being offered, whatever happens to its courier', async () => {
    const id = await wanted();
    await accept(ada, id);
    await ada.call('POST', '/driver/shift', { shift: 'off' });
    hub.clock.advance(10_000);
    expect(await reconcile(hub.deliveries)).toEqual(['off_shift']);
    expect(await shown(id)).toMatchObject({ phase: 'pending', courier: null });
    expect(await reconcile(hub.deliveries)).toEqual([]);
    // The courier who scans it has custody.
    const { tracking_number: number } = await shown(id);
    const at = new Date(hub.clock.nowMs()).toISOString();
    const scan = { id: 'e-1', type: 'scan', at, tracking_number: number, code: 'PICKUP' };
    await ben.call('POST', '/driver/events', [scan]);
    await hub.settled();
    hub.clock.advance(10_000);
    expect(await reconcile(hub.deliveries)).toEqual(['other_owner']);
    expect(await shown(id)).toMatchObject({ phase: 'picked_up', courier: { id: ben.id } });
  });

  it('is a case while its courier is off shift or signed out, until somebody else has it', async () => {
    const cases = async (state: string) => {
      const { body } = await call('GET', `/exceptions?kind=custody&state=${state}`);
      return (body['data'] as { shipment_id: string; reason: string }[]).map(
        ({ shipment_id: of, reason }) => [of, reason],
      );
    };
    const looked = () =>
      maintainCustody(hub.deliveries, (tenant, of) => applyFacts(hub.exceptionsDeps, tenant, of));
    const cara = await newDriver(hub, call, 'Cara Example');
    await cara.call('POST', '/driver/shift', { shift: 'on' });
    await standsAt(cara, near(50));
    const id = await wanted();
    const of = uuidOf(id);
    await accept(cara, id);
    await cara.call('POST', `/deliveries/${id}/status`, { status: 'picked_up' });
    hub.clock.advance(20_000);
    expect([await looked(), await cases('open')]).toEqual([[], []]);
    await cara.call('POST', '/driver/shift', { shift: 'off' });
    expect([await looked(), await looked()]).toEqual([['courier_off_shift'], []]);
    expect(await cases('open')).toEqual([[of, 'courier_off_shift']]);
    // She has it in her bag: it is offered to nobody.
    expect(await shown(id)).toMatchObject({ phase: 'picked_up', courier: { id: cara.id } });
    await cara.call('POST', '/driver/shift', { shift: 'on' });
    expect([await looked(), await cases('open')]).toEqual([[], []]);
    await call('DELETE', `/couriers/${cara.id}/devices`);
    expect([await looked(), await cases('open')]).toEqual([
      ['device_revoked'],
      [[of, 'device_revoked']],
    ]);
    const { tracking_number: number } = await shown(id);
    const at = new Date(hub.clock.nowMs()).toISOString();
    const scan = { id: 'e-2', type: 'scan', at, tracking_number: number, code: 'LOAD' };
    const accepted = await ben.call('POST', '/driver/events', [{ ...scan, handover: true }]);
    expect(accepted.body['results'], accepted.text).toMatchObject([{ outcome: 'accepted' }]);
    await hub.settled();
    hub.clock.advance(20_000);
    expect([await reconcile(hub.deliveries), await looked()]).toEqual([['other_owner'], []]);
    expect(await cases('open')).toEqual([]);
    expect(await shown(id)).toMatchObject({ phase: 'picked_up', courier: { id: ben.id } });
    // Silent for long, until it is delivered.
    hub.clock.advance(16 * 60_000);
    expect(await looked()).toContain('courier_silent');
    expect(await cases('open')).toContainEqual([of, 'courier_silent']);
    await ben.call('POST', `/deliveries/${id}/status`, { status: 'delivered' });
    await deliveredBy();
    await looked();
    expect(await cases('open')).not.toContainEqual([of, 'courier_silent']);
    await call('PATCH', `/couriers/${cara.id}`, { shift: 'off' });
  });

  it('is offered to a courier who ignores another offer, after half a minute', async () => {
    await ada.call('POST', '/driver/shift', { shift: 'on' });
    await standsAt(ada, near(200));
    const ignored = await wanted();
    await matchOpen(hub.deliveries);
    hub.clock.advance(2_100);
    await matchOpen(hub.deliveries);
    const id = await wanted();
    await matchOpen(hub.deliveries);
    expect(await shown(id)).toMatchObject({ phase: 'pending' });
    hub.clock.advance(31_000);
    await matchOpen(hub.deliveries);
    expect(await shown(id)).toMatchObject({ phase: 'offered' });
    for (const each of [ignored, id]) await call('POST', `/deliveries/${each}/cancel`);
  });

  it('is offered although another merchant’s cannot be', async () => {
    const theirs = callerOf(hub, (await hub.newKey({ merchant: 'unlucky' })).text);
    const eve = await newDriver(hub, theirs, 'Eve Example');
    await eve.call('POST', '/driver/shift', { shift: 'on' });
    expect((await theirs('POST', '/deliveries', WANTED)).status).toBe(201);
    hub.clock.advance(1_000);
    const id = await wanted();
    const unlucky = {
      ...hub.deliveries,
      placesOf: async (...[tenant, ids]: Parameters<typeof hub.deliveries.placesOf>) => {
        if (ids.includes(uuidOf(eve.id))) throw new Error('no places here');
        return hub.deliveries.placesOf(tenant, ids);
      },
    };
    await expect(matchOpen(unlucky)).rejects.toThrow('no places here');
    expect(await shown(id)).toMatchObject({ phase: 'offered' });
    // The lease has expired. The metrics of a pass include this one.
    hub.clock.advance(4_000);
    const measured = new Registry();
    const matcher = startMatcher({
      ...unlucky,
      listener: { on: () => () => {} },
      log,
      metrics: measured,
      applyCases: async () => {},
      movedTo: () => null,
    });
    await matcher.idle();
    await matcher.stop();
    expect(await measured.metrics()).toMatch(/waybill_match_seconds_count [1-9]/);
    await call('POST', `/deliveries/${id}/cancel`);
    await eve.call('POST', '/driver/shift', { shift: 'off' });
  });

  it('shows its courier’s place until the shift ends at its time', async () => {
    const id = await wanted();
    await accept(ada, id);
    const shift_ends_at = new Date(hub.clock.nowMs() + 60_000).toISOString();
    await ada.call('POST', '/driver/shift', { shift: 'on', shift_ends_at });
    await standsAt(ada, near(200));
    expect((await shown(id))['courier_location']).not.toBeNull();
    hub.clock.advance(60_000);
    expect(await shown(id)).toMatchObject({ courier: { id: ada.id }, courier_location: null });
    await call('POST', `/deliveries/${id}/cancel`);
  });

  it('stays with the courier a dispatcher gave it to for the next shift', async () => {
    await ada.call('POST', '/driver/shift', { shift: 'off' });
    hub.clock.advance(60_000);
    const id = await wanted();
    const given = await call('POST', `/deliveries/${id}/reassign`, { courier_id: ada.id });
    expect(given.body, given.text).toMatchObject({ courier: { id: ada.id } });
    hub.clock.advance(1_200_000);
    expect(await reconcile(hub.deliveries)).toEqual([]);
    await ada.call('POST', '/driver/shift', { shift: 'on' });
    expect(await reconcile(hub.deliveries)).toEqual([]);
    hub.clock.advance(60_000);
    await ada.call('POST', '/driver/shift', { shift: 'off' });
    // A parcel in a silent courier's bag comes first, and is left for a dispatcher.
    expect(await reconcile(hub.deliveries, 1)).toEqual(['off_shift']);
    expect(await shown(id)).toMatchObject({ courier: null });
    await call('POST', `/deliveries/${id}/cancel`);
  });

  it('is deleted with its shipment', async () => {
    const id = await wanted();
    await call('DELETE', `/shipments/${uuidOf(id)}`);
    await deliveredBy();
    expect((await call('GET', `/deliveries/${id}`)).status).toBe(404);
    const { rows } = await hub.db.owner.query('select from deliveries where shipment_id = $1', [
      uuidOf(id),
    ]);
    expect(rows).toEqual([]);
  });
});

it('has one winner, however many accept it at once', async () => {
  const drivers = await Promise.all(
    Array.from({ length: 6 }, (_, index) => newDriver(hub, call, `Racer ${index}`)),
  );
  for (const driver of drivers) await driver.call('POST', '/driver/shift', { shift: 'on' });
  const id = await wanted();
  const answers = await Promise.all(drivers.map((driver) => accept(driver, id)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
});

describe('deliveries that several accept', () => {
  it('in the same moment go to one courier each, and everybody gets an answer', async () => {
    const ids = await Promise.all(
      [1, 2, 3].map(async () => {
        const { body } = await call('POST', '/deliveries', WANTED);
        return String(body['delivery_id']);
      }),
    );
    // The first is processed alone, and the others as one batch.
    const taking = [...ids, ...ids].flatMap((id, index) => {
      const couriers = index % 2 === 0 ? [ada, ben] : [ben, ada];
      return couriers.map(async (courier) => ({ id, courier, answer: await accept(courier, id) }));
    });
    const accepted = await Promise.all(taking);
    for (const id of ids) {
      const mine = accepted.filter((each) => each.id === id);
      const { courier } = await shown(id);
      const winner = (courier as { id: string }).id;
      const answers = mine.map((each) => [each.courier.id === winner, each.answer.status]);
      expect(answers.toSorted()).toEqual([
        ...Array<unknown>(2).fill([false, 409]),
        ...Array<unknown>(2).fill([true, 200]),
      ]);
      const at = mine.flatMap(({ answer }) => answer.body['assigned_at'] ?? []);
      expect(new Set(at).size).toBe(1);
      expect((await call('POST', `/deliveries/${id}/cancel`, {})).status).toBe(200);
    }
  });
});

async function troubleWith(id: string): Promise<void> {
  const { tracking_number: number } = await shown(id);
  const scannedAt = new Date(hub.clock.nowMs()).toISOString();
  const scan = { tracking_number: number, code: 'EXCEPTION', reason_code: 'DELAY' };
  const sent = await call('POST', '/scans', [{ ...scan, scanned_at: scannedAt }]);
  expect(sent.text).toContain('"accepted"');
  await hub.settled();
  hub.clock.advance(60_000);
}

it('a delivery looks for a courier, or has one, while its trouble came before the pickup', async () => {
  const id = await wanted();
  const { tracking_number: number } = await shown(id);
  const reportTrouble = () => troubleWith(id);
  const onBoard = async () => {
    const { deliveries } = await dispatchBoard(hub.deliveries, null, 100);
    return deliveries.find(({ trackingNumber }) => trackingNumber === number)?.phase;
  };
  await reportTrouble();
  expect(await shown(id)).toMatchObject({ status: 'exception', phase: 'pending' });
  expect(await onBoard()).toBe('pending');
  const dan = await newDriver(hub, call, 'Dan Example');
  await dan.call('POST', '/driver/shift', { shift: 'on' });
  await accept(dan, id);
  expect(await shown(id)).toMatchObject({ status: 'exception', phase: 'assigned' });
  expect(await onBoard()).toBe('assigned');
  const at = new Date(hub.clock.nowMs()).toISOString();
  const scan = { id: 'trouble-1', type: 'scan', at, tracking_number: number, code: 'PICKUP' };
  await dan.call('POST', '/driver/events', [scan]);
  await hub.settled();
  hub.clock.advance(60_000);
  await reportTrouble();
  expect(await shown(id)).toMatchObject({ status: 'exception', phase: 'picked_up' });
  expect(await onBoard()).toBe('picked_up');
});

describe('a delivery with trouble before the pickup', () => {
  it('can be given back, moved to another courier, and picked up', async () => {
    const id = await wanted();
    await troubleWith(id);
    const pickUp = () => call('POST', `/deliveries/${id}/status`, { status: 'picked_up' });
    const unassigned = await pickUp();
    expect([unassigned.status, unassigned.body['type']]).toEqual([409, expect.any(String)]);
    const emma = await newDriver(hub, call, 'Emma Example');
    const finn = await newDriver(hub, call, 'Finn Example');
    for (const each of [emma, finn]) {
      await each.call('POST', '/driver/shift', { shift: 'on' });
      await standsAt(each, near(100));
    }
    await accept(emma, id);
    const declined = await emma.call('POST', `/deliveries/${id}/decline`);
    expect(declined.status, declined.text).toBe(204);
    expect(await shown(id)).toMatchObject({ phase: 'pending', courier: null });
    await accept(finn, id);
    const moved = await call('POST', `/deliveries/${id}/reassign`, { courier_id: emma.id });
    expect(moved.status, moved.text).toBe(200);
    expect(await shown(id)).toMatchObject({ phase: 'assigned', courier: { id: emma.id } });
    const picked = await pickUp();
    expect(picked.status, picked.text).toBe(200);
    expect(picked.body).toMatchObject({ status: 'out_for_delivery', phase: 'picked_up' });
    expect((await emma.call('GET', '/driver/route')).text).toContain('"state":"loaded"');
    await emma.call('POST', `/deliveries/${id}/status`, { status: 'delivered' });
    for (const each of [emma, finn]) await each.call('POST', '/driver/shift', { shift: 'off' });
  });

  it('ends when it is cancelled, however often', async () => {
    const id = await wanted();
    await troubleWith(id);
    for (let times = 0; times < 2; times += 1) {
      const { status, body } = await call('POST', `/deliveries/${id}/cancel`, {});
      expect([status, body]).toEqual([200, expect.objectContaining({ phase: 'returned' })]);
    }
    await deliveredBy();
    const why = await call('GET', `/deliveries/${id}/explain`);
    expect(why.body).toMatchObject({ summary: 'It needs no courier any more.' });
  });
});
