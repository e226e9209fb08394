import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { partitionProblems } from '../../platform/partitions/keep-partitions.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { makePartitionsAhead, partitionedTables } from './partitioned-tables.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2031, 2, 10, 12);

let testDatabase: TestDatabase;
let db: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  db = openDatabase({ url: testDatabase.url });
});
afterAll(async () => {
  await db.end();
  await testDatabase.drop();
});

/** Returns what `/readyz` reports about partitions. */
const problems = (nowMs: number) => partitionProblems(db.pipeline, partitionedTables(db), nowMs);

it('warns when the next partitions are missing, names the table and the day, and is quiet once they are made', async () => {
  const [missing] = await problems(NOW_MS);
  expect(missing).toContain('partitions: courier_stretches has none from 2031-03-10 on');
  await makePartitionsAhead({ database: db, clock: { nowMs: () => NOW_MS } });
  expect(await problems(NOW_MS)).toEqual([]);
  // A missing partition for the next day is reported before anything is lost.
  const [soon] = await problems(NOW_MS + DAY_MS);
  expect(soon).toContain('courier_stretches has none from 2031-03-13 on');
});
