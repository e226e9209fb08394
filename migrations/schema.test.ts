import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { dumpSchema } from '../src/platform/database/schema-dump.ts';
import {
  MIGRATIONS_FOLDER,
  migrate,
  pendingMigrations,
  rollBack,
} from '../src/platform/migrate.ts';
import { createTestDatabase } from '../src/platform/test-postgres.ts';

async function dumpOf(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await dumpSchema(client);
  } finally {
    await client.end();
  }
}

test('schema.sql is what the migrations make; `npx tsx tools/dump-schema.ts` writes it anew', async () => {
  const database = await createTestDatabase();
  const file = path.join(MIGRATIONS_FOLDER, 'schema.sql');
  const committed = existsSync(file) ? readFileSync(file, 'utf8') : '';
  expect(await dumpOf(database.url)).toBe(committed);
  await database.drop();
});

test('what the migrations make they can also undo, and make again', async () => {
  const database = await createTestDatabase({ migrate: false });
  const empty = await dumpOf(database.url);
  await migrate(database.url);
  const full = await dumpOf(database.url);
  await rollBack(database.url);
  expect(await dumpOf(database.url)).toBe(empty);
  await migrate(database.url);
  expect(await dumpOf(database.url)).toBe(full);
  expect(await pendingMigrations(database.url)).toEqual([]);
  await database.drop();
});
