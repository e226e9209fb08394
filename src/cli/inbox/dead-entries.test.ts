import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { uuidV7 } from '../../kernel/ids.ts';
import { systemRandom } from '../../platform/clock.ts';
import { openDatabase } from '../../platform/database/database.ts';
import { skipEntry } from '../../platform/event-log/dead-entries.ts';
import { appendToLog, readLog, withShard } from '../../platform/event-log/event-log.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { entriesDismiss, entriesList, entriesReplay } from './dead-entries.ts';

let testDatabase: TestDatabase;
let data: string;
let env: NodeJS.ProcessEnv;
const lines: string[] = [];
const faults: string[] = [];
const write = (line: string) => void lines.push(line);
const writeError = (line: string) => void faults.push(line);
const said = () => ({ lines: lines.splice(0), faults: faults.splice(0) });
const listed = async () => {
  await entriesList(env, { limit: 10, json: true }, write);
  return said().lines.map((line): Record<string, unknown> => JSON.parse(line));
};

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  data = mkdtempSync(join(tmpdir(), 'waybill-dead-entries-'));
  env = { DATABASE_URL: testDatabase.url, WAYBILL_DATA: data };
});
afterAll(async () => {
  await testDatabase.drop();
  rmSync(data, { recursive: true });
});

/** Stores an entry as a consumer leaves it that could not handle it. */
async function passedOver(): Promise<void> {
  const db = openDatabase({ url: testDatabase.url });
  const entry = {
    id: uuidV7(0, systemRandom(10)),
    subjectId: uuidV7(0, systemRandom(10)),
    sequence: 1,
    tenant: { merchantId: uuidV7(0, systemRandom(10)), mode: 'test' as const },
    type: 'shipment.created',
    occurredAtMs: 0,
    data: {},
    previousAttributes: {},
  };
  await withShard(db.pipeline, 7, (tx) => appendToLog(tx, 7, [entry], 0));
  for (const skipped of (await readLog(db.pipeline, 7, 0n, 10)).slice(-1)) {
    await skipEntry(db.pipeline, 'exceptions', skipped, new TypeError('of Jane Example'));
  }
  await db.end();
}

it('skipped entries are listed without their data, and dismissed', async () => {
  expect(await entriesList(env, { limit: 10, json: false }, write)).toBe(0);
  expect(said().lines).toEqual(['No log entry was skipped.']);
  await passedOver();
  const [entry] = await listed();
  expect(entry).toMatchObject({ consumer: 'exceptions', type: 'shipment.created', again: false });
  expect(entry?.['error']).toMatch(/^TypeError at src\/cli\/inbox\/dead-entries\.test\.ts:\d+$/);
  const id = String(entry?.['id']);
  await entriesList(env, { limit: 10, json: false }, write);
  expect(said().lines.join()).toContain(id);
  expect(await entriesDismiss(env, [id, 'exceptions/7/0'], write, writeError)).toBe(1);
  const { lines, faults } = said();
  expect(lines).toEqual(['1 dismissed.']);
  expect(faults.join()).toMatch(/^exceptions\/7\/0 is not on the list/);
  expect(await listed()).toEqual([]);
});

it('entries marked for another try are shown as such; neither ids nor `--all` is a mistake', async () => {
  expect(await entriesReplay(env, [], write, writeError)).toBe(2);
  expect(said().faults.join()).toMatch(/ids.*--all/);
  await passedOver();
  expect(await entriesReplay(env, 'all', write, writeError)).toBe(0);
  said();
  expect(await listed()).toMatchObject([{ again: true }]);
  expect(await entriesReplay(env, ['nonsense'], write, writeError)).toBe(1);
});
