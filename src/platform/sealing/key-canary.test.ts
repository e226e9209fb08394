import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../clock.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { assertKeyFits } from './key-canary.sql.ts';
import { createKeyring, KEY_BYTES } from './sealing.ts';

const first = Buffer.alloc(KEY_BYTES, 1);
const second = Buffer.alloc(KEY_BYTES, 2);
const ring = (...keys: Buffer[]) => createKeyring(keys, systemRandom);

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
  await assertKeyFits(db.pipeline, ring(first));
});

afterAll(async () => {
  await db?.end();
  await database?.drop();
});

describe('the mark that the master key leaves', () => {
  it('refuses another key and says what to do', async () => {
    await expect(assertKeyFits(db.pipeline, ring(second))).rejects.toThrow(
      /does not fit this database.*WAYBILL_MASTER_KEY/s,
    );
  });

  it('accepts the same key, and a new one that has the old one behind it', async () => {
    await assertKeyFits(db.pipeline, ring(first));
    await assertKeyFits(db.pipeline, ring(second, first));
  });
});
