import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { withTransaction } from '../platform/database/database.ts';
import { BULK_PARTITION } from './inbound-message.ts';
import { dropDeadBefore, dropInboundMessagesBefore } from './inbound-messages.sql.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { postponedPartitions, postponeInboundMessages } from './postponed.sql.ts';
import { openTestIntake, type TestIntake } from './test-intake.ts';
import {
  adoptEarlierInboundMessages,
  inboxFigures,
  isWaiting,
  lockSettledInboundMessages,
  markDead,
  markProcessed,
  revive,
  waitingInboundMessages,
} from './waiting.sql.ts';

const EVERY_PARTITION = Array.from({ length: BULK_PARTITION + 3 }, (_, partition) => partition);
const LOCK_WAITS = `select from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`;
const AFTER_ALL = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

let intake: TestIntake;
let inbox: Inbox;
beforeAll(async () => {
  intake = await openTestIntake();
  inbox = createInbox(intake);
});
afterAll(() => intake.close());

const store = (bulk = false) =>
  inbox.store({
    source: 'webhook',
    carrier: 'acme',
    owner: null,
    trust: 'signed',
    headers: {},
    body: Buffer.from('{}'),
    bulk,
  });

async function waiting(): Promise<string[]> {
  const rows = await waitingInboundMessages(intake.db.pipeline, EVERY_PARTITION, 100);
  return rows.map(({ id }) => id);
}

const settled = (...ids: readonly string[]) =>
  withTransaction(intake.db.pipeline, (tx) => lockSettledInboundMessages(tx, ids));

describe('an inbound message', () => {
  it('waits until it has been processed, and is then neither locked nor written again', async () => {
    const db = intake.db.pipeline;
    const [one, other] = [await store(), await store()];
    expect((await waiting()).sort()).toEqual([one, other].sort());
    expect(await settled(one, other)).toEqual([]);
    const { rows: before } = await db.query('select xmin::text from inbound_messages');
    await markProcessed(db, [one]);
    expect(await waiting()).toEqual([other]);
    expect(await settled(one, other)).toEqual([one]);
    await markProcessed(db, [other]);
    expect((await db.query('select xmin::text from inbound_messages')).rows).toEqual(before);
    expect([await isWaiting(db, one), await isWaiting(db, other)]).toEqual([false, false]);
  });

  it('that is dead does not wait, until it is put back', async () => {
    const db = intake.db.pipeline;
    const id = await store();
    await markDead(db, id, 'no reason', 0);
    expect([await isWaiting(db, id), await settled(id)]).toEqual([false, [id]]);
    expect(await inboxFigures(db)).toMatchObject({ waiting: 0, dead: 1 });
    expect([await revive(db, [id]), await revive(db, [id])]).toEqual([[id], []]);
    expect([await isWaiting(db, id), await settled(id)]).toEqual([true, []]);
    await markProcessed(db, [id]);
  });

  it('is counted apart while it waits among the bulk, or for a worker of the cluster', async () => {
    const db = intake.db.pipeline;
    const [bulk, postponed] = [await store(true), await store()];
    await postponeInboundMessages(db, new Map([[postponed, 2]]));
    expect(await postponedPartitions(db)).toEqual([BULK_PARTITION + 2]);
    expect(await inboxFigures(db)).toMatchObject({ waiting: 0, bulkWaiting: 1, postponed: 1 });
    await markProcessed(db, [bulk, postponed]);
    expect(await waiting()).toEqual([]);
  });

  it('is not removed for its age while it waits, but when it was processed or is dead', async () => {
    const db = intake.db.pipeline;
    const [one, dead, other] = [await store(), await store(), await store()];
    await markDead(db, dead, 'no reason', 0);
    await markProcessed(db, [other]);
    await dropInboundMessagesBefore(db, AFTER_ALL, 100);
    expect((await db.query('select id from inbound_messages')).rows).toEqual([{ id: one }]);
    expect(await waiting()).toEqual([one]);
    await markProcessed(db, [one]);
    expect(await dropInboundMessagesBefore(db, AFTER_ALL, 100)).toBe(1);
  });

  it('that is put back while it is being removed does not wait', async () => {
    const db = intake.db.pipeline;
    const id = await store();
    await markDead(db, id, 'no reason', 0);
    const revived = await withTransaction(db, async (tx) => {
      await dropDeadBefore(tx, AFTER_ALL, 100);
      const reviving = revive(db, [id]);
      await vi.waitFor(async () =>
        expect((await intake.db.owner.query(LOCK_WAITS)).rowCount).toBe(1),
      );
      return { reviving };
    });
    expect(await revived.reviving).toEqual([]);
    expect((await db.query('select from waiting_inbound_messages')).rowCount).toBe(0);
  });

  it('stored by a version before migration 0018, which it did not process, waits here', async () => {
    const db = intake.db.pipeline;
    const id = '01890a5d-ac96-774b-bcce-b302099a8058';
    await db.query(
      `insert into inbound_messages (id, received_at, source, carrier, trust, content, partition)
       values ($1, now(), 'webhook', 'acme', 'signed', '', 3)`,
      [id],
    );
    expect([await waiting(), await settled(id)]).toEqual([[], []]);
    expect(await dropInboundMessagesBefore(db, AFTER_ALL, 100)).toBe(0);
    expect(await adoptEarlierInboundMessages(db, 10)).toBe(1);
    expect(await adoptEarlierInboundMessages(db, 10)).toBe(0);
    expect(await waiting()).toEqual([id]);
  });
});
