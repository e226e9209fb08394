import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import {
  claimDue,
  createCourierIndex,
  matchOpen,
  rescheduleMatch,
} from '../../deliveries/test-matching.ts';

let hub: TestHub;
let call: Caller;
/** Ids of the couriers: the later in the list, the further away. */
const couriers: string[] = [];

const SHOP = { lat: 53.5436, lng: 9.9885 };
const DESTINATION = { lat: 53.5453, lng: 9.9467 };
const near = (metres: number) => ({ lat: SHOP.lat + metres / 111_195, lng: SHOP.lng });
const SOME = 6;

beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  await setAssign('auto');
  for (let index = 0; index < SOME; index += 1) {
    // Cancelled deliveries count until a consumer reads the log, and none runs here.
    const capacity = { parcels: 20 };
    const body = { name: `Courier ${index}`, vehicle: 'bike', shift: 'on', capacity };
    couriers.push(String((await call('POST', '/couriers', body)).body['id']));
    await standsAt(index, 100 + index * 50);
  }
});
afterAll(() => hub.close());

const setAssign = (assign: 'auto' | 'offers') => call('PUT', '/dispatch/settings', { assign });

async function standsAt(index: number, metres: number): Promise<void> {
  const ts = new Date(hub.clock.nowMs()).toISOString();
  const sent = await call('POST', '/positions', [
    { courier_id: couriers[index], ts, ...near(metres) },
  ]);
  expect(sent.status, sent.text).toBe(202);
}

async function wanted(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const body = {
      origin: SHOP,
      destination: DESTINATION,
      package_size: 'small',
      phone: '+4915112345678',
    };
    const made = await call('POST', '/deliveries', body);
    expect(made.status, made.text).toBe(201);
    ids.push(String(made.body['delivery_id']));
  }
  return ids;
}

async function courierOf(id: string): Promise<string | null> {
  const { body } = await call('GET', `/deliveries/${id}`);
  return (body['courier'] as { id: string } | null)?.id ?? null;
}

/** How often the log contains this event for each delivery. */
async function announcements(type: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await hub.db.pipeline.query<{ id: string; count: number }>(
    'select subject_id as id, count(*)::int as count from event_log where type = $1 group by 1',
    [type],
  );
  return new Map(rows.map(({ id, count }) => [wireId('delivery', id), count]));
}

const cancel = (ids: readonly string[]) =>
  Promise.all(ids.map((id) => call('POST', `/deliveries/${id}/cancel`)));

it('several dispatchers at once give each delivery to one courier, and announce it once', async () => {
  const ids = await wanted(SOME);
  const passes = await Promise.all([1, 2, 3].map(() => matchOpen(hub.deliveries)));
  // Each delivery was processed by exactly one of them.
  expect(passes.reduce((sum, { looked }) => sum + looked, 0)).toBe(SOME);
  expect(passes.reduce((sum, { assigned }) => sum + assigned, 0)).toBe(SOME);
  const whose = await Promise.all(ids.map(courierOf));
  expect(whose).not.toContain(null);
  const counts = await announcements('shipment.assigned');
  expect(ids.map((id) => counts.get(id))).toEqual(ids.map(() => 1));
  const [one = ''] = ids;
  const explained = await call('GET', `/deliveries/${one}/explain`);
  expect(explained.text).toContain('"auto"');
  await cancel(ids);
});

it('several dispatchers at once offer each delivery once', async () => {
  await setAssign('offers');
  const ids = await wanted(2);
  await Promise.all([1, 2, 3].map(() => matchOpen(hub.deliveries)));
  const { rows } = await hub.db.pipeline.query<{ offered: number; rounds: number }>(
    `select (select count(*) from delivery_steps s where s.shipment_id = d.shipment_id
       and s.what = 'offered')::int as offered, d.rounds
     from deliveries d where d.state = 'open'`,
  );
  expect(rows).toEqual(ids.map(() => ({ offered: 1, rounds: 1 })));
  await cancel(ids);
  await setAssign('auto');
});

it('offers many in one transaction, and each alone when that fails', async () => {
  await setAssign('offers');
  const ids = await wanted(3);
  const { couriers: known } = await createCourierIndex(hub.deliveries, null).onShiftOf(
    await tenant(),
  );
  // This courier was removed after the couriers were read.
  const ghost = { ...known[0], courierId: '01890000-0000-7000-8000-000000000000' };
  const onShift = [ghost as (typeof known)[number], ...known.slice(1)];
  const index = { freeOf: async () => NOBODY, onShiftOf: async () => wholly(onShift) };
  const { offers } = await matchOpen(hub.deliveries, index);
  expect(offers).toBeGreaterThan(0);
  const { rows } = await hub.db.pipeline.query<{ asked: number }>(
    `select count(*)::int as asked from delivery_offers where state = 'open'
     group by courier_id`,
  );
  // One offer at a time, whoever gets it.
  expect(rows.map(({ asked }) => asked)).toEqual(new Array(offers).fill(1));
  await cancel(ids);
  await setAssign('auto');
});

it('deliveries waiting for a courier are processed when one starts a shift', async () => {
  await setAssign('offers');
  const everybody = await createCourierIndex(hub.deliveries, null).onShiftOf(await tenant());
  const index = { freeOf: async () => NOBODY, onShiftOf: async () => NOBODY };
  const [id = ''] = await wanted(1);
  await matchOpen(hub.deliveries, index);
  hub.clock.advance(1_000);
  const again = { sinceMs: hub.clock.nowMs() - 60_000, leaseMs: 4_000 };
  const come = async (courierIds: readonly string[]) => {
    await rescheduleMatch(hub.db.pipeline, courierIds, { ...again, nowMs: hub.clock.nowMs() });
    return (await matchOpen(hub.deliveries, index)).looked;
  };
  const { body } = await call('POST', '/couriers', { name: 'Off', vehicle: 'bike', shift: 'off' });
  const off = String(body['id']);
  expect(await come([uuidOf(off)])).toBe(0);
  await call('PATCH', `/couriers/${off}`, { shift: 'on' });
  expect(await come([uuidOf(off)])).toBe(1);
  // A courier already on shift does not trigger a pass.
  hub.clock.advance(61_000);
  await matchOpen(hub.deliveries, index);
  hub.clock.advance(1_000);
  again.sinceMs = hub.clock.nowMs() - 60_000;
  expect(await come(everybody.couriers.map(({ courierId }) => courierId))).toBe(0);
  await call('PATCH', `/couriers/${off}`, { shift: 'off' });
  await cancel([id]);
  await setAssign('auto');
});

it('processes deliveries never processed before, however long others are due', async () => {
  await setAssign('offers');
  const ids = await wanted(5);
  const [fresh = '', ...others] = ids.map(uuidOf);
  await hub.db.pipeline.query(
    `update deliveries set rounds = 1, match_at = match_at - interval '1 hour'
     where shipment_id = any($1::uuid[])`,
    [others],
  );
  const nowMs = hub.clock.nowMs();
  const claim = { nowMs, untilMs: nowMs + 4_000, limit: 3 };
  const acceptedBy = async () =>
    (await claimDue(hub.db.pipeline, claim)).map(({ shipmentId: id }) => id);
  const first = await acceptedBy();
  expect(first).toContain(fresh);
  expect(first).toHaveLength(3);
  expect([...first, ...(await acceptedBy())].toSorted()).toEqual(ids.map(uuidOf).toSorted());
  expect(await acceptedBy()).toEqual([]);
  await cancel(ids);
  await setAssign('auto');
});

it('announces a new courier', async () => {
  const client = await hub.db.pipeline.connect();
  try {
    const received = new Set<string | undefined>();
    client.on('notification', ({ payload }) => received.add(payload));
    await client.query('listen waybill_couriers');
    const { body } = await call('POST', '/couriers', { name: 'New', vehicle: 'bike' });
    // Others are announced too, possibly late.
    await expect
      .poll(() => [...received], { timeout: 60_000 })
      .toContain(uuidOf(String(body['id'])));
  } finally {
    client.release(true);
  }
});

it('the leases of a dispatcher that died pass to another after 4 s', async () => {
  const [id = ''] = await wanted(1);
  const dying = { ...hub.deliveries, placesOf: () => Promise.reject(new Error('killed')) };
  await expect(matchOpen(dying)).rejects.toThrow('killed');
  expect(await matchOpen(hub.deliveries)).toMatchObject({ looked: 0 });
  hub.clock.advance(4_000);
  expect(await matchOpen(hub.deliveries)).toMatchObject({ looked: 1, assigned: 1 });
  expect(await courierOf(id)).not.toBeNull();
  await cancel([id]);
});

it('a delivery one courier cannot take does not delay the others', async () => {
  const ids = await wanted(3);
  // Two couriers go off shift between the read of couriers and the assignment.
  const free = await createCourierIndex(hub.deliveries, null).freeOf(await tenant());
  for (const courier of couriers.slice(0, 2)) {
    await call('PATCH', `/couriers/${courier}`, { shift: 'off' });
  }
  await matchOpen(hub.deliveries, { freeOf: async () => free, onShiftOf: async () => NOBODY });
  const whose = await Promise.all(ids.map(courierOf));
  expect(whose.filter((courier) => courier !== null).length).toBeGreaterThan(0);
  expect(whose).not.toContain(couriers[0]);
  hub.clock.advance(4_000);
  await matchOpen(hub.deliveries);
  expect(await Promise.all(ids.map(courierOf))).not.toContain(null);
  await cancel(ids);
});

it('a returned delivery goes to another courier, and a dispatcher is notified once when nobody is left', async () => {
  const [id = ''] = await wanted(1);
  await matchOpen(hub.deliveries);
  const had = new Set<string>();
  for (;;) {
    const courier = await courierOf(id);
    if (courier === null) break;
    expect([...had]).not.toContain(courier);
    had.add(courier);
    const declined = await call('POST', `/deliveries/${id}/decline`, { courier_id: courier });
    expect(declined.status, declined.text).toBe(204);
    await matchOpen(hub.deliveries);
  }
  expect(had.size).toBeGreaterThan(1);
  hub.clock.advance(61_000);
  // The process that was to announce it dies.
  const { tracking } = hub.deliveries;
  const dying = { ...hub.deliveries, tracking: { ...tracking, db: brokenDb(tracking.db) } };
  await expect(matchOpen(dying)).rejects.toThrow('killed');
  expect((await announcements('shipment.unassignable')).get(id)).toBeUndefined();
  hub.clock.advance(4_000);
  await Promise.all([1, 2].map(() => matchOpen(hub.deliveries)));
  hub.clock.advance(4_000);
  await matchOpen(hub.deliveries);
  expect((await announcements('shipment.unassignable')).get(id)).toBe(1);
  await cancel([id]);
});

it('a courier without a stated capacity gets what the vehicle holds, however stale the snapshot', async () => {
  const body = { name: 'Walker', vehicle: 'foot', shift: 'on' };
  const walker = String((await call('POST', '/couriers', body)).body['id']);
  couriers.push(walker);
  await standsAt(couriers.length - 1, 10);
  const free = await createCourierIndex(hub.deliveries, null).freeOf(await tenant());
  const only = free.couriers.filter(({ courier }) => courier.courierId === uuidOf(walker));
  expect(only).toHaveLength(1);
  const stale = { freeOf: async () => wholly(only), onShiftOf: async () => NOBODY };
  const ids: string[] = [];
  for (let index = 0; index < 3; index += 1) {
    ids.push(...(await wanted(1)));
    await matchOpen(hub.deliveries, stale);
  }
  const whose = await Promise.all(ids.map(courierOf));
  expect(whose).toEqual([walker, walker, null]);
  await call('PATCH', `/couriers/${walker}`, { shift: 'off' });
  await cancel(ids);
});

it('offers nothing to couriers gone off shift since the read, nor deliveries leased by another', async () => {
  await setAssign('offers');
  const [id = ''] = await wanted(1);
  const body = { name: 'Newcomer', vehicle: 'bike', shift: 'on' };
  const courier = String((await call('POST', '/couriers', body)).body['id']);
  const onShift = await createCourierIndex(hub.deliveries, null).onShiftOf(await tenant());
  const known = onShift.couriers.find(({ courierId }) => courierId === uuidOf(courier));
  if (known === undefined) throw new Error('the newcomer is not on shift');
  await call('PATCH', `/couriers/${courier}`, { shift: 'off' });
  const pass = (onShiftOf: () => Promise<typeof onShift>) =>
    matchOpen(hub.deliveries, { freeOf: async () => NOBODY, onShiftOf });
  expect((await pass(async () => wholly([known]))).offers).toBe(0);
  await call('PATCH', `/couriers/${courier}`, { shift: 'on' });
  hub.clock.advance(20_000);
  // The lease expires during the pass, and another dispatcher makes the offer.
  const others: number[] = [];
  const slow = await pass(async () => {
    hub.clock.advance(4_000);
    others.push((await pass(async () => wholly([known]))).offers);
    return createCourierIndex(hub.deliveries, null).onShiftOf(await tenant());
  });
  expect({ slow: slow.offers, others }).toEqual({ slow: 0, others: [1] });
  await call('PATCH', `/couriers/${courier}`, { shift: 'off' });
  await cancel([id]);
  await setAssign('auto');
});

it('couriers are cached between passes, and reread after a change', async () => {
  let say: (courierId: string | null) => void = () => {};
  const moved = new Map<string, { lat: number; lng: number; atMs: number }>();
  const index = createCourierIndex(hub.deliveries, {
    listener: {
      on: (_, hear) => {
        say = hear;
        return () => {};
      },
    },
    movedTo: (courierId) => moved.get(courierId) ?? null,
  });
  const who = await tenant();
  const assigned = async () =>
    (await index.freeOf(who)).couriers.map(({ courier }) => courier.courierId).sort();
  const before = await assigned();
  expect(before).toHaveLength(SOME - 2);
  const [first = ''] = before;
  await call('PATCH', `/couriers/${wireId('courier', first)}`, { shift: 'off' });
  expect(await assigned()).toEqual(before);
  say(first);
  expect(await assigned()).toEqual(before.slice(1));
  await call('PATCH', `/couriers/${wireId('courier', first)}`, { shift: 'on' });
  // A notification may have been missed.
  say(null);
  const [second = ''] = await assigned();
  moved.set(second, { ...near(7_000), atMs: hub.clock.nowMs() + 1 });
  const places = await index.freeOf(who);
  expect(places.couriers.find(({ courier }) => courier.courierId === second)?.place).toMatchObject(
    near(7_000),
  );
  index.stop();
});

const wholly = <T>(some: readonly T[]) => ({ couriers: some, isWhole: true });
const NOBODY = wholly<never>([]);

function uuidOf(id: string): string {
  const [, hex = ''] = id.split('_');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

async function tenant() {
  const { rows } = await hub.db.pipeline.query<{ merchant_id: string; mode: 'live' | 'test' }>(
    'select merchant_id, mode from couriers limit 1',
  );
  const [row] = rows;
  if (row === undefined) throw new Error('there is no courier');
  return { merchantId: row.merchant_id, mode: row.mode };
}

/** A database whose writes to the log fail. */
function brokenDb<Db extends object>(db: Db): Db {
  return new Proxy(db, {
    get() {
      throw new Error('killed');
    },
  });
}
