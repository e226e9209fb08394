import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Bytes too large or too seldom read for the database. A blob's key is the SHA-256 of its bytes,
 * 64 hex digits: the same bytes are kept once, and what is read can be checked. Callers seal what
 * is secret before they hand it in.
 */
export interface Blobs {
  /** Resolves with the key once the bytes are on disk. Throws `BlobTooLarge`. */
  put(bytes: Uint8Array): Promise<string>;
  /** Null when there is no such blob. Throws `BlobBroken` when its bytes were changed. */
  get(key: string): Promise<Uint8Array | null>;
  /** Nothing happens when it is gone already. */
  remove(key: string): Promise<void>;
}

export class BlobTooLarge extends Error {
  override readonly name = 'BlobTooLarge';
}

export class BlobBroken extends Error {
  override readonly name = 'BlobBroken';
}

/** 16 MiB: several times the largest proof of delivery a carrier sends. */
const BLOB_BYTES_MAX = 16 * 1_048_576;

const KEY = /^[0-9a-f]{64}$/;

/**
 * Blobs in a local folder, two levels deep so that no folder grows too full. A file is written
 * beside its place, flushed, and renamed: whoever reads finds all of it or nothing.
 */
export function openLocalBlobs(folder: string, bytesMax = BLOB_BYTES_MAX): Blobs {
  const placeOf = (key: string): string => {
    if (!KEY.test(key)) throw new Error('a blob key is 64 hex digits');
    return path.join(folder, key.slice(0, 2), key.slice(2, 4), key);
  };
  return {
    async put(bytes) {
      if (bytes.length > bytesMax) {
        throw new BlobTooLarge(`a blob has ${bytesMax} bytes at most; this one ${bytes.length}`);
      }
      const key = keyOf(bytes);
      await writeWhole(placeOf(key), bytes);
      return key;
    },
    async get(key) {
      const bytes = await readFile(placeOf(key)).catch(orNull);
      if (bytes !== null && keyOf(bytes) !== key) {
        throw new BlobBroken(`the bytes of blob ${key} are not those that were stored`);
      }
      return bytes;
    },
    async remove(key) {
      await rm(placeOf(key), { force: true });
    },
  };
}

function keyOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Distinguishes two writers of the same blob within one process. */
let writes = 0;

async function writeWhole(place: string, bytes: Uint8Array): Promise<void> {
  const folder = path.dirname(place);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  writes += 1;
  const beside = `${place}.${process.pid}.${writes}.part`;
  try {
    const file = await open(beside, 'w', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, place);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** A rename is durable only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function orNull(error: unknown): null {
  if ((error as { code?: unknown }).code === 'ENOENT') return null;
  throw error;
}
