import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase, withTransaction } from '../platform/database/database.ts';
import { shardsBehind } from '../platform/event-log/event-log.ts';
import { createTestDatabase, type TestDatabase } from '../platform/test-postgres.ts';
import { shipmentsByNumber } from './shipments.sql.ts';

/**
 * PostgreSQL plans a prepared statement anew for its first five calls, and then keeps a plan until the table is
 * analyzed. A hub that was just started prepares all of them while there is nothing.
 */
const CALLS = 8;
let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
});
afterAll(async () => {
  await db?.end();
  await database?.drop();
});

it('which shards are new is looked up shard by shard, though the log was empty when that was planned', async () => {
  const plan = await withTransaction(db.pipeline, async (tx) => {
    for (let nr = 0; nr < CALLS; nr += 1) await shardsBehind(tx, 'somebody');
    return (await tx.query("explain execute shards_behind('somebody')")).rows;
  });
  const text = JSON.stringify(plan);
  expect(text).toContain('using event_log_pkey');
  expect(text).not.toContain('Seq Scan on event_log');
});

it('numbers are looked up one by one, though there was no shipment when that was planned', async () => {
  const numbers = Array.from({ length: 100 }, (_, nr) => ({
    carrier: 'ups',
    trackingNumber: `${nr}`,
  }));
  const plan = await withTransaction(db.pipeline, async (tx) => {
    for (let nr = 0; nr < CALLS; nr += 1) await shipmentsByNumber(tx, numbers);
    return (await tx.query("explain execute shipments_by_number('{ups}', '{1}')")).rows;
  });
  expect(JSON.stringify(plan)).toContain('using shipments_by_number');
});
