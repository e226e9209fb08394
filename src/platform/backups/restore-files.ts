import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { ObjectStore } from '../objects/object-store.ts';
import { readList } from './file-list.ts';
import { inParallel } from './in-parallel.ts';
import type { FileList, Listed, Manifest } from './manifest.ts';
import type { Parts } from './parts.ts';
import type { Repository } from './repository.ts';

const AT_ONCE = 4;
/** How many missing parts an error names. */
const MISSING_SHOWN = 3;

/**
 * Throws a readable error if a list is damaged or a part is missing, before anything is written.
 */
export async function assertWhole(
  { store, place }: Pick<Repository, 'store' | 'place'>,
  parts: Parts,
  { id, database, objects }: Pick<Manifest, 'id' | 'database' | 'objects'>,
): Promise<void> {
  const lists = database.kind === 'embedded' ? [database.files, objects] : [objects];
  const missing: string[] = [];
  let count = 0;
  for (const list of lists) {
    for await (const { path: name, parts: needed } of readList(store, list)) {
      if (needed.every((part) => parts.has(part))) continue;
      count += 1;
      if (missing.length < MISSING_SHOWN) missing.push(name);
    }
  }
  if (count === 0) return;
  throw new Error(
    `The backup ${id} in ${place} is damaged: parts of ${count} files are missing (${missing.join(', ')} …). Choose an older one: \`waybill backups ${place}\`.`,
  );
}

/** Writes files below `folder`, 0600 in folders 0700. They are not flushed to the disk. */
export async function restoreFiles(
  store: ObjectStore,
  list: FileList,
  parts: Parts,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await inParallel(readList(store, list), AT_ONCE, async (entry) => {
    const at = placeBelow(folder, entry);
    const isFolder = entry.folder === true;
    await mkdir(isFolder ? at : path.dirname(at), { recursive: true, mode: 0o700 });
    if (isFolder) return;
    const file = await open(at, 'wx', 0o600);
    try {
      for (const name of entry.parts) await file.writeFile(await parts.read(name));
    } finally {
      await file.close();
    }
  });
}

/** Restores missing objects; existing ones stay, because a bucket may have survived its hub. */
export async function restoreObjects(
  store: ObjectStore,
  list: FileList,
  parts: Parts,
  target: ObjectStore,
): Promise<number> {
  let put = 0;
  await inParallel(readList(store, list), AT_ONCE, async ({ path: key, parts: names, bytes }) => {
    const there = await target.stat(key);
    if (there !== null && there.sizeBytes === bytes) return;
    await target.put(key, bytesOf(names, parts));
    put += 1;
  });
  return put;
}

async function* bytesOf(names: readonly string[], parts: Parts): AsyncGenerator<Uint8Array> {
  for (const name of names) yield parts.read(name);
}

/** Resolves a listed path, and rejects one outside the folder, which could only be an attack. */
function placeBelow(folder: string, { path: name }: Listed): string {
  const at = path.resolve(folder, name);
  if (!at.startsWith(`${path.resolve(folder)}${path.sep}`)) {
    throw new Error(`the backup names a file outside its folder: ${JSON.stringify(name)}`);
  }
  return at;
}
