import path from 'node:path';
import { assertOutside, type Made, makeBackup } from '../../platform/backups/make-backup.ts';
import {
  openRepository,
  PlaceUnusable,
  type Repository,
} from '../../platform/backups/repository.ts';
import { systemClock, systemRandom } from '../../platform/clock.ts';
import { openDatabase, type Queryable } from '../../platform/database/database.ts';
import {
  BACKUP_ROLE_SQL,
  describeUnreadable,
  dumpRights,
} from '../../platform/database/dump-rights.sql.ts';
import { pendingMigrations } from '../../platform/database/migrate.ts';
import { withDatabaseUrl } from '../../platform/database/visit-database.ts';
import { openObjectsToCopy } from '../../platform/objects/open-objects.ts';
import { serverFiles } from '../../platform/postgres/cluster.ts';
import { type Config, readConfig } from '../../platform/settings/config.ts';
import { waybillVersion } from '../waybill-version.ts';
import { withComplaints } from './with-complaints.ts';

export interface BackupFlags {
  readonly keepDays: number;
  /** Null: as with the newest backup. */
  readonly pointInTime: boolean | null;
  readonly json: boolean;
}

const DAY_MS = 86_400_000;

/**
 * Runs `waybill backup PLACE` for the hub that runs on the data folder, or for one that is stopped.
 *
 * @returns the exit code.
 */
export function runBackup(env: NodeJS.ProcessEnv, place: string, flags: BackupFlags) {
  return withComplaints(async () => {
    const config = readConfig(env);
    const repository = await openRepository(place, config);
    try {
      assertOutside(repository.place, config.data);
      const made = await withDatabaseUrl(config, (url) => backUp(config, repository, url, flags));
      report(made, repository.place, config, flags);
      return 0;
    } finally {
      repository.close();
    }
  });
}

async function backUp(
  config: Config,
  repository: Repository,
  databaseUrl: string,
  { keepDays, pointInTime }: BackupFlags,
): Promise<Made> {
  const [pending] = await pendingMigrations(databaseUrl);
  if (pointInTime === true && config.databaseUrl !== null) {
    throw new PlaceUnusable(
      'Your own PostgreSQL archives its log itself (`archive_command`, docs/operators.md): omit --point-in-time.',
    );
  }
  if (pending !== undefined) {
    throw new PlaceUnusable(
      `The database has the schema of an older version (${pending} has not run). Back it up with that version, or run \`waybill migrate\` first.`,
    );
  }
  const database = openDatabase({ url: databaseUrl });
  const { store, local } = await openObjectsToCopy(config);
  try {
    if (config.databaseUrl !== null) await assertDumpable(database.owner);
    return await makeBackup({
      repository,
      db: database.pipeline,
      databaseUrl,
      cluster: config.databaseUrl === null ? serverFiles(path.resolve(config.data)) : null,
      objects: {
        current: store,
        older: store === local ? null : local,
        except: ownKeys(config, repository.place),
      },
      waybill: waybillVersion(),
      masterKey:
        config.masterKey === null && config.masterKeyFile === null ? 'data_folder' : 'setting',
      pointInTime,
      retentionMs: keepDays * DAY_MS,
      clock: systemClock,
      randomBytes: systemRandom,
    });
  } finally {
    store.close();
    await database.end();
  }
}

/**
 * Throws if the role cannot read every row. Operators run pg_dump with the same role, and would
 * notice an incomplete dump only when they need it.
 */
async function assertDumpable(login: Queryable): Promise<void> {
  const fault = describeUnreadable(await dumpRights(login));
  if (fault === null) return;
  throw new PlaceUnusable(
    `Nothing was backed up: ${fault}. Run this command and pg_dump with a role that may read everything. As a superuser, once: ${BACKUP_ROLE_SQL} Then name it in DATABASE_URL for both commands (docs/operators.md, Backup of your own PostgreSQL).`,
  );
}

/**
 * If backups go to the hub's own bucket, returns their prefix, so that a backup does not include
 * earlier backups.
 */
function ownKeys({ s3 }: Pick<Config, 's3'>, place: string): string[] {
  if (s3 === null) return [];
  const hubs = `s3://${s3.bucket}/${s3.prefix}`;
  if (!place.startsWith(hubs)) return [];
  if (place === hubs) {
    throw new PlaceUnusable(`${place} is where the hub keeps its files: name a prefix of its own.`);
  }
  return [place.slice(hubs.length)];
}

function report(
  { manifest, written, pruned, notPruned, logFailed }: Made,
  place: string,
  config: Pick<Config, 'masterKey' | 'masterKeyFile' | 'data'>,
  flags: BackupFlags,
): void {
  const { id, covers_until, database, objects } = manifest;
  const embedded = database.kind === 'embedded' ? database : null;
  const files = embedded?.files ?? null;
  if (flags.json) {
    const line = {
      backup: id,
      place,
      covers_until,
      database_bytes: files?.bytes ?? null,
      objects: objects.files,
      object_bytes: objects.bytes,
      written_bytes: written.bytes,
      removed_backups: pruned.backups,
      point_in_time: embedded?.log !== undefined,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  } else {
    const lines = [
      `Backup ${id} in ${place} is complete.`,
      files === null
        ? 'You run the database yourself, so this backup does not contain it: use pg_dump with this role, or archive its log to be able to restore any point in time (docs/operators.md, Backup of your own PostgreSQL).'
        : `database: ${mb(files.bytes)}; it contains everything committed before ${covers_until}`,
      `photos and other files: ${objects.files}, ${mb(objects.bytes)}`,
      `newly stored: ${mb(written.bytes)} in ${written.parts} parts`,
      ...(embedded?.log === undefined
        ? []
        : ['The log is archived there, too: `waybill restore --to` can restore any later time']),
      ...pruned.backups.map((removedId) => `removed: ${removedId}`),
      manifest.master_key === 'data_folder'
        ? `The backup does not contain the master key and cannot be restored without it: keep a copy of ${path.join(config.data, 'master-key')} elsewhere.`
        : 'The backup does not contain the master key and cannot be restored without it.',
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  writeError('Older backups could not be removed', notPruned);
  writeError('The newest part of the log could not be stored yet', logFailed);
}

function writeError(what: string, error: unknown): void {
  if (error === null) return;
  process.stderr.write(`${what}: ${error instanceof Error ? error.message : String(error)}\n`);
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
