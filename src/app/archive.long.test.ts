import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { archiveTrails, type FoundTrail, findArchivedTrails } from '../fleet/positions/index.ts';
import { packTrail } from '../fleet/positions/trails/compact-trail.ts';
import { readArchived, readParquet } from '../platform/archives/parquet.ts';
import { openFolderStore } from '../platform/objects/folder-store.ts';
import { type ObjectStore, ObjectStoreUnavailable } from '../platform/objects/object-store.ts';
import {
  eraseNamed,
  findArchived,
  listArchiveFiles,
  restoreParcel,
} from '../tracking/ports/running.ts';
import { deleteShipment, findShipment } from '../tracking/ports/shipments.ts';
import { body, publicTrackOf, startAcme } from '../tracking/test-acme.ts';
import type { TestTracking } from '../tracking/test-tracking.ts';
import { type TestMaintenance, testMaintenance } from './test-maintenance.ts';

const DAY_MS = 86_400_000;
const log = pino({ level: 'silent' });
let hub: TestTracking;
let folder: string;
let store: ObjectStore;
let isCut = false;
let maintenance: TestMaintenance;
let beganMs: number;
beforeEach(async () => {
  hub = await startAcme();
  await hub.db.pipeline.query("insert into installation (canary, name) values ('', 'ours')");
  beganMs = hub.clock.nowMs();
  folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-archive-'));
  const files = openFolderStore({ folder });
  isCut = false;
  store = {
    name: files.name,
    put: async (...args) => {
      if (isCut) throw new ObjectStoreUnavailable('the bucket does not answer');
      return files.put(...args);
    },
    create: (...args) => files.create(...args),
    stat: (...args) => files.stat(...args),
    read: (...args) => files.read(...args),
    list: (...args) => files.list(...args),
    browse: (...args) => files.browse(...args),
    move: (...args) => files.move(...args),
    remove: (...args) => files.remove(...args),
    presign: (...args) => files.presign(...args),
    close: () => files.close(),
  };
  // Only the timers of maintenance: the database has timers of its own.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  maintenance = await testMaintenance(hub, { log, archive: store });
});
afterEach(async () => {
  await maintenance.close();
  vi.useRealTimers();
  store.close();
  rmSync(folder, { recursive: true });
  await hub.close();
});

async function sweepOnDay(day: number): Promise<void> {
  hub.clock.set(beganMs + day * DAY_MS);
  await maintenance.sweep();
}

const push = (number: string, code = 'HUB', at = '2026-03-10T06:00:00') =>
  hub.receive({ carrier: 'acme', body: body({ number, events: [{ code, at }] }) });

const find = (number: string) =>
  findArchived(hub.deps, store, [{ carrier: 'acme', trackingNumber: number }]);

async function parcel(number: string): Promise<string> {
  const { shipment } = await hub.register({
    carrier: 'acme',
    trackingNumber: number,
    orderIds: [`order-${number}`],
    personal: { recipient: { name: 'Ada Secret' }, origin: null, destination: null },
  });
  await push(number);
  await push(number, 'DEL', '2026-03-10T07:00:00');
  return shipment.id;
}

/** All bytes of all files. */
async function allBytes(): Promise<Buffer> {
  const files = await listArchiveFiles(hub.db.pipeline);
  const parts = await Promise.all(files.map(({ key }) => readArchived(store, key)));
  return Buffer.concat(parts.map((each) => each ?? Buffer.alloc(0)));
}

const rowsOf = async () => {
  const files = await listArchiveFiles(hub.db.pipeline);
  const parts = await Promise.all(
    files.map(async ({ key }) => readParquet((await readArchived(store, key)) ?? Buffer.alloc(0))),
  );
  return parts.flat();
};

describe('an ended parcel', () => {
  it('is in a file before it is deleted, unencrypted but without anything that identifies it', async () => {
    const id = await parcel('ARCHIVED-1');
    await sweepOnDay(89);
    expect(await listArchiveFiles(hub.db.pipeline)).toEqual([]);
    await sweepOnDay(91);
    expect(await findShipment(hub.deps, hub.tenant, id)).toBeNull();
    const [row, ...others] = await rowsOf();
    expect(others).toEqual([]);
    expect(row).toMatchObject({ carrier: 'acme', status: 'delivered', mode: 'test' });
    expect(row?.['delivered_at']).toEqual(new Date('2026-03-10T12:00:00Z'));
    expect(row?.['events']).toMatchObject([
      { code: 'HUB', status: 'at_facility' },
      { code: 'DEL', status: 'delivered' },
    ]);
    const bytes = await allBytes();
    for (const secret of ['ARCHIVED-1', 'Ada Secret', id, id.replaceAll('-', '')]) {
      expect([secret, bytes.includes(secret)]).toEqual([secret, false]);
    }
  });

  it('that is requested again is restored as it was, and notifies nobody', async () => {
    const id = await parcel('A2');
    const before = await findShipment(hub.deps, hub.tenant, id);
    const track = await publicTrackOf(hub, 'A2');
    const indexed = async () => {
      const text = 'select from shipment_people where shipment_id = $1';
      return (await hub.db.pipeline.query(text, [id])).rowCount;
    };
    expect(await indexed()).toBe(1);
    await sweepOnDay(91);
    expect(await indexed()).toBe(0);
    const [found] = await find('A2');
    if (found === undefined) throw new Error('not in the archive');
    expect(found.parcel.personal.recipient).toEqual({ name: 'Ada Secret' });
    expect(await restoreParcel(hub.deps, found)).toBe('restored');
    expect(await restoreParcel(hub.deps, found)).toBe('exists');
    const after = await findShipment(hub.deps, hub.tenant, id);
    expect(after).toMatchObject({
      id,
      trackingNumber: 'A2',
      orderIds: ['order-A2'],
      state: before?.state,
      createdAtMs: before?.createdAtMs,
    });
    expect(await indexed()).toBe(1);
    const events = (each: Record<string, unknown> | null) => each?.['events'];
    expect(events(await publicTrackOf(hub, 'A2'))).toEqual(events(track));
    const { rows } = await hub.db.pipeline.query(
      `select sequence, type, data -> 'quiet' as quiet from event_log where subject_id = $1
       order by sequence desc limit 1`,
      [id],
    );
    expect(rows).toEqual([
      { sequence: (before?.sequence ?? 0) + 2, type: 'shipment.created', quiet: true },
    ]);
  });

  it('comes back even when nothing is left of it here, and goes again after its period', async () => {
    const id = await parcel('A3');
    await sweepOnDay(91);
    await sweepOnDay(183);
    const left = await hub.db.pipeline.query('select from shipments where id = $1', [id]);
    expect(left.rowCount).toBe(0);
    const [found] = await find('A3');
    if (found === undefined) throw new Error('not in the archive');
    await restoreParcel(hub.deps, found);
    expect(await findShipment(hub.deps, hub.tenant, id)).not.toBeNull();
    await sweepOnDay(183 + 89);
    expect(await findShipment(hub.deps, hub.tenant, id)).not.toBeNull();
    await sweepOnDay(183 + 91);
    expect(await findShipment(hub.deps, hub.tenant, id)).toBeNull();
    expect(await find('A3')).toHaveLength(1);
  });

  it('stays here while the archive cannot be reached, and is archived once after', async () => {
    const id = await parcel('A4');
    isCut = true;
    await sweepOnDay(91);
    await sweepOnDay(92);
    expect(await findShipment(hub.deps, hub.tenant, id)).not.toBeNull();
    isCut = false;
    await sweepOnDay(93);
    expect(await findShipment(hub.deps, hub.tenant, id)).toBeNull();
    expect(await rowsOf()).toHaveLength(1);
  });

  it('of a carrier with a term is not archived at all', async () => {
    const acme = hub.deps.adapter('acme');
    if (acme === null) throw new Error('the test carrier is missing');
    const retention = { deleteDaysAfterDelivery: 30, note: '' };
    const carriers = [{ ...acme, manifest: { ...acme.manifest, retention } }];
    await maintenance.close();
    maintenance = await testMaintenance(hub, { log, archive: store, carriers });
    await parcel('A5');
    const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'A6' });
    await sweepOnDay(91);
    expect(await findShipment(hub.deps, hub.tenant, shipment.id)).toBeNull();
    expect(await listArchiveFiles(hub.db.pipeline)).toEqual([]);
  });
});

describe('an erasure', () => {
  it('reaches the archive at once, and its files in the night', async () => {
    const ids = [await parcel('E1'), await parcel('E2')];
    await sweepOnDay(91);
    expect(await rowsOf()).toHaveLength(2);
    expect(await deleteShipment(hub.deps, hub.tenant, ids[0] ?? '')).toBe(true);
    expect(await deleteShipment(hub.deps, hub.tenant, ids[0] ?? '')).toBe(false);
    expect(await find('E1')).toEqual([]);
    expect(await find('E2')).toHaveLength(1);
    const [old] = await listArchiveFiles(hub.db.pipeline);
    await sweepOnDay(92);
    expect(await rowsOf()).toHaveLength(1);
    expect(await find('E2')).toHaveLength(1);
    expect(await store.stat(old?.key ?? '')).toBeNull();
    expect(await eraseNamed(hub.deps, ids[1] ?? '')).toBe(true);
    await sweepOnDay(93);
    expect(await listArchiveFiles(hub.db.pipeline)).toEqual([]);
    expect(await find('E2')).toEqual([]);
  });

  it('is the tenant’s own', async () => {
    const id = await parcel('E3');
    await sweepOnDay(91);
    const other = { ...hub.tenant, mode: 'live' as const };
    expect(await deleteShipment(hub.deps, other, id)).toBe(false);
    expect(await find('E3')).toHaveLength(1);
  });

  it('of a parcel that came back takes it from the archive, too', async () => {
    const id = await parcel('E4');
    await sweepOnDay(91);
    const [found] = await find('E4');
    if (found === undefined) throw new Error('not in the archive');
    await restoreParcel(hub.deps, found);
    await deleteShipment(hub.deps, hub.tenant, id);
    expect(await find('E4')).toEqual([]);
  });
});

describe('a trail of a courier', () => {
  const courierId = '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80';
  const points = [0, 5].map((minute) => ({ atMs: beganAt(minute), lat: 53.5, lng: 9.9 + minute }));
  function beganAt(minute: number): number {
    return Date.UTC(2026, 2, 10, 8, minute);
  }
  const trailsHere = async () =>
    (await hub.db.pipeline.query('select from courier_trails')).rowCount ?? 0;
  const trailsThere = async () => {
    const found: FoundTrail[] = [];
    const deps = { ...hub.deps, store };
    for await (const trail of findArchivedTrails(deps, courierId)) found.push(trail);
    return found;
  };
  beforeEach(async () => {
    beganMs = Date.UTC(2026, 2, 10);
    await hub.db.pipeline.query(
      `insert into couriers (id, merchant_id, mode, personal, vehicle, created_at, updated_at)
       values ($1, $2, $3, '\\x00', 'bike', now(), now())`,
      [courierId, hub.tenant.merchantId, hub.tenant.mode],
    );
    await hub.db.pipeline.query(
      `insert into courier_trails (courier_id, day, kind, part, merchant_id, mode, from_at, to_at,
         reported, points, trail)
       values ($1, '2026-03-10', 'line', 1, $2, $3, '2026-03-10T08:00Z', '2026-03-10T08:05Z', 9, 2, $4)`,
      [courierId, hub.tenant.merchantId, hub.tenant.mode, packTrail(points)],
    );
  });

  it('is here on day 89, and in a file on day 91, once, however often the archive was cut off', async () => {
    await sweepOnDay(89);
    expect(await trailsHere()).toBe(1);
    isCut = true;
    await sweepOnDay(91);
    expect(await trailsHere()).toBe(1);
    isCut = false;
    await sweepOnDay(91);
    expect(await trailsHere()).toBe(0);
    await sweepOnDay(92);
    expect(await trailsThere()).toMatchObject([{ day: '2026-03-10', kind: 'line', points }]);
    const [row, ...others] = await rowsOf();
    expect([row?.['points'], others.length]).toEqual([2, 0]);
    const bytes = await allBytes();
    for (const secret of [courierId, packTrail(points)]) {
      expect(bytes.includes(secret)).toBe(false);
    }
  });

  it('is in the archive once when two processes find it at the same moment', async () => {
    const beforeMs = beganMs + 2 * DAY_MS;
    let waiting = 0;
    let bothAreThere = () => {};
    const gate = new Promise<void>((resolve) => {
      bothAreThere = resolve;
    });
    const both: ObjectStore = {
      ...store,
      async put(...args) {
        waiting += 1;
        if (waiting === 2) bothAreThere();
        await gate;
        return store.put(...args);
      },
    };
    const archive = () => archiveTrails({ ...hub.deps, store: both }, beforeMs, 10);
    expect(await Promise.all([archive(), archive()])).toEqual([1, 1]);
    expect(await trailsHere()).toBe(0);
    expect(await trailsThere()).toHaveLength(1);
  });

  it('cannot be opened any more once its courier is deleted, and its row goes in the night', async () => {
    await sweepOnDay(91);
    await sweepOnDay(92);
    const [file] = await listArchiveFiles(hub.db.pipeline);
    await hub.db.pipeline.query('delete from couriers');
    expect(await trailsThere()).toEqual([]);
    expect(await store.stat(file?.key ?? '')).not.toBeNull();
    await sweepOnDay(93);
    expect(await listArchiveFiles(hub.db.pipeline)).toEqual([]);
    expect(await store.stat(file?.key ?? '')).toBeNull();
  });
});

it('files are removed after their period, and unknown ones after a day', async () => {
  await parcel('F1');
  await sweepOnDay(91);
  const [file] = await listArchiveFiles(hub.db.pipeline);
  await store.put('parcels/2026-03-10/ours-left-behind.parquet', Buffer.from('x'));
  await sweepOnDay(91.5);
  expect(await store.stat(file?.key ?? '')).not.toBeNull();
  await sweepOnDay(91 + 729);
  expect(await store.stat(file?.key ?? '')).not.toBeNull();
  await sweepOnDay(91 + 731);
  expect(await listArchiveFiles(hub.db.pipeline)).toEqual([]);
  for await (const { key } of store.list('')) throw new Error(`${key} is still there`);
});

it('files of another installation stay: its database may be the one that is lost', async () => {
  await store.put('parcels/2026-03-10/theirs-1.parquet', Buffer.from('x'));
  await sweepOnDay(100_000);
  expect(await store.stat('parcels/2026-03-10/theirs-1.parquet')).not.toBeNull();
});

it('files from before a restore stay for their period: the hub of the backup may still live', async () => {
  const key = 'parcels/2026-03-10/ours-1.parquet';
  await store.put(key, Buffer.from('x'));
  await hub.db.pipeline.query(
    `insert into restores (id, backup, covers_until, fenced_until, restored_at, sequence_floor)
     values (gen_random_uuid(), 'B', now(), now(), now(), 1000000)`,
  );
  const dayNow = (Date.now() - beganMs) / DAY_MS;
  await sweepOnDay(dayNow + 729);
  expect(await store.stat(key)).not.toBeNull();
  await sweepOnDay(dayNow + 731);
  expect(await store.stat(key)).toBeNull();
});

it('a parcel erased during its restore stays erased', async () => {
  const id = await parcel('A9');
  await sweepOnDay(91);
  const [found] = await find('A9');
  if (found === undefined) throw new Error('not in the archive');
  expect(await deleteShipment(hub.deps, hub.tenant, id)).toBe(true);
  expect(await restoreParcel(hub.deps, found)).toBe('erased');
  expect(await findShipment(hub.deps, hub.tenant, id)).toBeNull();
});
