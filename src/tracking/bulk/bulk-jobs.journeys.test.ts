import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteShipment, findShipment } from '../commands/manage.ts';
import { startAcme } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';
import type { BulkAction } from './bulk-jobs.sql.ts';
import { beginBulkJob, findBulkJob, isUndoable, undoBulkJob, workOnBulkJob } from './bulk-jobs.ts';

let hub: TestTracking;
let ids: readonly string[];
beforeAll(async () => {
  hub = await startAcme();
  const made: string[] = [];
  for (let at = 0; at < 45; at += 1) {
    const tags = at === 0 ? ['gift'] : [];
    const registered = await hub.register({ carrier: 'acme', trackingNumber: `B${at}`, tags });
    made.push(registered.shipment.id);
  }
  ids = made;
});
afterAll(() => hub.close());

const GIFT: BulkAction = { action: 'tag', tag: 'gift' };
const begin = (action: BulkAction, shipmentIds: readonly string[] = ids) =>
  beginBulkJob(hub.deps, hub.tenant, action, { shipmentIds });
const work = (id: string, forMs = 60_000) =>
  workOnBulkJob({ tracking: hub.deps, refresh: null }, id, forMs);
const show = (id: string) => findBulkJob(hub.deps, hub.tenant, id);
const tagged = async () => {
  const found = await Promise.all(ids.map((id) => findShipment(hub.deps, hub.tenant, id)));
  return found.flatMap((each, at) => (each?.tags.includes('gift') ? [at] : []));
};
const ALL = Array.from({ length: 45 }, (_, at) => at);

describe('an action on many parcels', () => {
  it('changes those that need it, and is undone for exactly these', async () => {
    const job = await begin(GIFT, [...ids, ...ids]);
    expect(await show(job)).toMatchObject({ total: 45, done: 0, finishedAtMs: null });
    await work(job);
    const done = await show(job);
    expect(done).toMatchObject({ total: 45, done: 45, changed: 44 });
    expect(done && isUndoable(done)).toBe(true);
    expect(await tagged()).toEqual(ALL);
    const undone = await undoBulkJob(hub.deps, hub.tenant, job);
    await work(undone ?? '');
    expect(await show(undone ?? '')).toMatchObject({ total: 44, changed: 44, undoes: job });
    // The first had the tag before.
    expect(await tagged()).toEqual([0]);
  });

  it('continues after an interruption, and does no parcel twice', async () => {
    const job = await begin(GIFT);
    await work(job, 0);
    expect(await show(job)).toMatchObject({ done: 20, finishedAtMs: null });
    expect(await undoBulkJob(hub.deps, hub.tenant, job)).toBeNull();
    await work(job);
    expect(await show(job)).toMatchObject({ done: 45, changed: 44 });
    await work(job);
    expect(await show(job)).toMatchObject({ done: 45, changed: 44 });
    await work((await undoBulkJob(hub.deps, hub.tenant, job)) ?? '');
    expect(await tagged()).toEqual([0]);
  });

  it('leaves out parcels deleted since, and those of another merchant', async () => {
    const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'GONE' });
    const other = { merchantId: '0190f3d2-7c7e-7cc3-a0ee-5d8a5a4a4a4a', mode: 'test' as const };
    const job = await begin(GIFT, [shipment.id]);
    await deleteShipment(hub.deps, hub.tenant, shipment.id);
    await work(job);
    const done = await show(job);
    expect(done).toMatchObject({ total: 1, done: 1, changed: 0 });
    expect(done && isUndoable(done)).toBe(false);
    expect(await findBulkJob(hub.deps, other, job)).toBeNull();
  });

  it('asks carriers where somebody polls, and cannot be undone', async () => {
    const asked: string[] = [];
    const job = await begin({ action: 'refresh', tag: null }, ids.slice(0, 2));
    const refresh = async (_: unknown, { id }: { readonly id: string }) => {
      asked.push(id);
      return { outcome: id === ids[0] ? 'queued' : 'no_account' };
    };
    await workOnBulkJob({ tracking: hub.deps, refresh }, job, 60_000);
    expect(asked.toSorted()).toEqual(ids.slice(0, 2).toSorted());
    expect(await show(job)).toMatchObject({ total: 2, done: 2, changed: 1 });
    expect(await undoBulkJob(hub.deps, hub.tenant, job)).toBeNull();
  });
});
