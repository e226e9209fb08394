import { afterEach, beforeEach, expect, test } from 'vitest';
import { manualClock, systemRandom } from '../platform/clock.ts';
import { type Database, openDatabase } from '../platform/database/database.ts';
import { createTestDatabase, type TestDatabase } from '../platform/test-postgres.ts';
import { type ApiKeysDeps, authenticate, bootstrap, createApiKey } from './api-keys.ts';
import { validBootstrapKeys } from './tenants.sql.ts';

const PUBLISHED = 'wb_test_tour_only_0000';
const OTHER = 'wb_test_of_our_own_1111';

let database: TestDatabase;
let db: Database;
let deps: ApiKeysDeps;
beforeEach(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
  deps = { db, clock: manualClock(0), randomBytes: systemRandom };
});
afterEach(async () => {
  await db?.end();
  await database?.drop();
});

const opens = async (text: string): Promise<boolean> => (await authenticate(deps, text)) !== null;

test('another setting revokes the key that it replaces, and says which', async () => {
  expect((await bootstrap(deps, PUBLISHED)).revoked).toEqual([]);
  const { merchantId, revoked } = await bootstrap(deps, OTHER);
  expect(revoked).toMatchObject([{ id: expect.any(String), prefix: 'wb_test_tour' }]);
  expect([await opens(PUBLISHED), await opens(OTHER)]).toEqual([false, true]);
  const { text } = await createApiKey(
    deps,
    { merchantId, mode: 'test' },
    { name: 'shop', scopes: ['shipments:read'] },
  );
  expect(await bootstrap(deps, PUBLISHED)).toMatchObject({ isRevived: true });
  expect([await opens(PUBLISHED), await opens(OTHER), await opens(text)]).toEqual([
    true,
    false,
    true,
  ]);
});

test('the same setting revokes nothing, and replaces a key that was made', async () => {
  const { text } = await bootstrap(deps, null);
  expect((await bootstrap(deps, OTHER)).revoked).toHaveLength(1);
  expect((await bootstrap(deps, OTHER)).revoked).toEqual([]);
  expect([await opens(text ?? ''), await opens(OTHER)]).toEqual([false, true]);
});

test('without the setting, the key of the setting before stays valid and is listed', async () => {
  await bootstrap(deps, PUBLISHED);
  expect(await bootstrap(deps, null)).toMatchObject({ text: null, revoked: [] });
  expect(await opens(PUBLISHED)).toBe(true);
  expect(await validBootstrapKeys(db.pipeline)).toMatchObject([{ prefix: 'wb_test_tour' }]);
});

test('of many starts with two settings at once, the last leaves one key valid', async () => {
  const starts = Array.from({ length: 8 }, (_, index) =>
    bootstrap(deps, index % 2 === 0 ? PUBLISHED : OTHER),
  );
  await Promise.all(starts);
  expect(await validBootstrapKeys(db.pipeline)).toHaveLength(1);
});
