import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type ObjectStore, readAll } from '../objects/object-store.ts';

/**
 * Backups consist of parts of 4 MiB, each stored under the SHA-256 of its bytes: what two files or
 * two backups share is stored once. PostgreSQL changes its files in place and in pages, so only the
 * changed parts of a large table are written again.
 */
export interface Parts {
  /** Stores a part; resolves with its name once it is durable. */
  write(bytes: Uint8Array): Promise<string>;
  /** Reads a part. Throws `PartBroken` if it does not exist or has other bytes. */
  read(name: string): Promise<Buffer>;
  has(name: string): boolean;
  /** The names of all stored parts. */
  names(): Iterable<string>;
  remove(name: string): Promise<void>;
  /** The parts written by this process so far. */
  readonly written: { readonly parts: number; readonly bytes: number };
}

class PartBroken extends Error {
  override readonly name = 'PartBroken';
}

export const PART_BYTES = 4 * 1_048_576;
const PREFIX = 'parts/';
const PLAIN = 0;
const GZIPPED = 1;
/**
 * The fastest compression: most bytes are photos, which do not shrink, and half-empty pages, which
 * shrink at any level.
 */
const LEVEL = 1;
/** Incompressible bytes are stored unchanged, after one byte that says so. */
const STORED_BYTES_MAX = PART_BYTES + 1;

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/**
 * Opens the parts of a repository. Lists the existing ones first, so that no request per part is
 * needed.
 */
export async function openParts(store: ObjectStore): Promise<Parts> {
  const known = new Set<string>();
  for await (const { key } of store.list(PREFIX)) known.add(key.slice(key.lastIndexOf('/') + 1));
  const written = { parts: 0, bytes: 0 };
  return {
    written,
    has: (name) => known.has(name),
    names: () => [...known],
    async write(bytes) {
      const name = nameOf(bytes);
      if (known.has(name)) return name;
      known.add(name);
      try {
        const zipped = await zip(bytes, { level: LEVEL });
        const isSmaller = zipped.length < bytes.length;
        const body = Buffer.concat([
          Buffer.from([isSmaller ? GZIPPED : PLAIN]),
          isSmaller ? zipped : bytes,
        ]);
        await store.put(placeOf(name), body);
        written.parts += 1;
        written.bytes += body.length;
        return name;
      } catch (error) {
        known.delete(name);
        throw error;
      }
    },
    async read(name) {
      const found = await store.read(placeOf(name));
      if (found === null) throw new PartBroken(`the part ${name} is missing from ${store.name}`);
      const stored = await readAll(found.stream, STORED_BYTES_MAX);
      const bytes = await unpack(stored).catch(() => null);
      if (bytes === null || nameOf(bytes) !== name) {
        throw new PartBroken(`the part ${name} in ${store.name} is damaged`);
      }
      return bytes;
    },
    async remove(name) {
      await store.remove(placeOf(name));
      known.delete(name);
    },
  };
}

async function unpack(stored: Buffer): Promise<Buffer> {
  const bytes = stored.subarray(1);
  return stored[0] === GZIPPED ? unzip(bytes, { maxOutputLength: PART_BYTES }) : bytes;
}

function nameOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The key of a part; its first two letters are a folder, so that no folder grows too large. */
function placeOf(name: string): string {
  return `${PREFIX}${name.slice(0, 2)}/${name}`;
}
