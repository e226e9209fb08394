import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { beforeEach, describe, expect, it } from 'vitest';
import { indexedDbStorage, NewerStorageError, type SchemaStep, STEPS } from './indexed-db.ts';
import type { DriverStorage } from './ports.ts';
import { memoryStorage } from './stored.ts';
import { COURIER, FakeHub } from './test-fake-hub.ts';
import { openPhone } from './test-phone.ts';

let factory: IDBFactory;
beforeEach(() => {
  factory = new IDBFactory();
});

const implementations: readonly (readonly [string, () => Promise<DriverStorage>])[] = [
  ['in memory', async () => memoryStorage()],
  ['in IndexedDB', () => indexedDbStorage(factory, IDBKeyRange)],
];

describe.each(implementations)('a storage %s', (_name, open) => {
  it('returns what was written, by key and by prefix, in order', async () => {
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
  it('survives closing the browser', async () => {
    await (await indexedDbStorage(factory, IDBKeyRange)).write([['a', 1]]);
    expect(await (await indexedDbStorage(factory, IDBKeyRange)).get('a')).toBe(1);
  });

  it('lets a newer app change the schema, and reports when one has', async () => {
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

/** Two future versions of the app, each with a change to the schema. */
const LATER: readonly SchemaStep[] = [
  ...STEPS,
  (db) => void db.createObjectStore('maps'),
  (db) => void db.createObjectStore('voices'),
];

describe.each([
  ['to the next version', LATER.slice(0, STEPS.length + 1)],
  ['past a version that this phone never had', LATER],
])('an app update %s', (_name, steps) => {
  const newer = () => indexedDbStorage(factory, IDBKeyRange, undefined, steps);
  const scan = (number: string) =>
    ({ event: { type: 'scan', tracking_number: number, code: 'LOAD' } }) as const;
  const photo = (number: string) => ({
    proof: {
      shipment_ids: [number],
      photos: [{ type: 'image/jpeg', bytes: new Uint8Array([7, 7]) }],
    },
  });

  it('keeps the queue, which the new version sends in order and once', async () => {
    const hub = new FakeHub();
    const old = openPhone(hub, { storage: await indexedDbStorage(factory, IDBKeyRange) });
    const session = await old.enrolled();
    old.setOnline(false);
    await session.record([scan('A'), photo('A'), scan('B')]);
    session.stop();
    const updated = openPhone(hub, { storage: await newer() });
    const again = await updated.driver.open(COURIER.id);
    expect((await again.snapshot()).waiting).toHaveLength(3);
    await again.record([scan('C')]);
    expect(await again.flush()).toEqual({ kind: 'idle' });
    expect(
      hub.effects.map(({ content }) => content['tracking_number'] ?? content['photo']),
    ).toEqual(['A', { type: 'image/jpeg', bytes: new Uint8Array([7, 7]) }, 'B', 'C']);
    // On the next start as well, because no migration runs twice.
    expect(await (await newer()).list(`courier/${COURIER.id}/queue/`)).toEqual([]);
  });

  it('waits for the old version in another tab, which then stores nothing', async () => {
    const hub = new FakeHub();
    const old = openPhone(hub, { storage: await indexedDbStorage(factory, IDBKeyRange) });
    const session = await old.enrolled();
    old.setOnline(false);
    await session.record([scan('A')]);
    const storage = await newer();
    await expect(session.record([scan('B')])).rejects.toThrow(NewerStorageError);
    expect(await storage.list(`courier/${COURIER.id}/queue/`)).toHaveLength(1);
  });
});
