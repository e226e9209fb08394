import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ObjectStore } from '../objects/object-store.ts';
import { clusterFolder, serverFiles } from '../postgres/cluster.ts';
import { startEmbeddedPostgres } from '../postgres/embedded-postgres.ts';
import { recoverCluster } from '../postgres/recover-cluster.ts';
import { holdDataFolder, isHalfRestored, RESTORE_MARK } from '../process/data-folder.ts';
import { giveToOwnerOf } from '../process/owner.ts';
import { keysText, masterKeyFile } from '../sealing/master-key.ts';
import type { Keyring } from '../sealing/sealing.ts';
import { objectsFolder } from '../settings/s3.ts';
import { assertKeyOpens, keyOpens } from './choose-backup.ts';
import { type PointInTime, restoreLog } from './log/restore-log.ts';
import type { Manifest } from './manifest.ts';
import { openParts } from './parts.ts';
import { PlaceUnusable, type Repository } from './repository.ts';
import { assertWhole, restoreFiles, restoreObjects } from './restore-files.ts';

export interface RestoreOptions {
  readonly repository: Repository;
  readonly manifest: Manifest;
  /** A time after the backup up to which its log is replayed; null: as the backup was. */
  readonly pointInTime: PointInTime | null;
  /** The data folder, absent or empty. */
  readonly data: string;
  /** A key file that may be in the folder already; null: none. */
  readonly keyFile: string | null;
  readonly keyring: Keyring;
  /** The store of the hub's files according to its settings. */
  readonly objects: ObjectStore;
  /** Prepares the restored database for service; the hub cannot start before it has ended. */
  readonly settle: (databaseUrl: string) => Promise<void>;
  readonly say: (line: string) => void;
}

/**
 * Restores a hub with the embedded database. All problems with the backup, the key and the folder
 * are found before the first byte is written. Until the last byte is written the folder has a mark,
 * so that no hub starts on an incomplete restore and a repeated restore clears it.
 */
export async function restoreBackup(options: RestoreOptions): Promise<void> {
  const { repository, manifest, keyring, pointInTime, say } = options;
  const data = path.resolve(options.data);
  if (manifest.database.kind !== 'embedded') {
    throw new PlaceUnusable(
      `The backup ${manifest.id} is of a hub with its own PostgreSQL, so the database is not in it: restore that by its own means and set DATABASE_URL.`,
    );
  }
  assertKeyFitsTime(manifest, pointInTime, keyring);
  assertEmpty(data, options.keyFile);
  const parts = await openParts(repository.store);
  await assertWhole(repository, parts, manifest);
  const folder = await holdDataFolder(data);
  try {
    // Two restores may start at once; the second then finds the first one's files.
    assertEmpty(data, options.keyFile);
    writeFileSync(path.join(data, RESTORE_MARK), `${manifest.id}\n`, { mode: 0o600 });
    removeRemains(data, options.keyFile);
    const { files } = manifest.database;
    say(`Copying the database: ${megabytes(files.bytes)} in ${files.files} files`);
    await restoreFiles(repository.store, files, parts, serverFiles(data));
    if (pointInTime !== null) {
      say(`Copying the log that follows: ${pointInTime.files.length} files of 16 MiB`);
      await restoreLog(repository, pointInTime.files, serverFiles(data));
    }
    say('Replaying its log');
    await recoverCluster(data, pointInTime?.toMs ?? null);
    const { objects } = manifest;
    say(`Copying ${objects.files} photos and other files: ${megabytes(objects.bytes)}`);
    await restoreObjects(repository.store, objects, parts, options.objects);
    if (pointInTime?.later) {
      await restoreObjects(repository.store, pointInTime.later.objects, parts, options.objects);
    }
    giveFolderToOwner(data, objectsFolder(data));
    if (manifest.master_key === 'data_folder') putKey(data, keyring);
    const server = await startEmbeddedPostgres({ data });
    try {
      await options.settle(server.url);
    } finally {
      await server.stop();
    }
    rmSync(path.join(data, RESTORE_MARK));
  } finally {
    folder.release();
  }
}

/**
 * Checks the key for a restore to a time. The key may have been changed between the backup and that
 * time. Then the key of the backup is not needed: the next backup shows which is. If there is none,
 * only the restored database does, and `settle` checks it.
 */
function assertKeyFitsTime(manifest: Manifest, to: PointInTime | null, keyring: Keyring): void {
  const isOpenable = [manifest, to?.later ?? manifest].some((each) => keyOpens(each, keyring));
  if (!isOpenable && (to === null || to.later !== null)) assertKeyOpens(manifest, keyring);
}

/** Throws unless the folder is empty, except for a key file and the traces of an earlier lock. */
function assertEmpty(data: string, keyFile: string | null): void {
  if (!existsSync(data) || isHalfRestored(data)) return;
  const allowed = ['lock', ...(keyFile === null ? [] : [path.relative(data, keyFile)])];
  const found = readdirSync(data).filter((name) => !allowed.includes(name));
  if (found.length === 0) return;
  throw new PlaceUnusable(
    `The data folder ${data} is not empty (${found.slice(0, 3).join(', ')}): a restore never overwrites anything. Set WAYBILL_DATA to a folder that does not exist yet, or move that one away.`,
  );
}

/**
 * Removes the remains of an interrupted restore. The folder has the mark, so it contains nothing
 * else.
 */
function removeRemains(data: string, keyFile: string | null): void {
  const left = [clusterFolder(data), objectsFolder(data), masterKeyFile(data)];
  for (const each of left.filter((file) => file !== keyFile)) {
    rmSync(each, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Writes the master key into the data folder, where the hub had it and will look for it. */
function putKey(data: string, keyring: Keyring): void {
  const file = masterKeyFile(data);
  if (existsSync(file)) return;
  const keys = [...keyring.keys.values()].map(({ bytes }) => bytes);
  writeFileSync(file, keysText(keys), { mode: 0o600, flag: 'wx' });
  giveToOwnerOf(data, file);
}

function giveFolderToOwner(data: string, folder: string): void {
  if (!existsSync(folder)) return;
  giveToOwnerOf(data, folder);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    giveToOwnerOf(data, path.join(folder, name));
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
