import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Transaction, withTenant } from '../../platform/database/database.ts';
import { deleteShipment } from '../commands/manage.ts';
import { startAcme } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';
import {
  deleteExternalId,
  externalId,
  externalIds,
  externalIdsOf,
  insertExternalId,
  insertExternalIds,
} from './external-ids.sql.ts';

const SERVICE = 'easypost';

let t: TestTracking;
let shipmentId = '';
beforeAll(async () => {
  t = await startAcme();
  const { shipment } = await t.register({ carrier: 'acme', trackingNumber: 'KNOWN1' });
  shipmentId = shipment.id;
});
afterAll(() => t.close());

const as = <T>(work: (tx: Transaction) => Promise<T>, tenant: Tenant = t.tenant) =>
  withTenant(t.deps.db.app, tenant, work);
const find = (id: string, tenant?: Tenant) =>
  as((tx) => externalId(tx, tenant ?? t.tenant, SERVICE, id), tenant);
const store = (id: string, nowMs: number) =>
  as((tx) =>
    insertExternalId(tx, t.tenant, { service: SERVICE, externalId: id, shipmentId }, nowMs),
  );

it('an id of another service leads to its parcel, for its own tenant only', async () => {
  expect(await store('trk_1', 1_000)).toBe(true);
  expect(await store('trk_1', 2_000)).toBe(false);
  expect(await store('trk_2', 3_000)).toBe(true);
  expect(await find('trk_1')).toEqual({
    externalId: 'trk_1',
    shipmentId,
    createdAtMs: 1_000,
    deletedAtMs: null,
  });
  expect(await find('trk_3')).toBeNull();
  const other: Tenant = { ...t.tenant, mode: 'live' };
  expect(await find('trk_1', other)).toBeNull();
  const ids = await as((tx) => externalIdsOf(tx, SERVICE, [shipmentId]));
  expect(ids.map((each) => each.externalId)).toEqual(['trk_2', 'trk_1']);
});

it('many ids are stored and found at once, and stored ones stay', async () => {
  const { tenant } = t;
  const stored = ['trk_1', 'trk_a', 'trk_b', 'trk_b'].map((each, index) => ({
    ...{ externalId: each, shipmentId, createdAtMs: 500 + index },
  }));
  await as((tx) => insertExternalIds(tx, tenant, SERVICE, stored));
  const found = await as((tx) =>
    externalIds(tx, tenant, SERVICE, ['trk_1', 'trk_b', 'trk_none', 'trk_a']),
  );
  const times = found.map((each) => [each.externalId, each.createdAtMs]).sort();
  expect(times).toEqual([
    ['trk_1', 1_000],
    ['trk_a', 501],
    ['trk_b', 502],
  ]);
});

it('an id can be deleted at its service, whether it was stored before or not', async () => {
  const deleteAt = (id: string, nowMs: number) =>
    as((tx) =>
      deleteExternalId(tx, t.tenant, { service: SERVICE, externalId: id, shipmentId }, nowMs),
    );
  await deleteAt('trk_2', 4_000);
  await deleteAt('trk_2', 5_000);
  await deleteAt('trk_own', 4_000);
  expect(await find('trk_2')).toMatchObject({ createdAtMs: 3_000, deletedAtMs: 4_000 });
  expect(await find('trk_own')).toMatchObject({ deletedAtMs: 4_000 });
});

it('all ids of a parcel are erased with it', async () => {
  await deleteShipment(t.deps, t.tenant, shipmentId);
  expect(await as((tx) => externalIdsOf(tx, SERVICE, [shipmentId]))).toEqual([]);
});
