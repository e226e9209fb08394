import type { DriverStorage, Lock } from './ports.ts';

/**
 * The part of a browser's `indexedDB` that is used, so that this file needs no types of browsers.
 * `globalThis.indexedDB` fits it.
 */
export interface IndexedDbFactory {
  open(name: string, version: number): OpenRequest;
}

interface Request<T> {
  readonly result: T;
  readonly error: unknown;
  onsuccess: unknown;
  onerror: unknown;
}

interface OpenRequest extends Request<Database> {
  onupgradeneeded: unknown;
  onblocked: unknown;
}

interface Database {
  onversionchange: unknown;
  onclose: unknown;
  createObjectStore(name: string): unknown;
  transaction(
    store: string,
    mode: 'readonly' | 'readwrite',
    options?: { durability: 'strict' },
  ): Transaction;
  close(): void;
}

interface Transaction {
  readonly error: unknown;
  oncomplete: unknown;
  onabort: unknown;
  objectStore(name: string): ObjectStore;
  abort(): void;
}

interface ObjectStore {
  get(key: string): Request<unknown>;
  put(value: unknown, key: string): Request<unknown>;
  delete(key: string): Request<unknown>;
  getAll(range: unknown): Request<unknown[]>;
  getAllKeys(range: unknown): Request<unknown[]>;
}

/** The part of `globalThis.IDBKeyRange` that is used. */
interface KeyRanges {
  bound(lower: string, upper: string, lowerOpen?: boolean, upperOpen?: boolean): unknown;
}

/**
 * The migrations of the schema. Steps are only ever added, because a phone may come back after a
 * year with a queue of the first version.
 */
export const STEPS: readonly SchemaStep[] = [(db) => void db.createObjectStore(STORE)];
const STORE = 'entries';

/** A migration to the next version of the schema; stored data stays. */
export type SchemaStep = (db: Pick<Database, 'createObjectStore'>) => void;
/** The end of the key range of a prefix: no character sorts after it. */
const AFTER_ALL = '\uffff';

/** Thrown if the stored queue was written by a newer version of the app. */
export class NewerStorageError extends Error {
  override readonly name = 'NewerStorageError';
}

/**
 * Returns a `DriverStorage` in IndexedDB, which survives closing the browser and a flat battery.
 * Rejects with `NewerStorageError` if a newer app has written to it; the caller should then load
 * the newer app.
 */
export async function indexedDbStorage(
  factory: IndexedDbFactory,
  ranges: KeyRanges,
  name = 'waybill-driver',
  steps = STEPS,
): Promise<DriverStorage> {
  let opened: Promise<Database> | null = null;
  const database = () => {
    opened ??= openDatabase(factory, name, steps, () => {
      opened = null;
    }).catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
  await database();
  const reading = async () => (await database()).transaction(STORE, 'readonly').objectStore(STORE);
  return {
    get: async (key) => answerOf((await reading()).get(key)),
    async list(prefix) {
      const store = await reading();
      const range = ranges.bound(prefix, prefix + AFTER_ALL, false, true);
      // In one transaction: a write between the two would misalign keys and values.
      const [keys, values] = await Promise.all([
        answerOf(store.getAllKeys(range)),
        answerOf(store.getAll(range)),
      ]);
      return keys.map((key, index) => [String(key), values[index]] as const);
    },
    async write(changes) {
      const db = await database();
      // Strict: written to disk before it resolves, so that it survives a phone that dies at the
      // next stop.
      const transaction = db.transaction(STORE, 'readwrite', { durability: 'strict' });
      const done = completionOf(transaction);
      const store = transaction.objectStore(STORE);
      try {
        for (const [key, value] of changes) {
          if (value === undefined) store.delete(key);
          else store.put(value, key);
        }
      } catch (error) {
        transaction.abort();
        await done.catch(() => {});
        throw error;
      }
      await done;
    },
  };
}

function openDatabase(
  factory: IndexedDbFactory,
  name: string,
  steps: readonly SchemaStep[],
  onClosed: () => void,
): Promise<Database> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, steps.length);
    request.onupgradeneeded = ({ oldVersion }: { oldVersion: number }) => {
      for (const step of steps.slice(oldVersion)) step(request.result);
    };
    request.onsuccess = () => {
      const db = request.result;
      // A newer app in another tab wants to change the schema: close for it, and open again when
      // needed.
      db.onversionchange = () => {
        db.close();
        onClosed();
      };
      db.onclose = onClosed;
      resolve(db);
    };
    request.onerror = () => {
      const { error } = request;
      const isNewer = error instanceof Error && error.name === 'VersionError';
      reject(
        isNewer ? new NewerStorageError('A newer version of the app has written here.') : error,
      );
    };
  });
}

function answerOf<T>(request: Request<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function completionOf(transaction: Transaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(
        transaction.error ?? new Error('The phone did not store it; its storage may be full.'),
      );
  });
}

/** Serializes work by name, within this process only. */
export function processLock(): Lock {
  const last = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const result = (last.get(name) ?? Promise.resolve()).then(work, work);
    const settled = result.then(
      () => {},
      () => {},
    );
    last.set(name, settled);
    return result;
  };
}
