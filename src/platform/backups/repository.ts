import path from 'node:path';
import { z } from 'zod';
import { openFolderStore } from '../objects/folder-store.ts';
import { type ObjectStore, readAll } from '../objects/object-store.ts';
import type { Config } from '../settings/config.ts';
import { FORMAT, type Manifest, manifestText, readManifest } from './manifest.ts';

/**
 * The place of one hub's backups: a folder, or a bucket's prefix.
 *
 *     repository.json             which hub they belong to
 *     backups/ID/manifest.json    one complete backup; written last
 *     backups/ID/begun.json       one that was begun; removed once it is complete
 *     backups/ID/database.gz      its lists of files
 *     backups/ID/objects.gz
 *     parts/ab/abcdef…            the parts of which the files consist
 *     wal/LINE/….gz               the database's log between backups, if requested
 *     erasures.jsonl, erasures/   the ids of what was erased since
 */
export interface Repository {
  /** Its name: an absolute folder or `s3://bucket/prefix/`. */
  readonly place: string;
  readonly store: ObjectStore;
  /**
   * Makes it the repository of that hub. Throws if it is another hub's, or contains something else.
   */
  claim(installation: string): Promise<void>;
  /** The ids of complete backups, the oldest first. */
  backups(): Promise<string[]>;
  /** The ids of backups that were begun and never finished. */
  unfinished(): Promise<string[]>;
  begin(id: string, atMs: number): Promise<void>;
  finish(manifest: Manifest): Promise<void>;
  /**
   * Reads a manifest. Throws a readable error if there is no such backup, or it is incomplete or
   * damaged.
   */
  manifest(id: string): Promise<Manifest>;
  /** Removes a backup; its parts stay until none needs them (`make-backup.ts`). */
  forget(id: string): Promise<void>;
  close(): void;
}

/** An unusable place, with a readable reason. */
export class PlaceUnusable extends Error {
  override readonly name = 'PlaceUnusable';
}

const OWNER_FILE = 'repository.json';
const OWNER = z.object({ format: z.int(), installation: z.string() });
const MANIFEST_BYTES_MAX = 1_048_576;
const BACKUP = /^backups\/([^/]+)\/(manifest|begun)\.json$/;
const S3 = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/**
 * Opens a repository.
 *
 * @param place a folder, absolute or relative to the current one, or `s3://bucket/prefix`.
 */
export async function openRepository(
  place: string,
  config: Pick<Config, 's3' | 's3Server'>,
): Promise<Repository> {
  const inBucket = S3.exec(place);
  if (inBucket === null && place.includes('://')) {
    throw new PlaceUnusable(`${place} is neither a folder nor s3://bucket/prefix.`);
  }
  if (inBucket === null) {
    const folder = path.resolve(place);
    return repositoryIn(folder, openFolderStore({ folder }));
  }
  const [, bucket = '', rest = ''] = inBucket;
  const prefix = rest === '' || rest.endsWith('/') ? rest : `${rest}/`;
  const { openS3Store } = await import('../objects/s3-store.ts');
  return repositoryIn(
    `s3://${bucket}/${prefix}`,
    openS3Store({ ...config.s3Server, bucket, prefix }),
  );
}

/** Creates the access to the backups in a store. */
function repositoryIn(place: string, store: ObjectStore): Repository {
  const textAt = async (key: string): Promise<string | null> => {
    const found = await store.read(key);
    return found === null
      ? null
      : (await readAll(found.stream, MANIFEST_BYTES_MAX)).toString('utf8');
  };
  const idsWith = async (file: 'manifest' | 'begun'): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { key } of store.list('backups/')) {
      const [, id, which] = BACKUP.exec(key) ?? [];
      if (id !== undefined && which === file) ids.push(id);
    }
    return ids;
  };
  return {
    place,
    store,
    backups: () => idsWith('manifest'),
    unfinished: () => idsWith('begun'),
    claim: (installation) => claim(place, store, textAt, installation),
    async begin(id, atMs) {
      const begun = { id, began_at: new Date(atMs).toISOString() };
      await store.put(keyOf(id, 'begun.json'), Buffer.from(`${JSON.stringify(begun)}\n`));
    },
    async finish(manifest) {
      const { id } = manifest;
      await store.put(keyOf(id, 'manifest.json'), Buffer.from(manifestText(manifest)));
      await store.remove(keyOf(id, 'begun.json'));
    },
    async manifest(id) {
      const text = await textAt(keyOf(id, 'manifest.json'));
      if (text !== null) return readManifest(text, `the backup ${id} in ${place}`);
      const wasBegun = (await store.stat(keyOf(id, 'begun.json'))) !== null;
      throw new PlaceUnusable(
        wasBegun
          ? `The backup ${id} in ${place} was interrupted and is incomplete: it cannot be restored. Choose another; the next \`waybill backup\` goes on with what it has stored.`
          : `There is no backup ${id} in ${place}: \`waybill backups ${place}\` lists them.`,
      );
    },
    async forget(id) {
      // The manifest is removed first, so that what an interrupted removal leaves is not a backup.
      for (const file of ['manifest.json', 'begun.json', 'database.gz', 'objects.gz']) {
        await store.remove(keyOf(id, file));
      }
    },
    close: () => store.close(),
  };
}

export function keyOf(id: string, file: string): string {
  return `backups/${id}/${file}`;
}

/**
 * Marks an empty place as this hub's. Throws `PlaceUnusable` if it holds other files, or another
 * hub's backups.
 */
async function claim(
  place: string,
  store: ObjectStore,
  textAt: (key: string) => Promise<string | null>,
  installation: string,
): Promise<void> {
  const ours = Buffer.from(`${JSON.stringify({ format: FORMAT, installation })}\n`);
  const text = await textAt(OWNER_FILE);
  if (text === null) {
    for await (const { key } of store.list('')) {
      throw new PlaceUnusable(
        `${place} holds other files (${key}) and no backups: name an empty or new place.`,
      );
    }
    await store.create(OWNER_FILE, ours);
    return;
  }
  const owner = OWNER.safeParse(jsonOf(text));
  if (!owner.success || owner.data.format > FORMAT) {
    throw new PlaceUnusable(`${place}/${OWNER_FILE} is not of a version that this one can read.`);
  }
  if (owner.data.installation === installation) return;
  throw new PlaceUnusable(
    `${place} holds the backups of another hub (${owner.data.installation}; this one is ${installation}): name a place of its own.`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
