import type { ObjectInfo, ObjectStore } from '../objects/object-store.ts';
import { readList } from './file-list.ts';
import type { Listed, Manifest } from './manifest.ts';
import { PART_BYTES, type Parts } from './parts.ts';

/** The hub's stores: where files are written now, and where they were before there was a bucket. */
export interface ObjectSources {
  readonly current: ObjectStore;
  readonly older: ObjectStore | null;
  /** Prefixes of keys that are left out, because the backups themselves are there. */
  readonly except: readonly string[];
}

export interface EarlierBackup {
  readonly store: ObjectStore;
  readonly manifest: Manifest;
}

/**
 * Lists every object with its parts. An object with the same version as in the previous backup is
 * not read. Runs after the database copy: every object the database names was stored before it was
 * named.
 */
export async function* copyObjects(
  { current, older, except }: ObjectSources,
  parts: Parts,
  earlier: EarlierBackup | null,
): AsyncGenerator<Listed> {
  for (const [store, which] of [
    [current, 'current'],
    [older, 'older'],
  ] as const) {
    if (store === null) continue;
    const before = entriesBefore(earlier, which);
    let known = await before.next();
    for await (const info of store.list('')) {
      if (except.some((beginning) => info.key.startsWith(beginning))) continue;
      // Both lists are ordered by the bytes of their keys.
      while (known.done !== true && compareBytes(known.value.path, info.key) < 0) {
        known = await before.next();
      }
      const same = known.done !== true && isSame(known.value, info, parts) ? known.value : null;
      const listed = same ?? (await copyObject(store, info, which, parts));
      if (listed !== null) yield listed;
    }
  }
}

async function* entriesBefore(
  earlier: EarlierBackup | null,
  which: 'current' | 'older',
): AsyncGenerator<Listed, undefined> {
  if (earlier === null) return undefined;
  for await (const entry of readList(earlier.store, earlier.manifest.objects)) {
    if (entry.store === which) yield entry;
  }
  return undefined;
}

function isSame(before: Listed, info: ObjectInfo, parts: Parts): boolean {
  return (
    before.path === info.key &&
    before.version === info.version &&
    before.bytes === info.sizeBytes &&
    before.parts.every((name) => parts.has(name))
  );
}

/** Copies one object; null if it was removed meanwhile, so that it is no longer needed. */
async function copyObject(
  store: ObjectStore,
  info: ObjectInfo,
  which: 'current' | 'older',
  parts: Parts,
): Promise<Listed | null> {
  const found = await store.read(info.key);
  if (found === null) return null;
  const names: string[] = [];
  let bytes = 0;
  for await (const part of inParts(found.stream)) {
    names.push(await parts.write(part));
    bytes += part.length;
  }
  const { version } = found.info;
  return { path: info.key, bytes, parts: names, store: which, version };
}

/** Regroups a stream into parts of `PART_BYTES`; the last may be shorter. */
async function* inParts(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    let rest = chunk;
    while (length + rest.length >= PART_BYTES) {
      const room = PART_BYTES - length;
      yield Buffer.concat([...waiting, rest.subarray(0, room)]);
      rest = rest.subarray(room);
      waiting = [];
      length = 0;
    }
    if (rest.length > 0) waiting.push(rest);
    length += rest.length;
  }
  if (length > 0) yield Buffer.concat(waiting);
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
