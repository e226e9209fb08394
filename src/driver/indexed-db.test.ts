import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { beforeEach, describe, expect, it } from 'vitest';
import { indexedDbStorage, NewerStorageError } from './indexed-db.ts';
import { memoryStorage } from './memory-storage.ts';
import type { DriverStorage } from './ports.ts';

let factory: IDBFactory;
beforeEach(() => {
  factory = new IDBFactory();
});

const implementations: readonly (readonly [string, () => Promise<DriverStorage>])[] = [
  ['in memory', async () => memoryStorage()],
  ['in IndexedDB', () => indexedDbStorage(factory, IDBKeyRange)],
];

describe.each(implementations)('a storage %s', (_name, open) => {
  it('gives back what was written, by key and by prefix, in order', async () => {
    const storage = await open();
    await storage.write([
      ['a/2', { bytes: new Uint8Array([1, 2]) }],
      ['a/1', 'one'],
      ['b/1', 1],
    ]);
    expect(await storage.get('a/2')).toEqual({ bytes: new Uint8Array([1, 2]) });
    expect(await storage.get('c')).toBeUndefined();
    expect((await storage.list('a/')).map(([key]) => key)).toEqual(['a/1', 'a/2']);
    await storage.write([
      ['a/1', undefined],
      ['b/1', 2],
    ]);
    expect(await storage.list('')).toEqual([
      ['a/2', { bytes: new Uint8Array([1, 2]) }],
      ['b/1', 2],
    ]);
  });

  it('writes all or nothing', async () => {
    const storage = await open();
    await storage.write([['a', 1]]);
    const unclonable = [['a', 2] as const, ['b', () => {}] as const];
    await expect(storage.write(unclonable)).rejects.toThrow();
    expect(await storage.list('')).toEqual([['a', 1]]);
  });
});

describe('a storage in IndexedDB', () => {
  it('is there when the browser was closed', async () => {
    await (await indexedDbStorage(factory, IDBKeyRange)).write([['a', 1]]);
    expect(await (await indexedDbStorage(factory, IDBKeyRange)).get('a')).toBe(1);
  });

  it('lets a newer app change the schema, and says when one has', async () => {
    const storage = await indexedDbStorage(factory, IDBKeyRange);
    await storage.write([['a', 1]]);
    await new Promise<void>((resolve, reject) => {
      const request = factory.open('waybill-driver', 99);
      request.onsuccess = () => {
        request.result.close();
        resolve();
      };
      request.onerror = () => reject(request.error);
    });
    await expect(storage.get('a')).rejects.toThrow(NewerStorageError);
    await expect(indexedDbStorage(factory, IDBKeyRange)).rejects.toThrow(NewerStorageError);
  });
});
