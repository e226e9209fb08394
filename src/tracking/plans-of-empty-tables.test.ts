import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase, withTransaction } from '../platform/database/database.ts';
import { shardsBehind } from '../platform/event-log/event-log.ts';
import { createTestDatabase, type TestDatabase } from '../platform/test-postgres.ts';
import { shipmentsByNumber } from './shipments.sql.ts';

/**
 * PostgreSQL plans a prepared statement again for each of its first five calls, and then caches a
 * plan until the table is analyzed. A hub that was just started prepares all of them on empty
 * tables.
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

it('new shards are looked up shard by shard, although the log was empty at planning time', async () => {
  const plan = await withTransaction(db.pipeline, async (tx) => {
    for (let index = 0; index < CALLS; index += 1) await shardsBehind(tx, 'somebody');
    return (await tx.query("explain execute shards_behind('somebody')")).rows;
  });
  const text = JSON.stringify(plan);
  expect(text).toContain('using event_log_pkey');
  expect(text).not.toContain('Seq Scan on event_log');
});

it('numbers are looked up one by one, although there was no shipment at planning time', async () => {
  const numbers = Array.from({ length: 100 }, (_, index) => ({
    carrier: 'ups',
    trackingNumber: `${index}`,
  }));
  const plan = await withTransaction(db.pipeline, async (tx) => {
    for (let index = 0; index < CALLS; index += 1) await shipmentsByNumber(tx, numbers);
    return (await tx.query("explain execute shipments_by_number('{ups}', '{1}')")).rows;
  });
  expect(JSON.stringify(plan)).toContain('using shipments_by_number');
});
