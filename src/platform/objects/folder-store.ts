import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  checkKey,
  isKey,
  type MoveOptions,
  type ObjectBody,
  ObjectChanged,
  ObjectExists,
  type ObjectInfo,
  ObjectMissing,
  type ObjectStore,
} from './object-store.ts';
import type { PresignDownload } from './presigned.ts';

interface FolderStoreOptions {
  readonly folder: string;
  /**
   * Creates URLs at which the hub offers files for download. Absent: no file of this folder is
   * offered.
   */
  readonly presign?: PresignDownload;
  /**
   * Whether other users work in the folder too: new files are accessible to them as far as the
   * process's umask permits.
   */
  readonly shared?: boolean;
}

interface Modes {
  readonly folder: number;
  readonly file: number;
}
const OURS: Modes = { folder: 0o700, file: 0o600 };
const SHARED: Modes = { folder: 0o777, file: 0o666 };

/**
 * Stores objects as files, each key a path below `folder`. A file is written next to its final
 * path, flushed and renamed, and its folder flushed: a reader finds all of it or nothing, also
 * after a power failure.
 */
export function openFolderStore({
  folder,
  presign = noUrls,
  shared = false,
}: FolderStoreOptions): ObjectStore {
  return new FolderStore(path.resolve(folder), presign, shared ? SHARED : OURS);
}

class FolderStore implements ObjectStore {
  readonly name: string;
  readonly #folder: string;
  readonly #presign: PresignDownload;
  readonly #modes: Modes;

  constructor(folder: string, presign: PresignDownload, modes: Modes) {
    this.name = `folder ${folder}`;
    this.#folder = folder;
    this.#presign = presign;
    this.#modes = modes;
  }

  async put(key: string, body: ObjectBody): Promise<ObjectInfo> {
    const place = this.#placeOf(key);
    await writeTemporary(place, body, this.#modes, (temporary) => rename(temporary, place));
    const info = await this.stat(key);
    if (info === null)
      throw new ObjectMissing(`${this.name}: ${key} was removed while it was stored`);
    return info;
  }

  async create(key: string, bytes: Uint8Array): Promise<boolean> {
    const place = this.#placeOf(key);
    // A link is created only where no file exists, however many processes try at once.
    return writeTemporary(place, bytes, this.#modes, async (temporary) => {
      const isFirst = await link(temporary, place).then(
        () => true,
        (error: unknown) => {
          if (codeOf(error) === 'EEXIST') return false;
          throw error;
        },
      );
      await rm(temporary, { force: true });
      return isFirst;
    });
  }

  async stat(key: string): Promise<ObjectInfo | null> {
    return this.#infoOf(key, this.#placeOf(key));
  }

  async read(key: string, { from = 0 }: { readonly from?: number } = {}) {
    const place = this.#placeOf(key);
    const info = await this.#infoOf(key, place);
    return info === null ? null : { info, stream: readUnchanged(place, info, from) };
  }

  async *list(prefix: string, { after = '' }: { readonly after?: string } = {}) {
    // Only the folder that the prefix names can contain a match.
    const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (base !== '' && !isKey(base.slice(0, -1))) return;
    for await (const key of this.#keysBelow(base, prefix, after)) {
      const info = await this.#infoOf(key, path.join(this.#folder, key));
      if (info !== null) yield info;
    }
  }

  async *browse(folder: string) {
    if (folder !== '' && !isKey(folder.slice(0, -1))) return;
    const entries = await readdir(path.join(this.#folder, folder), { withFileTypes: true }).catch(
      orNull,
    );
    for (const entry of entries ?? []) {
      if (!isKey(entry.name)) continue;
      const key = `${folder}${entry.name}`;
      if (entry.isDirectory()) yield { folder: entry.name };
      const info = entry.isFile() ? await this.#infoOf(key, path.join(this.#folder, key)) : null;
      if (info !== null) yield info;
    }
  }

  async move(
    from: string,
    to: string,
    { ifVersion, ifFree = false }: MoveOptions = {},
  ): Promise<void> {
    const source = this.#placeOf(from);
    const target = this.#placeOf(to);
    const found = ifVersion === undefined ? null : await this.#infoOf(from, source);
    if (found !== null && found.version !== ifVersion) {
      throw new ObjectChanged(`${this.name}: ${from} became another object`);
    }
    await mkdir(path.dirname(target), { recursive: true, mode: this.#modes.folder });
    await (ifFree ? moveToFree : rename)(source, target).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') throw new ObjectMissing(`${this.name}: no object ${from}`);
      if (codeOf(error) === 'EEXIST') throw new ObjectExists(`${this.name}: ${to} is taken`);
      throw error;
    });
    await syncFolder(path.dirname(target));
    await syncFolder(path.dirname(source));
  }

  async remove(key: string): Promise<void> {
    await rm(this.#placeOf(key), { force: true });
  }

  async presign(key: string, options: Parameters<ObjectStore['presign']>[1]): Promise<string> {
    checkKey(key);
    return this.#presign(key, options);
  }

  close(): void {
    // A folder store has nothing to close.
  }

  #placeOf(key: string): string {
    checkKey(key);
    return path.join(this.#folder, key);
  }

  async #infoOf(key: string, place: string): Promise<ObjectInfo | null> {
    const found = await stat(place, { bigint: true }).catch(orNull);
    if (found === null || !found.isFile()) return null;
    return {
      key,
      sizeBytes: Number(found.size),
      modifiedAtMs: Number(found.mtimeNs / 1_000_000n),
      version: `${found.ino}-${found.size}-${found.mtimeNs}`,
    };
  }

  /**
   * Yields keys depth first; a folder sorts as its name with `/`, which gives the order of whole
   * keys.
   */
  async *#keysBelow(base: string, prefix: string, after: string): AsyncGenerator<string> {
    const entries = await readdir(path.join(this.#folder, base), { withFileTypes: true }).catch(
      orNull,
    );
    const keys = (entries ?? [])
      .filter((entry) => (entry.isDirectory() || entry.isFile()) && isKey(entry.name))
      .map((entry) => `${base}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .sort(compareBytes);
    for (const key of keys) {
      const mayMatch = key.startsWith(prefix) || prefix.startsWith(key);
      if (!mayMatch || isPassed(key, after)) continue;
      if (key.endsWith('/')) yield* this.#keysBelow(key, prefix, after);
      else if (key.startsWith(prefix)) yield key;
    }
  }
}

/** Whether neither the key nor anything below it comes after `after`. */
function isPassed(key: string, after: string): boolean {
  return compareBytes(key, after) <= 0 && !(key.endsWith('/') && after.startsWith(key));
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/**
 * Reads a file. A replaced file stays readable for its current readers; one that grows is another
 * object.
 */
async function* readUnchanged(
  place: string,
  info: ObjectInfo,
  from: number,
): AsyncGenerator<Uint8Array> {
  if (from >= info.sizeBytes) return;
  let read = from;
  const file = createReadStream(place, { start: from, end: info.sizeBytes - 1 });
  try {
    for await (const chunk of file) {
      const bytes: Uint8Array = chunk;
      read += bytes.length;
      yield bytes;
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new ObjectChanged(`${info.key} is gone`);
    throw error;
  }
  if (read !== info.sizeBytes) {
    throw new ObjectChanged(`${info.key} has become shorter while it was read`);
  }
}

/** Distinguishes two writers of the same key within one process. */
let writes = 0;

/**
 * Writes a temporary file beside `place`, and calls `settle` to move it there once it is on disk.
 * It is removed on failure.
 */
async function writeTemporary<T>(
  place: string,
  body: ObjectBody,
  modes: Modes,
  settle: (temporary: string) => Promise<T>,
): Promise<T> {
  const folder = path.dirname(place);
  await mkdir(folder, { recursive: true, mode: modes.folder });
  writes += 1;
  // The dot keeps the file out of every listing.
  const temporary = path.join(folder, `.${process.pid}.${writes}.part`);
  try {
    const file = await open(temporary, 'w', modes.file);
    try {
      if (body instanceof Uint8Array) await file.writeFile(body);
      else for await (const chunk of body) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    const settled = await settle(temporary);
    await syncFolder(folder);
    return settled;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Moves a file to a free name. On a file system without links, the name is checked just before. */
async function moveToFree(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch (error) {
    const hasLinks = !WITHOUT_LINKS.has(codeOf(error));
    if (hasLinks) throw error;
    if ((await stat(target).catch(orNull)) !== null) {
      throw Object.assign(new Error(`${target} exists`), { code: 'EEXIST' });
    }
    return rename(source, target);
  }
  await rm(source, { force: true });
}

const WITHOUT_LINKS: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Flushes a folder: a rename is durable only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(orNull);
  if (handle === null) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function noUrls(): never {
  throw new Error('files of this folder are not handed out by URL');
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}

function orNull(error: unknown): null {
  if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
  throw error;
}
