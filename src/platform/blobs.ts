import { createHash } from 'node:crypto';
import { isDatabaseUnavailable } from './database/database-errors.ts';
import { openFolderStore } from './objects/folder-store.ts';
import { type ObjectStore, ObjectStoreUnavailable, readAll } from './objects/object-store.ts';
import type { SharedFiles } from './objects/shared-files.ts';

/**
 * Bytes that are too large or too rarely read for the database. A blob's key is the SHA-256 of its
 * bytes, 64 hex digits: equal bytes are stored once, and reads can be verified. Callers seal
 * secrets first.
 */
export interface Blobs {
  /** Throws `ObjectStoreUnavailable` if other processes would not find what is stored now. */
  assertStorable(): void;
  /**
   * Stores a blob; resolves with the key once it is durable. Throws `BlobTooLarge`, and as
   * `assertStorable` does.
   */
  put(bytes: Uint8Array): Promise<string>;
  /**
   * Returns null if the blob does not exist. Throws `ObjectStoreUnavailable` if it may exist
   * elsewhere, or its bytes cannot be read or were changed.
   */
  get(key: string): Promise<Uint8Array | null>;
  /** Removes a blob; does nothing if it does not exist. */
  remove(key: string): Promise<void>;
}

export class BlobTooLarge extends Error {
  override readonly name = 'BlobTooLarge';
}

interface BlobsOptions {
  /** The store to which blobs are written. */
  readonly store: ObjectStore;
  /**
   * The store to which they were written before; still read from and removed from. Default: none.
   */
  readonly olderStore?: ObjectStore | null;
  /** Null: whoever reads the blobs has this store. */
  readonly shared?: Pick<SharedFiles, 'assertShared' | 'trouble'> | null;
  /** Default 16 MiB: several times the largest proof of delivery a carrier sends. */
  readonly bytesMax?: number;
}

const BLOB_BYTES_MAX = 16 * 1_048_576;

const KEY = /^[0-9a-f]{64}$/;

/** Stores blobs as objects below `blobs/`, two levels deep so that no folder grows too large. */
export function openBlobs({
  store,
  olderStore = null,
  shared = null,
  bytesMax = BLOB_BYTES_MAX,
}: BlobsOptions): Blobs {
  const stores = olderStore === null ? [store] : [store, olderStore];
  return {
    assertStorable: () => shared?.assertShared(),
    async put(bytes) {
      if (bytes.length > bytesMax) {
        throw new BlobTooLarge(`a blob has ${bytesMax} bytes at most; this one ${bytes.length}`);
      }
      shared?.assertShared();
      const key = keyOf(bytes);
      await store.put(placeOf(key), bytes);
      return key;
    },
    async get(key) {
      const place = placeOf(key);
      for (const each of stores) {
        try {
          const found = await each.read(place);
          if (found === null) continue;
          const bytes = await readAll(found.stream, bytesMax);
          if (keyOf(bytes) === key) return bytes;
        } catch (error) {
          throw unreadable(key, error);
        }
        throw unreadable(key, 'its bytes differ from those stored');
      }
      const elsewhere = shared?.trouble();
      if (elsewhere) throw unreadable(key, elsewhere);
      return null;
    },
    async remove(key) {
      for (const each of stores) await each.remove(placeOf(key));
    },
  };
}

/** Reads a blob that is registered. Throws `ObjectStoreUnavailable` if it is missing, too. */
export async function readRegistered(blobs: Pick<Blobs, 'get'>, key: string): Promise<Uint8Array> {
  const bytes = await blobs.get(key);
  if (bytes === null) throw unreadable(key, 'it is missing');
  return bytes;
}

/** Stores blobs in a local folder. */
export function openLocalBlobs(folder: string, bytesMax?: number): Blobs {
  const store = openFolderStore({ folder });
  return openBlobs(bytesMax === undefined ? { store } : { store, bytesMax });
}

/**
 * Removes blobs whose rows could not be written. If the database became unavailable, nobody knows
 * whether the rows were written; then the blobs stay. Never throws, so that the original error is
 * reported.
 */
export async function takeBack(
  blobs: Pick<Blobs, 'remove'>,
  keys: readonly string[],
  error: unknown,
): Promise<void> {
  if (isDatabaseUnavailable(error)) return;
  for (const key of keys) await blobs.remove(key).catch(() => {});
}

function placeOf(key: string): string {
  if (!KEY.test(key)) throw new Error('a blob key is 64 hex digits');
  return `blobs/${key.slice(0, 2)}/${key.slice(2, 4)}/${key}`;
}

function keyOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function unreadable(key: string, why: unknown): ObjectStoreUnavailable {
  return new ObjectStoreUnavailable(`blob ${key} cannot be read: ${why}`, { cause: why });
}
