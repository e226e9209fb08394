import { mkdir, mkdtemp, readdir, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFolderStore } from './folder-store.ts';
import { ObjectChanged, type ObjectStore, readAll } from './object-store.ts';
import { holdsTheContract, textAt } from './test-object-store.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'waybill-objects-'));
});
afterAll(() => rm(folder, { recursive: true }));

function open(name: string): ObjectStore {
  return openFolderStore({
    folder: path.join(folder, name),
    presign: (key, { expiresInS }) => {
      if (!(expiresInS > 0 && expiresInS <= 604_800)) throw new RangeError('seven days');
      return `https://hub.example/${key}`;
    },
  });
}

holdsTheContract('a folder', async () => open('contract'));

test('files are readable by their owner only', async () => {
  await open('private').put('a/b', Buffer.from('x'));
  expect((await stat(path.join(folder, 'private/a/b'))).mode & 0o077).toBe(0);
  expect((await stat(path.join(folder, 'private/a'))).mode & 0o077).toBe(0);
});

test('nothing half written is listed, and nothing is left beside the objects', async () => {
  const store = open('parts');
  await store.put('a/whole', Buffer.from('x'));
  await writeFile(path.join(folder, 'parts/a/.123.1.part'), 'half');
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  expect(keys).toEqual(['a/whole']);
  await store.put('a/whole', Buffer.from('y'));
  expect(await readdir(path.join(folder, 'parts/a'))).toEqual(['.123.1.part', 'whole']);
});

test('a reader during a replacement reads all of the old object', async () => {
  const store = open('replaced');
  await store.put('a', Buffer.alloc(200_000, 'a'));
  const found = await store.read('a');
  const chunks = found?.stream[Symbol.asyncIterator]();
  const first = await chunks?.next();
  await store.put('a', Buffer.alloc(200_000, 'b'));
  let text = Buffer.from(first?.value ?? '').toString();
  for (;;) {
    const next = await chunks?.next();
    if (next === undefined || next.done === true) break;
    text += Buffer.from(next.value).toString();
  }
  expect(text).toBe('a'.repeat(200_000));
});

test('a file that shrinks during a read is not an object any more', async () => {
  const store = open('shorter');
  await store.put('a', Buffer.alloc(200_000, 'a'));
  const found = await store.read('a');
  await truncate(path.join(folder, 'shorter/a'), 100_000);
  const reading = readAll(found?.stream ?? nothing(), 1_000_000);
  await expect(reading).rejects.toThrow(ObjectChanged);
});

test('a folder is not an object, and links to other places are not listed', async () => {
  const store = open('odd');
  await mkdir(path.join(folder, 'odd/folder'), { recursive: true });
  expect(await store.stat('folder')).toBeNull();
  expect(await textAt(store, 'folder')).toBeNull();
  expect(await store.stat('folder/below/file')).toBeNull();
  await symlink('/etc/hostname', path.join(folder, 'odd/file-link'));
  await symlink('/etc', path.join(folder, 'odd/folder-link'));
  for await (const { key } of store.list('')) expect(key).toBe('nothing');
});

async function* nothing(): AsyncGenerator<Uint8Array> {
  // Read where a test expects a missing object.
}
