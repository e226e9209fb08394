import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { proofForm, SIGNED } from '../../../http/api/proofs/test-proof-form.ts';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { testCouriers } from '../../../http/testing/test-couriers.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import type { ScanIntake } from '../../../intake/index.ts';
import { uuidOfWireId } from '../../../kernel/wire/wire-ids.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { type Transaction, withTransaction } from '../../../platform/database/database.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { consumeForCouriers, type ReadEvent } from '../../couriers/index.ts';

let hub: TestHub;
let call: Caller;
let tenant: Awaited<ReturnType<TestHub['newKey']>>['tenant'];
let ada: TestDriver;
let bob: TestDriver;
let consumer: ReturnType<typeof consumeForCouriers>;
beforeAll(async () => {
  hub = await createTestHub();
  const made = await hub.newKey();
  call = callerOf(hub, made.text);
  tenant = made.tenant;
  consumer = consumeForCouriers({
    db: hub.db,
    clock: hub.clock,
    ownCarrier: 'fleet',
    randomBytes: systemRandom,
    log: createLog({ level: 'silent' }),
  });
  await consumer.idle();
});
beforeEach(async () => {
  // Attempts at enrolment codes are rate-limited.
  hub.clock.advance(60_000);
  ada = await newDriver(hub, call, 'Ada Example');
  bob = await newDriver(hub, call, 'Bob Example');
});
afterAll(async () => {
  await consumer.stop();
  await hub.close();
});

async function newParcel(more: object = {}): Promise<{ id: string; number: string }> {
  const made = await call('POST', '/shipments', { carrier: 'fleet', ...more });
  return { id: String(made.body['id']), number: String(made.body['tracking_number']) };
}

let serial = 0;
const at = (minutesAgo: number) => new Date(hub.clock.nowMs() - minutesAgo * 60_000).toISOString();
const event = (type: string, minutesAgo: number, members: object) => {
  serial += 1;
  return { id: `r-${serial}`, type, at: at(minutesAgo), ...members };
};
const scan = (number: string, code: string, minutesAgo: number) =>
  event('scan', minutesAgo, { tracking_number: number, code });

/**
 * Posts events of the driver without waiting until they are recorded; returns each outcome, or the
 * error code.
 */
async function post(driver: TestDriver, ...events: readonly object[]): Promise<unknown[]> {
  const { body } = await driver.call('POST', '/driver/events', events);
  const results = body['results'] as readonly { outcome: string; error?: { code: string } }[];
  return results.map(({ outcome, error }) => error?.code ?? outcome);
}
async function send(driver: TestDriver, ...events: readonly object[]): Promise<unknown[]> {
  const results = await post(driver, ...events);
  await hub.settled();
  await consumer.idle();
  return results;
}
const holds = async ({ id }: TestDriver) => (await call('GET', `/couriers/${id}`)).body['holds'];

/** Runs something while another transaction has changed rows and has not committed yet. */
async function during<T>(
  change: (tx: Transaction) => Promise<unknown>,
  act: () => Promise<T>,
  changeMore: (tx: Transaction) => Promise<unknown> = () => Promise.resolve(),
): Promise<T> {
  let acting: Promise<T> | undefined;
  await withTransaction(hub.db.pipeline, async (tx) => {
    await change(tx);
    acting = act();
    // Awaited below.
    acting.catch(() => {});
    await vi.waitFor(
      async () => {
        const { rows } = await hub.db.owner.query(
          `select from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock'`,
        );
        expect(rows.length).toBeGreaterThan(0);
      },
      { timeout: 20_000 },
    );
    await changeMore(tx);
  });
  if (acting === undefined) throw new Error('nothing was done');
  return acting;
}

/** Applies the courier's events, with scans stored by the given intake. */
async function take(
  { id }: TestDriver,
  event: Extract<ReadEvent, { event: unknown }>['event'],
  storeScans: ScanIntake['take'],
): Promise<void> {
  const { work } = testCouriers({
    machines: {
      db: hub.db,
      keyring: hub.keyring,
      clock: hub.clock,
      randomBytes: systemRandom,
    },
    adapters: hub.adapters,
    tracking: hub.tracking,
    intake: { prepare: (...given) => hub.scans.intake.prepare(...given), take: storeScans },
    listener: { on: () => () => {} },
    log: createLog({ level: 'silent' }),
  });
  const courierId = uuidOfWireId('courier', id) ?? '';
  const [device] = (await hub.couriers.devices.list(tenant, courierId)) ?? [];
  const driver = { tenant, courierId, deviceId: device?.id ?? '' };
  const { results } = await work.events.take(driver, [{ event }], null);
  expect(results).toMatchObject([{ outcome: 'accepted' }]);
}

it('a delivery corrected at once leaves the parcel with its courier', async () => {
  const { id, number } = await newParcel();
  await send(ada, scan(number, 'LOAD', 30));
  const delivered = event('status', 10, { shipment_id: id, status: 'delivered' });
  expect(await post(ada, delivered)).toEqual(['accepted']);
  let recordLater = () => Promise.resolve<unknown>(null);
  const undelivered = { type: 'scan', code: 'UNDELIVERED', tracking_number: number } as const;
  await take(ada, { ...undelivered, id: `back-${serial}`, at: at(9) }, async (...given) => {
    recordLater = () => hub.scans.intake.take(...given);
    return [{ outcome: 'accepted' }];
  });
  await consumer.idle();
  expect(await holds(ada)).toBe(1);
  await recordLater();
  await hub.settled();
  await consumer.idle();
  expect(await holds(ada)).toBe(1);
  expect(await post(bob, scan(number, 'LOAD', 1))).toEqual(['held_by_another']);
  const again = [
    scan(number, 'LOAD', 4),
    event('status', 2, { shipment_id: id, status: 'delivered' }),
  ];
  expect(await send(ada, ...again)).toEqual(['accepted', 'accepted']);
  expect(await holds(ada)).toBe(0);
});

it('events from others are judged by the parcel’s custody at that moment', async () => {
  const { id, number } = await newParcel();
  await call('PUT', `/couriers/${ada.id}/route`, { parcels: [{ shipment_id: id }] });
  expect((await call('POST', `/shipments/${id}/status`, { status: 'cancelled' })).status).toBe(200);
  await during(
    (tx) =>
      tx.query(
        `update courier_parcels set held_since = now() - interval '30 years'
         where tracking_number = $1`,
        [number],
      ),
    () => consumer.idle(),
  );
  expect(await holds(ada)).toBe(1);
  const { body } = await ada.call('GET', '/driver/route');
  expect(body['notices']).toMatchObject([{ kind: 'cancelled' }]);
});

it('a handover leaves out a parcel delivered in the same moment', async () => {
  const [done, other] = [await newParcel(), await newParcel()];
  await send(ada, scan(done.number, 'LOAD', 30), scan(other.number, 'LOAD', 29));
  const handed = await during(
    (tx) =>
      tx.query(
        `update courier_parcels set done_at = now(), done_why = 'delivered'
         where tracking_number = $1`,
        [done.number],
      ),
    () => call('POST', `/couriers/${ada.id}/handover`, { courier_id: bob.id }),
  );
  expect(handed.body).toMatchObject({ moved: 1 });
  expect([await holds(ada), await holds(bob)]).toEqual([0, 1]);
  const { body } = await bob.call('GET', '/driver/route');
  expect(body['notices']).toMatchObject([{ kind: 'given_by', tracking_number: other.number }]);
});

it('a new list does not remove a parcel its courier is just loading', async () => {
  const { id, number } = await newParcel();
  await call('PUT', `/couriers/${ada.id}/route`, { parcels: [{ shipment_id: id }] });
  const put = await during(
    (tx) =>
      tx.query('update courier_parcels set held_since = now() where tracking_number = $1', [
        number,
      ]),
    () => call('PUT', `/couriers/${ada.id}/route`, { parcels: [] }),
  );
  expect(put.status).toBe(200);
  expect(await holds(ada)).toBe(1);
  expect((await ada.call('GET', '/driver/route')).body['notices']).toEqual([]);
});

async function prove(driver: TestDriver, shipmentId: string, minutesAgo: number) {
  serial += 1;
  const fields = { id: `p-${serial}`, shipment_ids: shipmentId, at: at(minutesAgo) };
  const answer = await fetch(`${hub.url}/v1/driver/proofs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${driver.key}` },
    body: proofForm({ signature: SIGNED, fields }),
  });
  return answer.status;
}

it('a proof is judged by custody at the time it was made', async () => {
  const { id, number } = await newParcel();
  await send(ada, scan(number, 'LOAD', 60));
  expect(await prove(ada, id, 50)).toBe(201);
  await send(ada, scan(number, 'ARRIVE', 30));
  expect(await prove(ada, id, 40)).toBe(201);
  expect(await prove(ada, id, 20)).toBe(409);
  expect(await prove(bob, id, 40)).toBe(409);
  await send(bob, scan(number, 'LOAD', 20), scan(number, 'DELIVERED', 10));
  expect(await prove(bob, id, 0)).toBe(201);
  expect(await prove(ada, id, 0)).toBe(409);
  await send(ada, scan(number, 'LOAD', 3));
  hub.clock.advance(10 * 60_000);
  expect(await prove(bob, id, 0)).toBe(409);
  expect(await prove(ada, id, 0)).toBe(201);
});

it('a scan during the shipment’s registration is attributed to that shipment', async () => {
  const number = `OWNRACE${serial}`;
  const said = { type: 'scan', code: 'PICKUP', tracking_number: number, note: 'Torn.' } as const;
  await take(ada, { ...said, id: `early-${serial}`, at: at(1) }, async (...given) => {
    await newParcel({ tracking_number: number });
    await consumer.idle();
    return hub.scans.intake.take(...given);
  });
  const { rows } = await hub.db.pipeline.query<{ known: boolean }>(
    `select shipment_id is not null as known from driver_events where tracking_number = $1
     union all select shipment_id is not null from courier_parcels where tracking_number = $1`,
    [number],
  );
  expect(rows).toEqual([{ known: true }, { known: true }]);
});

it('a number of one’s own that another courier is just getting is refused', async () => {
  const eve = await newDriver(hub, call, 'Eve Example');
  const named = (id: string, externalId: string | null) =>
    call('PATCH', `/couriers/${id}`, { external_id: externalId });
  await named(ada.id, 'E-7');
  const { rows } = await hub.db.pipeline.query<{ external_hash: Buffer }>(
    'select external_hash from couriers where id = $1',
    [uuidOfWireId('courier', ada.id)],
  );
  await named(ada.id, null);
  const refused = await during(
    (tx) =>
      tx.query('update couriers set external_hash = $2 where id = $1', [
        uuidOfWireId('courier', ada.id),
        rows[0]?.external_hash,
      ]),
    () => named(eve.id, 'E-7'),
  );
  expect(refused.status).toBe(409);
});

it('a code that has just been replaced is rejected, without deadlocks', async () => {
  const { body } = await call('POST', `/couriers/${ada.id}/enrolments`);
  const courierId = uuidOfWireId('courier', ada.id);
  const enrolled = await during(
    (tx) => tx.query('select from couriers where id = $1 for update', [courierId]),
    () =>
      callerOf(hub, null)('POST', '/driver/enrol', {
        code: body['code'],
        device: { name: 'Another phone' },
      }),
    (tx) => tx.query('delete from courier_enrolments where courier_id = $1', [courierId]),
  );
  expect(enrolled.status).toBe(403);
});
