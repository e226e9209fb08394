import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { type Database, openDatabase } from './database.ts';
import { eachRow } from './query-rows.ts';

let made: TestDatabase;
let db: Database;

beforeAll(async () => {
  made = await createTestDatabase({ migrate: false });
  db = openDatabase({ url: made.url });
});

afterAll(async () => {
  await db.end();
  await made.drop();
});

async function numbersOf(text: string, values: unknown[]): Promise<number[]> {
  const seen: number[] = [];
  await eachRow<{ n: number }>(db.owner, { text, values }, ({ n }) => seen.push(n));
  return seen;
}

const TO = 'select n from generate_series(1, $1::int) as n';

describe('eachRow', () => {
  it('hands over all rows in their order, and none where there are none', async () => {
    expect(await numbersOf(TO, [3])).toEqual([1, 2, 3]);
    expect(await numbersOf(TO, [0])).toEqual([]);
  });

  it('hands over rows before the query has ended', async () => {
    const seen: number[] = [];
    const holder = await db.owner.connect();
    await holder.query('select pg_advisory_lock(500)');
    // More rows than the server buffers before it sends; then it waits for the lock.
    const text = `select n, repeat('x', 100) as filling,
                         case when n = 500 then pg_advisory_xact_lock(500)::text end as pause
                  from generate_series(1, 500) as n`;
    const reading = eachRow<{ n: number }>(db.owner, { text }, ({ n }) => seen.push(n));
    await expect.poll(() => seen.length, { interval: 5 }).toBeGreaterThan(0);
    expect(seen.length).toBeLessThan(500);
    await holder.query('select pg_advisory_unlock(500)');
    holder.release();
    await reading;
    expect(seen).toHaveLength(500);
  });

  it('rejects when the query fails, also after some rows, and the pool continues', async () => {
    const seen: number[] = [];
    const text = 'select n, 1 / (3 - n) as one from generate_series(1, 5) as n';
    const failing = eachRow<{ n: number }>(db.owner, { text }, ({ n }) => seen.push(n));
    await expect(failing).rejects.toThrow('division by zero');
    expect(await numbersOf(TO, [1])).toEqual([1]);
  });

  it('rejects when its connection breaks, and the pool continues', async () => {
    const text = 'select pg_terminate_backend(pg_backend_pid())';
    await expect(eachRow(db.owner, { text }, () => {})).rejects.toThrow();
    expect(await numbersOf(TO, [2])).toEqual([1, 2]);
  });
});
