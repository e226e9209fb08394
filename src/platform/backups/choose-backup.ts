import type { Queryable } from '../database/database.ts';
import { LISTENER_NAME } from '../database/listen.ts';
import { migrationNames } from '../database/migrate.ts';
import { queryRows } from '../database/query-rows.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { assertKeyFits, CANARY_BOUND_TO, installationName } from '../sealing/key-canary.sql.ts';
import { type Keyring, open, SealBroken } from '../sealing/sealing.ts';
import type { Manifest } from './manifest.ts';
import { openParts } from './parts.ts';
import { PlaceUnusable, type Repository } from './repository.ts';
import { assertWhole, restoreObjects } from './restore-files.ts';

/**
 * Returns the backup to restore: the one with that id, or the newest complete one. Throws a
 * readable error if there is none, or if this version cannot read it.
 */
export async function chooseBackup(
  repository: Repository,
  id: string | null,
  waybill: string,
): Promise<Manifest> {
  const newest = (await repository.backups()).at(-1);
  if (id === null && newest === undefined) throw await noBackupError(repository);
  const manifest = await repository.manifest(id ?? newest ?? '');
  if (isNewer(manifest.waybill, waybill)) {
    throw new PlaceUnusable(
      `The backup ${manifest.id} is of Waybill ${manifest.waybill}, and this is ${waybill}: restore it with that version or a later one.`,
    );
  }
  if (!migrationNames().includes(manifest.migration)) {
    throw new PlaceUnusable(
      `The backup ${manifest.id} is of another version of Waybill, whose database this one does not know (${manifest.migration}): restore it with the version that made it.`,
    );
  }
  return manifest;
}

export function keyOpens(manifest: Pick<Manifest, 'key_probe'>, keyring: Keyring): boolean {
  try {
    open(keyring, Buffer.from(manifest.key_probe, 'base64'), CANARY_BOUND_TO);
    return true;
  } catch (error) {
    if (error instanceof SealBroken) return false;
    throw error;
  }
}

/** Throws a readable error if none of the keys opens what was sealed under the hub's master key. */
export function assertKeyOpens(
  manifest: Pick<Manifest, 'id' | 'key_probe'>,
  keyring: Keyring,
): void {
  try {
    open(keyring, Buffer.from(manifest.key_probe, 'base64'), CANARY_BOUND_TO);
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    throw new PlaceUnusable(
      `The master key does not fit the backup ${manifest.id}: ${error.message} Set WAYBILL_MASTER_KEY or WAYBILL_MASTER_KEY_FILE to the key that the hub had then. Nothing was changed.`,
    );
  }
}

async function noBackupError(repository: Repository): Promise<PlaceUnusable> {
  const [begun] = await repository.unfinished();
  return new PlaceUnusable(
    begun === undefined
      ? `${repository.place} holds no backup.`
      : `${repository.place} holds no complete backup: ${begun} was interrupted and is incomplete. It cannot be restored.`,
  );
}

/** Compares versions by their numbers, so that 0.10.0 is newer than 0.9.2. */
function isNewer(theirs: string, ours: string): boolean {
  const [a, b] = [numbersOf(theirs), numbersOf(ours)];
  const at = a.findIndex((number, index) => number !== (b[index] ?? 0));
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}

function numbersOf(version: string): number[] {
  return (version.split(/[-+]/)[0] ?? '').split('.').map(Number);
}

export interface RestoreWithoutDatabaseOptions {
  readonly repository: Repository;
  readonly manifest: Manifest;
  readonly keyring: Keyring;
  readonly objects: ObjectStore;
  /** A connection to your own server with the pipeline's role. */
  readonly db: Queryable;
  readonly say: (line: string) => void;
}

/**
 * Restores our part when the database is your own, and you have restored it: adds the missing
 * files. Throws a readable error if the database is missing, belongs to another hub or is in use by
 * a hub, or if the key does not fit.
 */
export async function restoreWithoutDatabase(
  options: RestoreWithoutDatabaseOptions,
): Promise<void> {
  const { repository, manifest, keyring, db, say } = options;
  assertKeyOpens(manifest, keyring);
  await assertRestored(db, manifest);
  await assertKeyFits(db, keyring);
  const parts = await openParts(repository.store);
  await assertWhole(repository, parts, manifest);
  const put = await restoreObjects(repository.store, manifest.objects, parts, options.objects);
  say(`Put back ${put} of ${manifest.objects.files} photos and other files; the others were there`);
}

/**
 * Throws `PlaceUnusable` unless the operator has restored the backup's database, and no hub uses
 * it.
 */
async function assertRestored(db: Queryable, { id, installation }: Manifest): Promise<void> {
  const rows = await queryRows<{ isThere: boolean; hubs: number }>(
    db,
    `select to_regclass('installation') is not null as is_there,
            (select count(*)::int from pg_stat_activity
             where datname = current_database() and application_name = $1) as hubs`,
    // Every process of a hub has such a connection.
    [LISTENER_NAME],
  );
  const [found] = rows;
  if (found?.isThere !== true) {
    throw new PlaceUnusable(
      'The database of DATABASE_URL is empty, and your own PostgreSQL is not in a backup: restore it first, with pg_restore from your dump or by its archive of the log, and run this again before the hub starts. Nothing was changed.',
    );
  }
  if (found.hubs > 0) {
    throw new PlaceUnusable(
      'A hub is using the database of DATABASE_URL: stop every hub first. Nothing was changed.',
    );
  }
  const name = await installationName(db);
  if (name !== installation) {
    throw new PlaceUnusable(
      `The database of DATABASE_URL is another hub’s (${name}) than the backup ${id} (${installation}). Nothing was changed.`,
    );
  }
}
