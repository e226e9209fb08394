import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { uuidV7 } from '../kernel/ids.ts';
import { deleteShipment } from '../tracking/ports/shipments.ts';
import { body, startAcme } from '../tracking/test-acme.ts';
import type { TestTracking } from '../tracking/test-tracking.ts';
import { type TestMaintenance, testMaintenance } from './test-maintenance.ts';

const DAY_MS = 86_400_000;
const log = pino({ level: 'silent' });
let hub: TestTracking;
let maintenance: TestMaintenance;
let beganMs: number;
beforeEach(async () => {
  hub = await startAcme();
  beganMs = hub.clock.nowMs();
  // Only the timers of maintenance: the database has timers of its own.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(async () => {
  await maintenance.close();
  vi.useRealTimers();
  await hub.close();
});

async function start(env: Record<string, string> = {}, days: number | null = null) {
  const retention = { deleteDaysAfterDelivery: days, note: '' };
  const acme = hub.deps.adapter('acme');
  if (acme === null) throw new Error('the test carrier is missing');
  const carriers = [{ ...acme, manifest: { ...acme.manifest, retention } }];
  maintenance = await testMaintenance(hub, { log, env, carriers });
}

/** Moves the clock to this many days after the beginning, and sweeps. */
async function sweepOnDay(day: number): Promise<void> {
  hub.clock.set(beganMs + day * DAY_MS);
  await maintenance.sweep();
}

async function count(from: string, ...values: unknown[]): Promise<number> {
  const { rows } = await hub.db.owner.query(`select count(*)::int as many from ${from}`, values);
  return rows[0].many;
}

const push = (number: string, code = 'HUB', at = '2026-03-10T06:00:00') =>
  hub.receive({ carrier: 'acme', body: body({ number, events: [{ code, at }] }) });

describe('parcels', () => {
  it('and all that hangs on them are there on day 89 and gone on day 91', async () => {
    await start();
    await push('P1');
    const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'P1' });
    const hanging = ['facts', 'observations', 'snapshots', 'command_attempts'];
    await hub.db.owner.query(
      `insert into command_attempts (id, shipment_id, merchant_id, mode, from_status, requested,
         accepted, attempted_at)
       values (gen_random_uuid(), $1, $2, $3, 'created', '{}', true, now())`,
      [shipment.id, hub.tenant.merchantId, hub.tenant.mode],
    );
    const visible = () => count('shipments where id = $1 and deleted_at is null', shipment.id);
    const left = () => count('facts where shipment_id = $1', shipment.id);
    await sweepOnDay(89);
    expect([await visible(), await left()]).toEqual([1, 1]);
    await sweepOnDay(91);
    expect([await visible(), await left()]).toEqual([0, 0]);
    // That there was one is known for as long again.
    await sweepOnDay(179);
    expect(await count('shipments where id = $1', shipment.id)).toBe(1);
    await sweepOnDay(182);
    expect(await count('shipments where id = $1', shipment.id)).toBe(0);
    for (const table of hanging) {
      expect([table, await count(`${table} where shipment_id = $1`, shipment.id)]).toEqual([
        table,
        0,
      ]);
    }
    expect(await count('event_log where subject_id = $1', shipment.id)).toBe(0);
  });

  it('go though their row was written since, if nothing happened', async () => {
    await start();
    const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'P2' });
    const late = new Date(beganMs + 60 * DAY_MS);
    await hub.db.owner.query('update shipments set updated_at = $2 where id = $1', [
      shipment.id,
      late,
    ]);
    await sweepOnDay(91);
    expect(await count('shipments where id = $1 and deleted_at is null', shipment.id)).toBe(0);
  });

  it('stay as long as something happens to them', async () => {
    await start();
    const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'P3' });
    hub.clock.set(beganMs + 60 * DAY_MS);
    await push('P3', 'HUB', new Date(hub.clock.nowMs()).toISOString().slice(0, 19));
    await sweepOnDay(120);
    expect(await count('shipments where id = $1 and deleted_at is null', shipment.id)).toBe(1);
    expect(
      await count("event_log where subject_id = $1 and type = 'shipment.created'", shipment.id),
    ).toBe(0);
    await sweepOnDay(151);
    expect(await count('shipments where id = $1 and deleted_at is null', shipment.id)).toBe(0);
  });

  it('of a carrier whose terms say thirty days go that long after delivery, others stay', async () => {
    await start({}, 30);
    const ended = await hub.register({ carrier: 'acme', trackingNumber: 'T1' });
    const alive = await hub.register({ carrier: 'acme', trackingNumber: 'T2' });
    const inboundMessage = await push('T1', 'DEL');
    await push('T2');
    const here = (id: string) => count('shipments where id = $1 and deleted_at is null', id);
    const deliveredMs = Date.parse('2026-03-10T11:00:00Z');
    beganMs = deliveredMs;
    await sweepOnDay(29.9);
    expect([await here(ended.shipment.id), await here(alive.shipment.id)]).toEqual([1, 1]);
    await sweepOnDay(30.1);
    expect([await here(ended.shipment.id), await here(alive.shipment.id)]).toEqual([0, 1]);
    // The carrier's own content cannot be read any more, either.
    expect(
      await count(
        "inbound_messages where id = $1 and data_key is null and content = ''",
        inboundMessage,
      ),
    ).toBe(1);
  });

  it('of such a carrier go when they ended otherwise, and those in mere trouble stay', async () => {
    await start({}, 30);
    const ended = ['returned_to_sender', 'cancelled', 'exception lost', 'exception disposed'];
    const others = ['exception damaged', 'in_transit', 'returning'];
    for (const [index, row] of [...ended, ...others].entries()) {
      await hub.register({ carrier: 'acme', trackingNumber: `N${index}` });
      await push(`N${index}`);
      const [status, reason = null] = row.split(' ');
      await hub.db.owner.query(
        `update shipments set status = $2, sub_status = $3 where tracking_number = $1`,
        [`N${index}`, status, reason],
      );
    }
    const left = async () => {
      const { rows } = await hub.db.owner.query(
        `select concat_ws(' ', status, sub_status) as shown from shipments
         where deleted_at is null order by tracking_number`,
      );
      return rows.map(({ shown }) => shown);
    };
    beganMs = Date.parse('2026-03-10T11:00:00Z');
    await sweepOnDay(29.9);
    expect(await left()).toEqual([...ended, ...others]);
    await sweepOnDay(30.1);
    expect(await left()).toEqual(others);
  });

  it('of a carrier that agreed stay as long as all others', async () => {
    await start({ WAYBILL_RETENTION: 'carrier.acme:none' }, 30);
    const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'T3' });
    await push('T3', 'DEL');
    await sweepOnDay(89);
    expect(await count('shipments where id = $1 and deleted_at is null', shipment.id)).toBe(1);
    await sweepOnDay(91);
    expect(await count('shipments where id = $1 and deleted_at is null', shipment.id)).toBe(0);
  });

  it('by the thousand are swept in batches, in the same minute', async () => {
    await start();
    const ids: string[] = [];
    for (let index = 0; index < 150; index += 1) {
      const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: `B${index}` });
      ids.push(shipment.id);
      await deleteShipment(hub.deps, hub.tenant, shipment.id);
    }
    await sweepOnDay(91);
    expect(await count('shipments where id = any($1)', ids)).toBe(0);
  });
});

interface KindOfRow {
  readonly kind: string;
  readonly days: number;
  readonly table: string;
  /** The columns that a row needs to be one, with their values; `:id` and its like stand for the test's. */
  readonly row: Readonly<Record<string, string>>;
}

const OWNED = { merchant_id: ':merchant', mode: ':mode' };

/** A row of each kind that is not swept with its parcel, made on the first day. */
const ROWS: readonly KindOfRow[] = [
  {
    kind: 'deliveries',
    days: 90,
    table: 'webhook_deliveries',
    row: {
      id: ':id',
      endpoint_id: ':id',
      ...OWNED,
      subject_id: ':id',
      event_id: ':id',
      type: 'x',
      sequence: '1',
      body: '',
      recorded_at: ':at',
      queued_at: ':at',
    },
  },
  {
    kind: 'messages',
    days: 90,
    table: 'notifications',
    row: {
      id: ':id',
      ...OWNED,
      shipment_id: ':id',
      occurred_at: ':at',
      milestone: 'delivered',
      template: 'delivered',
      channel: 'email',
      audience: 'recipient',
      address_hash: 'x',
      subject: 's',
      state: 'sent',
      created_at: ':at',
    },
  },
  {
    kind: 'subscriptions',
    days: 180,
    table: 'subscriptions',
    row: {
      id: ':id',
      ...OWNED,
      shipment_id: ':shipment',
      channel: 'email',
      address_hash: 'x',
      state: 'active',
      created_at: ':at',
    },
  },
  {
    kind: 'polling',
    days: 90,
    table: 'poll_targets',
    row: {
      ...OWNED,
      carrier: 'acme',
      tracking_number: 'K1',
      shipment_id: ':id',
      sequence: '1',
      status: 'delivered',
      confirmed: 'true',
      created_at: ':at',
      due_at: ':at',
      value: '0',
      urgency: '0',
      value_class: '0',
      reason: 'x',
      why: 'x',
      ended_at: ':at',
    },
  },
  {
    kind: 'proofs',
    days: 90,
    table: 'proofs',
    row: {
      id: ':id',
      ...OWNED,
      carrier: 'acme',
      tracking_number: 'K1',
      account_id: ':id',
      kind: 'signature',
      media_type: 'image/png',
      size_bytes: '1',
      digest: 'x',
      blob_key: 'ab'.repeat(32),
      data_key: 'x',
      fetched_at: ':at',
    },
  },
  {
    kind: 'trails',
    days: 90,
    table: 'courier_trails',
    row: {
      courier_id: ':id',
      day: ':at',
      kind: 'line',
      part: '1',
      ...OWNED,
      from_at: ':at',
      to_at: ':at',
      reported: '1',
      points: '1',
      trail: 'x',
    },
  },
  {
    kind: 'figures of dates',
    days: 730,
    table: 'edd_promises',
    row: {
      id: ':id',
      ...OWNED,
      shipment_id: ':id',
      whose: 'ours',
      source: 'rule',
      shown_at: ':at',
      stage: 'created',
      carrier: 'acme',
      service_level: '',
      lane: 'x',
      date: ':at',
    },
  },
  {
    kind: 'figures of cases',
    days: 730,
    table: 'exception_cases',
    row: {
      id: ':id',
      ...OWNED,
      shipment_id: ':id',
      kind: 'damaged',
      state: 'closed',
      outcome: 'resolved',
      closed_how: 'person',
      opened_by: 'facts',
      trigger: 'x',
      opened_at: ':at',
      updated_at: ':at',
      closed_at: ':at',
      carrier: 'acme',
      lane: 'x',
    },
  },
];

describe.each(ROWS)('$kind', ({ days, table, row }) => {
  it(`are there the day before day ${days} and gone the day after`, async () => {
    await start();
    const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'K1' });
    const { merchantId, mode } = hub.tenant;
    const id = uuidV7(beganMs, new Uint8Array(10).fill(7));
    const at = new Date(beganMs).toISOString();
    const given: Record<string, string> = {
      ':id': id,
      ':at': at,
      ':merchant': merchantId,
      ':mode': mode,
      ':shipment': shipment.id,
    };
    // The rows that other tables would need for it do not matter here.
    await hub.db.owner.query(`alter table ${table} disable trigger all`);
    await hub.db.owner.query(
      `insert into ${table} (${Object.keys(row).join(', ')})
       values (${Object.values(row).map((value) => `'${given[value] ?? value}'`)})`,
    );
    await hub.db.owner.query(
      `insert into webhook_endpoints (id, merchant_id, mode, sealed, events, created_at, updated_at)
       values ($1, $2, $3, 'x', '{*}', now(), now())`,
      [id, merchantId, mode],
    );
    // The parcel itself must not take it along: something happens to it all the time.
    await hub.db.owner.query("update event_log set recorded_at = 'infinity'");
    await sweepOnDay(days - 1);
    expect(await count(table)).toBe(1);
    await sweepOnDay(days + 1);
    // Files of proofs are removed a minute after their keys.
    await maintenance.sweep();
    expect(await count(table)).toBe(0);
  });
});

describe('messages from carriers', () => {
  it('is there on day 89 and gone on day 91, of unregistered parcels on day 31', async () => {
    await start();
    await hub.register({ carrier: 'acme', trackingNumber: 'R1' });
    const inboundMessageId = await push('R1');
    const nobodys = await push('R2');
    const dead = await hub.receive({ carrier: 'acme', body: Buffer.from('no JSON') });
    const here = (id: string) => count('inbound_messages where id = $1', id);
    await sweepOnDay(29);
    expect([await here(inboundMessageId), await here(nobodys), await here(dead)]).toEqual([
      1, 1, 1,
    ]);
    await sweepOnDay(31);
    expect([await here(inboundMessageId), await here(nobodys), await here(dead)]).toEqual([
      1, 0, 0,
    ]);
    await sweepOnDay(89);
    expect(await here(inboundMessageId)).toBe(1);
    await sweepOnDay(91);
    expect(await here(inboundMessageId)).toBe(0);
  });
});

it('no table grows beyond its period', async () => {
  const kinds = ['parcels', 'deleted', 'inbound', 'unclaimed', 'deliveries', 'messages', 'polling'];
  await start({ WAYBILL_RETENTION: kinds.map((kind) => `${kind}:5`).join(',') });
  const rowsNow = async () => {
    const { rows } = await hub.db.owner.query<{ name: string }>(
      "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
    );
    const counts = [];
    for (const { name } of rows) counts.push([name, await count(`"${name}"`)] as const);
    return new Map(counts);
  };
  // The record of an erased number is retained for thirty days, whatever the table says.
  const settled = 45;
  let before = new Map<string, number>();
  for (let day = 0; day <= settled + 30; day += 1) {
    hub.clock.set(beganMs + day * DAY_MS);
    const at = new Date(hub.clock.nowMs()).toISOString().slice(0, 19);
    await hub.register({ carrier: 'acme', trackingNumber: `G${day}` });
    await push(`G${day}`, 'DEL', at);
    await push(`NOBODYS${day}`, 'HUB', at);
    await hub.receive({ carrier: 'acme', body: Buffer.from(`no JSON ${day}`) });
    await maintenance.sweep();
    if (day === settled) before = await rowsNow();
  }
  const after = await rowsNow();
  const grown = [...after].filter(([name, count]) => count > (before.get(name) ?? 0));
  expect(grown).toEqual([]);
  expect(after.get('shipments')).toBeLessThan(20);
});
