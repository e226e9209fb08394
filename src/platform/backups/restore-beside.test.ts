import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { manualClock, systemRandom } from '../clock.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { openListener } from '../database/listen.ts';
import { openFolderStore } from '../objects/folder-store.ts';
import { assertKeyFits } from '../sealing/key-canary.sql.ts';
import { createKeyring } from '../sealing/sealing.ts';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { restoreWithoutDatabase } from './choose-backup.ts';
import { makeBackup } from './make-backup.ts';
import { openRepository, type Repository } from './repository.ts';

const keyring = createKeyring([new Uint8Array(32).fill(1)], systemRandom);
const s3Server = { region: 'us-east-1', endpoint: null, credentials: null };
const say = () => {};

let folder: string;
let repository: Repository;
let server: TestDatabase;
let database: Database;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'waybill-beside-'));
  repository = await openRepository(path.join(folder, 'place'), { s3: null, s3Server });
  server = await createTestDatabase();
  database = openDatabase({ url: server.url });
  await assertKeyFits(database.pipeline, keyring);
});
afterEach(async () => {
  await database.end();
  await server.drop();
  await rm(folder, { recursive: true });
});

it('your own database is not copied, and everything else is restored', async () => {
  const objects = openFolderStore({ folder: path.join(folder, 'objects') });
  await objects.put('blobs/a', Buffer.from('photo'));
  await objects.put('blobs/b', Buffer.from('other'));
  const { manifest } = await makeBackup({
    repository,
    db: database.pipeline,
    databaseUrl: server.url,
    cluster: null,
    objects: { current: objects, older: null, except: [] },
    waybill: '0.1.0',
    masterKey: 'setting',
    pointInTime: null,
    retentionMs: 1,
    clock: manualClock(Date.UTC(2026, 10, 22)),
    randomBytes: systemRandom,
  });
  expect(manifest.database.kind).toBe('external');
  await objects.remove('blobs/a');
  const options = { repository, manifest, keyring, objects, say };

  const empty = await createTestDatabase({ migrate: false });
  const nothing = openDatabase({ url: empty.url });
  await expect(restoreWithoutDatabase({ ...options, db: nothing.owner })).rejects.toThrow(
    'pg_restore',
  );
  await nothing.end();
  await empty.drop();

  const listener = openListener({ url: server.url });
  await listener.ready;
  await expect(restoreWithoutDatabase({ ...options, db: database.pipeline })).rejects.toThrow(
    'stop every',
  );
  await listener.close();

  const another = { ...manifest, installation: 'fedcba9876543210' };
  const others = restoreWithoutDatabase({ ...options, manifest: another, db: database.pipeline });
  await expect(others).rejects.toThrow('another hub');
  const wrong = createKeyring([new Uint8Array(32).fill(2)], systemRandom);
  const locked = restoreWithoutDatabase({ ...options, keyring: wrong, db: database.pipeline });
  await expect(locked).rejects.toThrow('does not fit');

  expect(await objects.stat('blobs/a')).toBeNull();
  await restoreWithoutDatabase({ ...options, db: database.pipeline });
  expect((await objects.stat('blobs/a'))?.sizeBytes).toBe(5);
});
