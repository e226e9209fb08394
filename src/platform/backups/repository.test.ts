import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolderStore } from '../objects/folder-store.ts';
import { createKeyring, seal } from '../sealing/sealing.ts';
import { assertKeyOpens, chooseBackup } from './choose-backup.ts';
import { copyObjects } from './copy-objects.ts';
import { readList, writeList } from './file-list.ts';
import { prune } from './make-backup.ts';
import type { Listed, Manifest } from './manifest.ts';
import { openParts, PART_BYTES } from './parts.ts';
import { keyOf, openRepository, type Repository } from './repository.ts';

const AT = '2026-11-22T05:00:00.000Z';
const s3Server = { region: 'us-east-1', endpoint: null, credentials: null };
const random = (length: number) => new Uint8Array(length).fill(7);
const keyring = createKeyring([new Uint8Array(32).fill(1)], random);

let folder: string;
let repository: Repository;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'waybill-repository-'));
  repository = await openRepository(path.join(folder, 'place'), { s3: null, s3Server });
});
afterEach(() => rm(folder, { recursive: true }));

async function* each(entries: readonly Listed[]): AsyncGenerator<Listed> {
  yield* entries;
}

async function makeBackup(id: string, texts: readonly string[], endedAt = AT): Promise<Manifest> {
  await repository.begin(id, Date.parse(AT));
  const parts = await openParts(repository.store);
  const listed: Listed[] = [];
  for (const text of texts) {
    const part = await parts.write(Buffer.from(text));
    listed.push({ path: `files/${text}`, bytes: text.length, parts: [part], store: 'current' });
  }
  const objects = await writeList(repository.store, keyOf(id, 'objects.gz'), each(listed));
  const manifest: Manifest = {
    format: 1,
    id,
    waybill: '0.1.0',
    installation: '0123456789abcdef',
    began_at: AT,
    ended_at: endedAt,
    covers_until: AT,
    migration: '0001_baseline.sql',
    key_probe: seal(keyring, Buffer.from('waybill'), 'installation.canary').toString('base64'),
    master_key: 'setting',
    database: { kind: 'external', postgres: '18.4' },
    objects,
  };
  await repository.finish(manifest);
  return manifest;
}

async function texts(): Promise<string[]> {
  const parts = await openParts(repository.store);
  const found = [...parts.names()].map(async (name) => (await parts.read(name)).toString());
  return (await Promise.all(found)).sort();
}

describe('parts', () => {
  it('are stored once, returned byte for byte, and report corruption', async () => {
    const parts = await openParts(repository.store);
    const pages = Buffer.alloc(PART_BYTES, 'page');
    const noise = Buffer.from(
      Array.from({ length: 999 }, (_, index) => (index * index * 31) % 251),
    );
    const names = [await parts.write(pages), await parts.write(noise), await parts.write(pages)];
    expect(names[2]).toBe(names[0]);
    expect(parts.written.parts).toBe(2);
    expect(parts.written.bytes).toBeLessThan(100_000);
    expect((await parts.read(names[0] ?? '')).equals(pages)).toBe(true);
    expect(await parts.read(names[1] ?? '')).toEqual(noise);
    const at = path.join(repository.place, 'parts', (names[1] ?? '').slice(0, 2), names[1] ?? '');
    await writeFile(at, Buffer.concat([Buffer.from([0]), Buffer.from('other')]));
    await expect(parts.read(names[1] ?? '')).rejects.toThrow('damaged');
    await expect(parts.read('ab'.repeat(32))).rejects.toThrow('missing');
  });

  it('of the backup before are found without being read again', async () => {
    const name = await (await openParts(repository.store)).write(Buffer.from('same'));
    const parts = await openParts(repository.store);
    expect(await parts.write(Buffer.from('same'))).toBe(name);
    expect(parts.written.parts).toBe(0);
  });
});

describe('a list of files', () => {
  it('is read as it was written, and not when a byte of it fell over', async () => {
    const entries = Array.from({ length: 500 }, (_, index) => ({
      path: `ä/${index}`,
      bytes: index,
      parts: [],
    }));
    const list = await writeList(repository.store, 'list.gz', each(entries));
    expect(list).toMatchObject({ files: 500, bytes: 124_750 });
    const read: Listed[] = [];
    for await (const entry of readList(repository.store, list)) read.push(entry);
    expect(read).toEqual(entries);
    const file = path.join(repository.place, 'list.gz');
    const bytes = await readFile(file);
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
    await writeFile(file, bytes);
    const reading = async () => {
      for await (const _ of readList(repository.store, list));
    };
    await expect(reading()).rejects.toThrow(/list\.gz/);
  });
});

describe('a repository', () => {
  it('is one hub’s, and no folder that holds other things', async () => {
    await repository.claim('0123456789abcdef');
    await repository.claim('0123456789abcdef');
    await expect(repository.claim('fedcba9876543210')).rejects.toThrow('another hub');
    await writeFile(path.join(folder, 'holiday.jpg'), 'x');
    const other = await openRepository(folder, { s3: null, s3Server });
    await expect(other.claim('0123456789abcdef')).rejects.toThrow('holiday.jpg');
    await expect(openRepository('ftp://x/y', { s3: null, s3Server })).rejects.toThrow('neither');
  });

  it('knows whole backups from interrupted ones', async () => {
    await repository.begin('1', 0);
    await expect(chooseBackup(repository, null, '0.1.0')).rejects.toThrow('no complete backup');
    await expect(chooseBackup(repository, '1', '0.1.0')).rejects.toThrow('incomplete');
    await makeBackup('2', ['a']);
    expect(await repository.unfinished()).toEqual(['1']);
    expect((await chooseBackup(repository, null, '0.1.0')).id).toBe('2');
  });

  it('refuses a later version’s, and one whose manifest was changed', async () => {
    const manifest = await makeBackup('1', ['a']);
    expect((await chooseBackup(repository, null, '0.1.1')).id).toBe('1');
    await repository.finish({ ...manifest, waybill: '0.10.0' });
    await expect(chooseBackup(repository, null, '0.9.0')).rejects.toThrow('of Waybill 0.10.0');
    await repository.finish({ ...manifest, migration: '9999_from_the_future.sql' });
    await expect(chooseBackup(repository, null, '0.1.0')).rejects.toThrow('9999');
    await repository.finish({ ...manifest, format: 2 });
    await expect(chooseBackup(repository, null, '0.1.0')).rejects.toThrow('newer version');
    await repository.finish(manifest);
    const file = path.join(repository.place, 'backups/1/manifest.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"setting"', '"data_folder"'));
    await expect(chooseBackup(repository, null, '0.1.0')).rejects.toThrow('checksum');
  });

  it('opens with its own key only', async () => {
    const manifest = await makeBackup('1', []);
    assertKeyOpens(manifest, keyring);
    const other = createKeyring([new Uint8Array(32).fill(2)], random);
    expect(() => assertKeyOpens(manifest, other)).toThrow('does not fit');
  });
});

describe('pruning', () => {
  it('removes what is too old, interrupted or unused, but never the newest', async () => {
    await makeBackup('1', ['old', 'both']);
    await makeBackup('2', ['interrupted']);
    await rm(path.join(repository.place, 'backups/2/manifest.json'));
    await repository.begin('2', 0);
    const newest = await makeBackup('3', ['both', 'new'], '2026-11-22T06:00:00.000Z');
    const beforeMs = Date.parse('2026-11-22T05:30:00Z');
    const parts = await openParts(repository.store);
    expect(await prune(repository, parts, newest, beforeMs)).toEqual({ backups: ['1'], parts: 2 });
    expect(await texts()).toEqual(['both', 'new']);
    expect(await readdir(path.join(repository.place, 'backups'))).toContain('3');
    const later = beforeMs + 86_400_000;
    expect(await prune(repository, parts, newest, later)).toEqual({ backups: [], parts: 0 });
    expect(await repository.backups()).toEqual(['3']);
  });
});

describe('objects', () => {
  it('that have not changed since the backup before are not read again', async () => {
    const store = openFolderStore({ folder: path.join(folder, 'objects') });
    await store.put('a/same', Buffer.from('same'));
    await store.put('a/changes', Buffer.from('before'));
    await store.put('own/part', Buffer.from('not to be backed up'));
    const sources = { current: store, older: null, except: ['own/'] };
    const parts = await openParts(repository.store);
    const listed = copyObjects(sources, parts, null);
    const objects = await writeList(repository.store, 'before.gz', listed);
    const manifest = { ...(await makeBackup('1', [])), objects };
    await store.put('a/changes', Buffer.from('after'));
    const read: string[] = [];
    const watched = {
      ...sources,
      current: {
        ...store,
        name: store.name,
        list: store.list.bind(store),
        read: (name: string) => {
          read.push(name);
          return store.read(name);
        },
      } as typeof store,
    };
    const again: string[] = [];
    const earlier = { store: repository.store, manifest };
    for await (const { path: name } of copyObjects(watched, parts, earlier)) again.push(name);
    expect(again).toEqual(['a/changes', 'a/same']);
    expect(read).toEqual(['a/changes']);
  });
});
