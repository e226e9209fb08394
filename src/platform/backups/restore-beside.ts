import type { Queryable } from '../database/database.ts';
import { LISTENER_NAME } from '../database/listen.ts';
import { queryRows } from '../database/query-rows.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { assertKeyFits, installationName } from '../sealing/key-canary.sql.ts';
import type { Keyring } from '../sealing/sealing.ts';
import { assertKeyOpens } from './choose-backup.ts';
import type { Manifest } from './manifest.ts';
import { openParts } from './parts.ts';
import { PlaceUnusable, type Repository } from './repository.ts';
import { assertWhole, restoreObjects } from './restore-files.ts';

export interface BesideOptions {
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
export async function restoreBeside(options: BesideOptions): Promise<void> {
  const { repository, manifest, keyring, db, say } = options;
  assertKeyOpens(manifest, keyring);
  await assertRestored(db, manifest);
  await assertKeyFits(db, keyring);
  const parts = await openParts(repository.store);
  await assertWhole(repository, parts, manifest);
  const put = await restoreObjects(repository.store, manifest.objects, parts, options.objects);
  say(`Put back ${put} of ${manifest.objects.files} photos and other files; the others were there`);
}

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
