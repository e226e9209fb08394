import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ObjectChanged,
  ObjectExists,
  ObjectKeyInvalid,
  ObjectMissing,
  type ObjectStore,
  readAll,
} from './object-store.ts';

const MIB = 1_048_576;

async function keysOf(store: ObjectStore, prefix: string, after?: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix, after === undefined ? {} : { after })) {
    keys.push(key);
  }
  return keys;
}

export async function textAt(store: ObjectStore, key: string, from = 0): Promise<string | null> {
  const found = await store.read(key, { from });
  return found === null ? null : (await readAll(found.stream, 64 * MIB)).toString();
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

type Open = () => ObjectStore;

/**
 * The contract of every object store; `folder-store.test.ts` and `s3-store.engines.test.ts` run it.
 */
export function holdsTheContract(name: string, open: () => Promise<ObjectStore>): void {
  describe(name, () => {
    let store: ObjectStore;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store?.close());
    storesAndReads(() => store);
    takesStreams(() => store);
    listsAndMoves(() => store);
  });
}

function storesAndReads(store: Open): void {
  test('a stored object is read back whole, from the middle, and replaced whole', async () => {
    const info = await store().put('a/one.txt', Buffer.from('hello world'));
    expect(info).toMatchObject({ key: 'a/one.txt', sizeBytes: 11 });
    expect(await textAt(store(), 'a/one.txt')).toBe('hello world');
    expect(await textAt(store(), 'a/one.txt', 6)).toBe('world');
    expect(await textAt(store(), 'a/one.txt', 11)).toBe('');
    expect(await textAt(store(), 'a/one.txt', 99)).toBe('');
    const next = await store().put('a/one.txt', Buffer.from('other'));
    expect(next.version).not.toBe(info.version);
    expect(await textAt(store(), 'a/one.txt')).toBe('other');
    expect(await store().stat('a/one.txt')).toEqual(next);
  });

  test('an object of no bytes is an object', async () => {
    await store().put('a/empty', new Uint8Array());
    expect(await store().stat('a/empty')).toMatchObject({ sizeBytes: 0 });
    expect(await textAt(store(), 'a/empty')).toBe('');
  });

  test('a missing object is null, and removing it is not an error', async () => {
    expect(await store().stat('a/none')).toBeNull();
    expect(await store().read('a/none')).toBeNull();
    await store().remove('a/none');
    await expect(store().move('a/none', 'a/other')).rejects.toThrow(ObjectMissing);
  });

  test('keys that leave their place or that one store could not hold are refused by all', async () => {
    const wrong = ['', '/a', 'a//b', 'a/', '../a', 'a/../b', '.hidden', 'a/.part', 'a\\b', 'a\0b'];
    for (const key of [...wrong, 'x'.repeat(241), 'y/'.repeat(500)]) {
      await expect(store().put(key, Buffer.from('x')), key).rejects.toThrow(ObjectKeyInvalid);
      await expect(store().read(key), key).rejects.toThrow(ObjectKeyInvalid);
      await expect(store().remove(key), key).rejects.toThrow(ObjectKeyInvalid);
    }
  });

  test('a presigned URL lives seven days at most', async () => {
    const options = { fileName: 'x.csv', mediaType: 'text/csv' };
    await expect(store().presign('a/x', { ...options, expiresInS: 0 })).rejects.toThrow(RangeError);
    await expect(store().presign('a/x', { ...options, expiresInS: 604_801 })).rejects.toThrow(
      RangeError,
    );
  });
}

function takesStreams(store: Open): void {
  test('a stream larger than several parts arrives whole', async () => {
    const bytes = randomBytes(20 * MIB + 7);
    await store().put('large/streamed.bin', inChunks(bytes, 300_001));
    const found = await store().read('large/streamed.bin');
    const read = await readAll(found?.stream ?? inChunks(bytes, 1), 64 * MIB);
    expect(read.equals(bytes)).toBe(true);
    await store().remove('large/streamed.bin');
  });

  test('a stream that fails leaves the old object, and its own error', async () => {
    await store().put('a/kept.txt', Buffer.from('before'));
    const cut = (async function* () {
      yield Buffer.alloc(9 * MIB, 'x');
      throw new Error('the scanner went away');
    })();
    await expect(store().put('a/kept.txt', cut)).rejects.toThrow('the scanner went away');
    expect(await textAt(store(), 'a/kept.txt')).toBe('before');
    expect(await keysOf(store(), 'a/kept')).toEqual(['a/kept.txt']);
  });

  test('of ten that create one key at once exactly one does', async () => {
    const tries = Array.from({ length: 10 }, (_, index) =>
      store().create('lock/one', Buffer.from(`writer ${index}`)),
    );
    const outcomes = await Promise.all(tries);
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await textAt(store(), 'lock/one')).toBe(`writer ${outcomes.indexOf(true)}`);
  });
}

function listsAndMoves(store: Open): void {
  test('a listing has every key below the prefix in the order of its bytes', async () => {
    const names = ['b', 'a-b', 'a/c', 'a/b/c', 'a.txt', 'é', 'a+b c%20', 'Z', '10', '9'];
    for (const each of names) await store().put(`list/${each}`, Buffer.from(each));
    const expected = names
      .map((each) => `list/${each}`)
      .sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
    expect(await keysOf(store(), 'list/')).toEqual(expected);
    for (const key of expected) expect(await textAt(store(), key)).toBe(key.slice('list/'.length));
    for (const [index, key] of expected.entries()) {
      expect(await keysOf(store(), 'list/', key)).toEqual(expected.slice(index + 1));
    }
    expect(await keysOf(store(), 'list/a/')).toEqual(['list/a/b/c', 'list/a/c']);
    expect(await keysOf(store(), 'list/a')).toEqual(
      expected.filter((key) => key.startsWith('list/a')),
    );
    expect(await keysOf(store(), 'nothing/')).toEqual([]);
  });

  test('a move works for any name, and replaces the object at the target', async () => {
    await store().put('in/day 1 + é%.csv', Buffer.from('rows'));
    await store().put('done/x.csv', Buffer.from('older'));
    await store().move('in/day 1 + é%.csv', 'done/x.csv');
    expect(await store().stat('in/day 1 + é%.csv')).toBeNull();
    expect(await textAt(store(), 'done/x.csv')).toBe('rows');
  });

  test('browsing a folder finds its objects and its folders, and nothing below them', async () => {
    const names = ['browse/b.csv', 'browse/a/x', 'browse/a/y/z', 'browse/c', 'browser'];
    for (const each of names) await store().put(each, Buffer.from(each));
    const found: string[] = [];
    for await (const each of store().browse('browse/')) {
      found.push('folder' in each ? `${each.folder}/` : each.key);
    }
    expect(found.sort()).toEqual(['a/', 'browse/b.csv', 'browse/c']);
    for await (const each of store().browse('no-such/')) expect(each).toBeUndefined();
    const top: unknown[] = [];
    for await (const each of store().browse('')) top.push(each);
    expect(top).toContainEqual({ folder: 'browse' });
    expect(top).toContainEqual(expect.objectContaining({ key: 'browser', sizeBytes: 7 }));
  });

  test('a move to where something is can be refused, and leaves both as they are', async () => {
    await store().put('free/a', Buffer.from('a'));
    await store().put('free/b', Buffer.from('b'));
    const move = store().move('free/a', 'free/b', { ifFree: true });
    await expect(move).rejects.toThrow(ObjectExists);
    expect(await textAt(store(), 'free/a')).toBe('a');
    expect(await textAt(store(), 'free/b')).toBe('b');
    await store().move('free/a', 'free/c', { ifFree: true });
    expect(await textAt(store(), 'free/a')).toBeNull();
    expect(await textAt(store(), 'free/c')).toBe('a');
    await expect(store().move('free/a', 'free/d', { ifFree: true })).rejects.toThrow(ObjectMissing);
  });

  test('a move of one version leaves another where it is', async () => {
    const { version } = await store().put('versions/a', Buffer.from('first'));
    const second = await store().put('versions/a', Buffer.from('second'));
    const move = store().move('versions/a', 'versions/b', { ifVersion: version });
    await expect(move).rejects.toThrow(ObjectChanged);
    expect(await textAt(store(), 'versions/a')).toBe('second');
    expect(await store().stat('versions/b')).toBeNull();
    await store().move('versions/a', 'versions/b', { ifVersion: second.version });
    expect(await textAt(store(), 'versions/b')).toBe('second');
  });
}
