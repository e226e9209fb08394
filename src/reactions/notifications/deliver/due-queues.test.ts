import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureMerchant } from '../../../merchants/index.ts';
import { type Database, openDatabase } from '../../../platform/database/database.ts';
import { createTestDatabase, type TestDatabase } from '../../../platform/test-postgres.ts';
import { dueQueues } from './outbox.sql.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

const NOW_MS = Date.parse('2026-03-10T12:00:00Z');

/** Creates a merchant whose id begins with the prefix, with many due mails; returns its id. */
async function due(begins: string, count: number): Promise<string> {
  const id = `${begins}${crypto.randomUUID().slice(begins.length)}`;
  const { id: merchantId } = await ensureMerchant(db.pipeline, { id, slug: begins, name: begins });
  await db.pipeline.query(
    `insert into notifications (id, merchant_id, mode, shipment_id, occurred_at, milestone, template,
       channel, audience, address_hash, subject, state, created_at, send_at, stale_at)
     select gen_random_uuid(), $1, 'test', gen_random_uuid(), now(), 'delivered', 'delivered',
       'email', 'recipient', '\\x00', 'delivered', 'queued', to_timestamp($2 / 1000.0),
       to_timestamp($2 / 1000.0), to_timestamp($2 / 1000.0)
     from generate_series(1, $3)`,
    [merchantId, NOW_MS, count],
  );
  return merchantId;
}

it('tenants with something due are listed in one order, whatever is known of the table', async () => {
  const ids = [await due('cccc', 30), await due('bbbb', 1), await due('aaaa', 2)].toSorted();
  const listed = async ({ pipeline }: Database) => {
    const queues = await dueQueues(pipeline, NOW_MS);
    return queues.map(({ tenant }) => tenant.merchantId);
  };
  expect(await listed(db)).toEqual(ids);
  await db.owner.query('analyze notifications');
  // A connection keeps its query plans, so another one is used.
  const other = openDatabase({ url: database.url });
  expect(await listed(other)).toEqual(ids);
  await other.end();
});
