import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { manualClock, systemRandom } from '../clock.ts';
import { openDatabase } from '../database/database.ts';
import { createLog } from '../observability/log.ts';
import { createTestDatabase } from '../test-postgres.ts';
import { addErasures, gatherErasures, readErasures } from './erasure-list.ts';
import { noteErasure, placesBehind } from './erasures-to-list.sql.ts';
import { listAt, startErasureListing } from './list-erasures.ts';
import { rememberPlace } from './places.sql.ts';
import { openRepository, type Repository } from './repository.ts';

const AT_MS = Date.UTC(2026, 10, 22, 5);
const DAY_MS = 86_400_000;
const s3Server = { region: 'us-east-1', endpoint: null, credentials: null };
const id = (index: number) => `01a201cf-59ac-73f1-aa70-${String(index).padStart(12, '0')}`;

let folder: string;
let repository: Repository;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'waybill-erasures-'));
  repository = await openRepository(path.join(folder, 'place'), { s3: null, s3Server });
});
afterEach(() => rm(folder, { recursive: true }));

it('a list grows, is merged, and drops what no backup contains any more', async () => {
  await repository.claim('0123456789abcdef');
  await addErasures(repository, [{ id: id(1), erasedAtMs: AT_MS - 40 * DAY_MS }], 'a');
  await addErasures(repository, [{ id: id(2), erasedAtMs: AT_MS }], 'b');
  await gatherErasures(repository, AT_MS - 35 * DAY_MS);
  expect(await readErasures(repository)).toEqual([{ id: id(2), erasedAtMs: AT_MS }]);
  await addErasures(repository, [{ id: id(3), erasedAtMs: AT_MS }], 'c');
  await addErasures(repository, [{ id: id(2), erasedAtMs: AT_MS }], 'd');
  await gatherErasures(repository, AT_MS - 35 * DAY_MS);
  expect((await readErasures(repository)).map((each) => each.id)).toEqual([id(2), id(3)]);
});

it('an unreadable line prevents a restore that would ignore it', async () => {
  await repository.claim('0123456789abcdef');
  await addErasures(repository, [{ id: id(1), erasedAtMs: AT_MS }], 'a');
  await writeFile(path.join(repository.place, 'erasures/b.jsonl'), '{"id":"half');
  await expect(readErasures(repository)).rejects.toThrow('not an erasure');
});

it('every place receives the erasures made since it is known, and an unavailable place receives the pending ones later', async () => {
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.url });
  const clock = manualClock(AT_MS);
  const log = createLog({ level: 'silent' });
  const deps = { db, config: { s3: null, s3Server }, clock, randomBytes: systemRandom, log };
  const unmounted = path.join(folder, 'unmounted');
  await repository.claim('0123456789abcdef');
  await noteErasure(db.pipeline, id(1), AT_MS);
  for (const place of [repository.place, unmounted]) {
    await rememberPlace(db.pipeline, place, AT_MS);
  }
  for (const index of [2, 3]) await noteErasure(db.pipeline, id(index), AT_MS);
  await listAt(deps, repository.place);
  await expect(listAt(deps, unmounted)).rejects.toThrow('no backups');
  expect((await readErasures(repository)).map((each) => each.id)).toEqual([id(2), id(3)]);
  expect(await placesBehind(db.pipeline)).toEqual([unmounted]);
  await db.end();
  await database.drop();
});

it('a place that is cut off for five minutes receives everything once, when it is back', async () => {
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.url });
  const clock = manualClock(AT_MS);
  const log = createLog({ level: 'silent' });
  await repository.claim('0123456789abcdef');
  await rememberPlace(db.pipeline, repository.place, AT_MS);
  const cutOff = `${repository.place}-cut-off`;
  await rename(repository.place, cutOff);
  const deps = { db, config: { s3: null, s3Server }, clock, randomBytes: systemRandom, log };
  const listing = startErasureListing(deps);
  for (let minute = 0; minute <= 5; minute += 1) {
    await noteErasure(db.pipeline, id(minute), clock.nowMs());
    await listing.now();
    clock.set(clock.nowMs() + 60_000);
  }
  expect(await placesBehind(db.pipeline)).toEqual([repository.place]);
  await rename(cutOff, repository.place);
  await listing.now();
  expect(await placesBehind(db.pipeline)).toEqual([]);
  const listed = (await readErasures(repository)).map((each) => each.id);
  expect(listed.sort()).toEqual([0, 1, 2, 3, 4, 5].map(id));
  await listing.stop();
  await db.end();
  await database.drop();
});
