import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { dropDeadBefore, dropInboundMessagesBefore } from '../../intake/index.ts';
import { lowestIdAt } from '../../kernel/ids.ts';
import { withTransaction } from '../../platform/database/database.ts';
import { openFolderStore } from '../../platform/objects/folder-store.ts';
import { deleteShipment, findShipment } from '../commands/manage.ts';
import { registerShipment } from '../commands/register.ts';
import { body, startAcme } from '../test-acme.ts';
import { ALL_OBSERVATIONS } from '../test-observations.ts';
import type { TestTracking } from '../test-tracking.ts';
import { unneededInboundMessages } from './erase.sql.ts';
import { HELD_MAX, type HeldBack, holdBack } from './held-back.ts';
import { deleteInBatches, overdueParcels, sweepLog, sweepUnclaimed } from './sweep-log.ts';

const DAY_MS = 86_400_000;
const BATCH = 100;
let hub: TestTracking;
beforeAll(async () => {
  hub = await startAcme();
});
afterAll(() => hub.close());

const push = (number: string, at = '2026-03-10T06:00:00') =>
  hub.receive({ carrier: 'acme', body: body({ number, events: [{ code: 'HUB', at }] }) });

/** Returns what is left of each inbound message: it `opens`, is `erased` or `gone`. */
async function fates(...ids: readonly string[]): Promise<string[]> {
  const { rows } = await hub.db.pipeline.query<{ id: string; fate: string }>(
    `select id, case when data_key is null and content = '' then 'erased' else 'opens' end as fate
     from inbound_messages where id = any($1::uuid[])`,
    [ids],
  );
  return ids.map((id) => rows.find((row) => row.id === id)?.fate ?? 'gone');
}

describe('a deleted shipment', () => {
  it('erases its inbound messages, also those received twice and those without reports', async () => {
    const first = await push('E1');
    const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'E1' });
    const again = await push('E1');
    const bare = await hub.receive({ carrier: 'acme', body: body({ number: 'E1', events: [] }) });
    expect(await fates(first, again, bare)).toEqual(['opens', 'opens', 'opens']);
    await deleteShipment(hub.deps, hub.tenant, shipment.id);
    expect(await fates(first, again, bare)).toEqual(['erased', 'erased', 'erased']);
  });

  it('keeps data that another tenant’s shipment needs until that is deleted too', async () => {
    const other = { ...hub.tenant, mode: 'live' as const };
    const mine = await hub.register({ carrier: 'acme', trackingNumber: 'E2' });
    const wanted = { carrier: 'acme', trackingNumber: 'E2' };
    const theirs = await registerShipment(hub.deps, other, wanted);
    const shared = await push('E2');
    await deleteShipment(hub.deps, hub.tenant, mine.shipment.id);
    expect(await fates(shared)).toEqual(['opens']);
    await deleteShipment(hub.deps, other, theirs.shipment.id);
    expect(await fates(shared)).toEqual(['erased']);
  });

  it('keeps a message that also reports on another number until that is deleted too', async () => {
    const [one, two] = ['E3', 'E4'];
    const mine = await hub.register({ carrier: 'acme', trackingNumber: one });
    const theirs = await hub.register({ carrier: 'acme', trackingNumber: two });
    const events = [{ code: 'HUB', at: '2026-03-10T06:00:00' }];
    const shared = await hub.receive({
      carrier: 'acme',
      body: body({ number: one, events }, { number: two, events }),
    });
    await deleteShipment(hub.deps, hub.tenant, mine.shipment.id);
    expect(await fates(shared)).toEqual(['opens']);
    await deleteShipment(hub.deps, hub.tenant, theirs.shipment.id);
    expect(await fates(shared)).toEqual(['erased']);
  });

  it('reads only the first row of what an inbound message brought', async () => {
    const events = Array.from({ length: 200 }, (_, at) => ({
      code: 'HUB',
      at: new Date(Date.UTC(2026, 2, 10, 6, at)).toISOString().slice(0, 19),
    }));
    await hub.register({ carrier: 'acme', trackingNumber: 'E9' });
    const inboundMessageId = await hub.receive({
      carrier: 'acme',
      body: body({ number: 'E9', events }),
    });
    const purged = [{ inboundMessageId, carrier: 'acme', trackingNumber: 'E9' }];
    await withTransaction(hub.db.pipeline, async (tx) => {
      const count = await tx.query(
        `select from ${ALL_OBSERVATIONS} o where inbound_message_id = $1`,
        [inboundMessageId],
      );
      expect(count.rowCount).toBe(200);
      const read = async () => {
        const { rows } = await tx.query<{ tuples: number }>(
          `select sum(seq_tup_read + idx_tup_fetch)::int as tuples from pg_stat_xact_user_tables
           where relname in ('facts', 'observations')`,
        );
        return rows[0]?.tuples ?? 0;
      };
      await tx.query('set local enable_seqscan = off');
      const before = await read();
      expect(await unneededInboundMessages(tx, purged)).toEqual([]);
      expect((await read()) - before).toBeLessThan(20);
    });
  });
});

describe('shipments whose retention has ended', () => {
  const due = async (numbers: readonly string[]) => {
    const { rows } = await hub.db.pipeline.query<{ id: string; mode: 'test' | 'live' }>(
      'select id, mode from shipments where tracking_number = any($1) order by tracking_number, mode',
      [numbers],
    );
    return rows.map(({ id, mode }) => ({ ...hub.tenant, mode, id, carrier: 'acme' }));
  };
  const isThere = async (each: Awaited<ReturnType<typeof due>>[number]) =>
    (await findShipment(hub.deps, each, each.id)) !== null;

  it('are deleted together, those of one number one after the other, each published once', async () => {
    const numbers = ['T1', 'T2', 'T3'];
    for (const trackingNumber of numbers) await hub.register({ carrier: 'acme', trackingNumber });
    const live = { ...hub.tenant, mode: 'live' as const };
    await registerShipment(hub.deps, live, { carrier: 'acme', trackingNumber: 'T2' });
    const inboundMessages = [];
    for (const number of numbers) inboundMessages.push(await push(number));
    const all = await due(numbers);
    expect(all).toHaveLength(4);
    await deleteInBatches(hub.deps, all);
    expect(await Promise.all(all.map(isThere))).toEqual([false, false, false, false]);
    expect(await fates(...inboundMessages)).toEqual(['erased', 'erased', 'erased']);
    const { rows } = await hub.db.pipeline.query(
      `select subject_id as id, count(*)::int as purged from event_log
       where type = 'shipment.deleted' and subject_id = any($1) group by 1 order by 1`,
      [all.map(({ id }) => id)],
    );
    expect(rows).toEqual(
      all.map(({ id }) => ({ id, purged: 1 })).sort((one, other) => (one.id < other.id ? -1 : 1)),
    );
  });

  it('stay when something happened to them before their turn came', async () => {
    const numbers = ['S1', 'S2', 'S3'];
    for (const trackingNumber of numbers) await hub.register({ carrier: 'acme', trackingNumber });
    const live = { ...hub.tenant, mode: 'live' as const };
    await registerShipment(hub.deps, live, { carrier: 'acme', trackingNumber: 'S3' });
    const all = await due(numbers);
    // One shipment that is deleted together with another, and one of two with the same number.
    const happened = new Set([all[1]?.id, all[2]?.id]);
    const stillDue = async (_: unknown, ids: readonly string[]) =>
      new Set(ids.filter((id) => !happened.has(id)));
    await deleteInBatches(hub.deps, all, { stillDue });
    expect(await Promise.all(all.map(isThere))).toEqual([false, true, true, false]);
    await deleteInBatches(hub.deps, all, { stillDue: async () => new Set() });
    expect(await Promise.all(all.map(isThere))).toEqual([false, true, true, false]);
    await deleteInBatches(hub.deps, all);
    expect(await Promise.all(all.map(isThere))).toEqual([false, false, false, false]);
  });

  it('are deleted except for one that fails', async () => {
    // More than one batch, with the failing one in the middle of its own.
    const numbers = Array.from({ length: 22 }, (_, index) => `V${index + 10}`);
    for (const trackingNumber of numbers) await hub.register({ carrier: 'acme', trackingNumber });
    const all = await due(numbers);
    const [bad] = all;
    if (bad === undefined) throw new Error('nothing was registered');
    const failed = await whileRefused(bad.id, () => deleteInBatches(hub.deps, all));
    expect(failed).toMatchObject([{ id: bad.id, error: { message: 'not this one' } }]);
    expect(await Promise.all(all.map(isThere))).toEqual(all.map((each) => each === bad));
    await deleteInBatches(hub.deps, [bad]);
    expect(await isThere(bad)).toBe(false);
  });
});

/** Makes every change to that shipment fail during `work`. */
async function whileRefused<T>(id: string, work: () => Promise<T>): Promise<T> {
  await hub.db.owner.query(`
    create function refuse() returns trigger language plpgsql as
      $$ begin raise exception 'not this one' using errcode = '22023'; end $$;
    create trigger refuse before update on shipments for each row
      when (old.id = '${id}') execute function refuse()`);
  try {
    return await work();
  } finally {
    await hub.db.owner.query('drop trigger refuse on shipments; drop function refuse()');
  }
}

/** The lines an operator would find in the log. */
function heldBy(reports: string[]): HeldBack {
  const error = (about: unknown) => reports.push((about as { shipment_id: string }).shipment_id);
  return holdBack({ clock: hub.clock, log: { error } });
}

describe('data that nobody deletes', () => {
  it('of unregistered numbers is removed after its period, while a shipment keeps what it received', async () => {
    const nobodys = await push('N1');
    const ingested = await push('N2');
    await hub.register({ carrier: 'acme', trackingNumber: 'N2' });
    const later = hub.clock.nowMs() + 30 * DAY_MS;
    expect(await sweepUnclaimed(hub.deps.db, later - 31 * DAY_MS, BATCH)).toBe(0);
    expect(await sweepUnclaimed(hub.deps.db, later, BATCH)).toBeGreaterThan(1);
    expect(await fates(nobodys, ingested)).toEqual(['gone', 'opens']);
  });

  it('is removed with unreadable reports, and finally with everything carriers sent', async () => {
    const dead = await hub.receive({ carrier: 'acme', body: Buffer.from('no JSON') });
    const ingested = await push('N2', '2026-03-10T06:30:00');
    const soon = lowestIdAt(hub.clock.nowMs() + 1);
    expect(await dropDeadBefore(hub.db.pipeline, lowestIdAt(0), BATCH)).toBe(0);
    expect(await dropDeadBefore(hub.db.pipeline, soon, BATCH)).toBe(1);
    expect(await fates(dead, ingested)).toEqual(['gone', 'opens']);
    await dropInboundMessagesBefore(hub.db.pipeline, soon, BATCH);
    expect(await fates(ingested)).toEqual(['gone']);
  });

  it('is deleted with the last of its events, and events of live shipments are removed alone', async () => {
    const silent = await hub.register({ carrier: 'acme', trackingNumber: 'L1' });
    const live = { ...hub.tenant, mode: 'live' as const };
    const wanted = { carrier: 'acme', trackingNumber: 'L1' };
    const others = await registerShipment(hub.deps, live, wanted);
    const alive = await hub.register({ carrier: 'acme', trackingNumber: 'L2' });
    hub.clock.set(hub.clock.nowMs() + 400 * DAY_MS);
    await push('L2', new Date(hub.clock.nowMs()).toISOString());
    const beforeMs = hub.clock.nowMs() - DAY_MS;
    expect(await sweepLog(hub.deps, beforeMs, BATCH, { held: heldBy([]) })).toBeGreaterThan(1);
    expect(await findShipment(hub.deps, hub.tenant, silent.shipment.id)).toBeNull();
    expect(await findShipment(hub.deps, live, others.shipment.id)).toBeNull();
    expect(await findShipment(hub.deps, hub.tenant, alive.shipment.id)).not.toBeNull();
    const { rows } = await hub.db.pipeline.query(
      'select subject_id, type from event_log where subject_id = any($1::uuid[]) order by type',
      [[silent.shipment.id, alive.shipment.id]],
    );
    expect(rows[0]).toEqual({ subject_id: silent.shipment.id, type: 'shipment.deleted' });
    expect(rows.map(({ type }) => type)).not.toContain('shipment.created');
    expect(await sweepLog(hub.deps, beforeMs, BATCH, { held: heldBy([]) })).toBe(0);
  });

  it('is deleted although some before it fail, and those once they succeed', async () => {
    const numbers = ['B1', 'B2', 'B3'];
    const ids: string[] = [];
    for (const trackingNumber of numbers) {
      ids.push((await hub.register({ carrier: 'acme', trackingNumber })).shipment.id);
    }
    const isThere = async (id = '') => (await findShipment(hub.deps, hub.tenant, id)) !== null;
    const [broken = '', unreadable = ''] = ids;
    await hub.db.pipeline.query(
      `update shipments set personal = '\\x00', data_key = '\\x00' where id = $1`,
      [unreadable],
    );
    hub.clock.set(hub.clock.nowMs() + 400 * DAY_MS);
    const beforeMs = hub.clock.nowMs() - DAY_MS;
    await hub.db.pipeline.query(`insert into installation (canary, name) values ('\\x00', 'acme')`);
    const folder = mkdtempSync(join(tmpdir(), 'waybill-erasing-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const archive = { store: openFolderStore({ folder }), exceptCarriers: [] };
    const purged: string[] = [];
    const held = heldBy(purged);
    // One entry per shard at a time, so a failing one always fills the window of its shard.
    const sweep = () => sweepLog(hub.deps, beforeMs, 1, { held }, archive);
    await whileRefused(broken, async () => {
      while ((await sweep()) > 0);
    });
    expect(await Promise.all(ids.map(isThere))).toEqual([true, true, false]);
    expect(purged.sort()).toEqual([broken, unreadable].sort());
    expect(readdirSync(folder)).not.toEqual([]);
    const left = await overdueParcels(hub.db.pipeline, beforeMs, new Map());
    expect(left.isBehind).toBe(true);
    expect([...left.parcels].sort()).toEqual([broken, unreadable].sort());

    await hub.db.pipeline.query(
      'update shipments set personal = null, data_key = null where id = $1',
      [unreadable],
    );
    expect(await sweep()).toBe(0);
    hub.clock.set(hub.clock.nowMs() + DAY_MS);
    while ((await sweep()) > 0);
    expect(await Promise.all(ids.map(isThere))).toEqual([false, false, false]);
    expect(await overdueParcels(hub.db.pipeline, beforeMs, new Map())).toEqual({
      parcels: [],
      isBehind: false,
    });
  });

  it('stops the sweep when the failure affects more than single rows', () => {
    const held = heldBy([]);
    const many = Array.from({ length: HELD_MAX }, (_, index) => ({
      id: `${index}`,
      error: new Error(),
    }));
    held.add(many);
    expect(held.ids()).toHaveLength(HELD_MAX);
    const error = new Error('the disk');
    expect(() => held.add([{ id: 'one more', error }])).toThrow('the disk');
  });
});
