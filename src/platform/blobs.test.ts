import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BlobTooLarge, openBlobs, openLocalBlobs } from './blobs.ts';
import { openFolderStore } from './objects/folder-store.ts';
import { ObjectStoreUnavailable } from './objects/object-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'waybill-blobs-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function files(): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return all.filter((each) => each.isFile()).map(({ name }) => name);
}

test('bytes beyond the limit are rejected and leave nothing behind', async () => {
  const blobs = openLocalBlobs(folder, 10);
  await expect(blobs.put(Buffer.alloc(11))).rejects.toThrow(BlobTooLarge);
  expect(await files()).toEqual([]);
});

test('an invalid key reaches no file, wherever it points', async () => {
  const blobs = openLocalBlobs(folder);
  await expect(blobs.get('../../etc/passwd')).rejects.toThrow('64 hex digits');
  await expect(blobs.remove(`${'a'.repeat(63)}/`)).rejects.toThrow('64 hex digits');
  expect(await blobs.get('a'.repeat(64))).toBeNull();
  await blobs.remove('a'.repeat(64));
});

test('bytes that were changed on disk are not handed out', async () => {
  const blobs = openLocalBlobs(folder);
  const key = await blobs.put(Buffer.from('proof'));
  const place = path.join(folder, 'blobs', key.slice(0, 2), key.slice(2, 4), key);
  await writeFile(place, 'other');
  await expect(blobs.get(key)).rejects.toThrow(ObjectStoreUnavailable);
});

test('the same bytes are stored once, under their hash, and readable by their owner only', async () => {
  const blobs = openLocalBlobs(folder);
  const keys = await Promise.all([1, 2, 3].map(() => blobs.put(Uint8Array.from([0, 255, 10, 13]))));
  expect(new Set(keys).size).toBe(1);
  const [key = ''] = keys;
  expect(await files()).toEqual([key]);
  expect(Array.from((await blobs.get(key)) ?? [])).toEqual([0, 255, 10, 13]);
  const place = path.join(folder, 'blobs', key.slice(0, 2), key.slice(2, 4), key);
  expect((await stat(place)).mode & 0o077).toBe(0);
  await blobs.remove(key);
  expect(await blobs.get(key)).toBeNull();
});

test('blobs stored before S3 was configured are read from the folder and removed there', async () => {
  const older = openFolderStore({ folder: path.join(folder, 'older') });
  const key = await openBlobs({ store: older }).put(Buffer.from('proof'));
  const store = openFolderStore({ folder: path.join(folder, 'newer') });
  const blobs = openBlobs({ store, olderStore: older });
  expect(Buffer.from((await blobs.get(key)) ?? []).toString()).toBe('proof');
  const newKey = await blobs.put(Buffer.from('other'));
  expect(await openBlobs({ store: older }).get(newKey)).toBeNull();
  await blobs.remove(key);
  expect(await openBlobs({ store: older }).get(key)).toBeNull();
});
