import { fenceRestored } from '../../app/fence-restored.ts';
import { FLEET_STORAGE } from '../../app/fleet.ts';
import { revokeApiKeys } from '../../merchants/index.ts';
import {
  chooseBackup,
  type RestoreWithoutDatabaseOptions,
  restoreWithoutDatabase,
} from '../../platform/backups/choose-backup.ts';
import { readErasures } from '../../platform/backups/erasure-list.ts';
import { choosePointInTime, type PointInTime } from '../../platform/backups/log/restore-log.ts';
import { noteBackup, rememberPlace } from '../../platform/backups/places.sql.ts';
import {
  openRepository,
  PlaceUnusable,
  type Repository,
} from '../../platform/backups/repository.ts';
import { type RestoreOptions, restoreBackup } from '../../platform/backups/restore-backup.ts';
import { systemClock, systemRandom } from '../../platform/clock.ts';
import { type Database, openDatabase, type Queryable } from '../../platform/database/database.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { openObjectsToCopy } from '../../platform/objects/open-objects.ts';
import { assertKeyFits } from '../../platform/sealing/key-canary.sql.ts';
import { loadKeyring } from '../../platform/sealing/master-key.ts';
import { createEnvelopeSealer, type Keyring } from '../../platform/sealing/sealing.ts';
import { type Config, readConfig } from '../../platform/settings/config.ts';
import { eraseNamed } from '../../tracking/ports/running.ts';
import type { TrackingDeps } from '../../tracking/ports/shipments.ts';
import { keyUsage } from '../keys/usage.ts';
import { openMappings } from '../mappings/with-mappings.ts';
import { waybillVersion } from '../waybill-version.ts';
import type { VerbMachines } from '../with-database.ts';
import { withComplaints } from './with-complaints.ts';

export interface RestoreFlags {
  /** Null: the newest. */
  readonly backup: string | null;
  /** A time after that backup, up to which the log is replayed; null: as the backup was. */
  readonly toMs: number | null;
  /** When the old hub sent for the last time; null: not known. */
  readonly lostAtMs: number | null;
}

const say = (line: string) => void process.stdout.write(`${line}\n`);

/**
 * Runs `waybill restore PLACE`, which returns the data folder to its state at the time of the
 * backup.
 *
 * @returns the exit code.
 */
export function runRestore(env: NodeJS.ProcessEnv, place: string, flags: RestoreFlags) {
  return withComplaints(async () => {
    const config = readConfig(env);
    const keyring = keyringOf(config);
    const repository = await openRepository(place, config);
    const { store } = await openObjectsToCopy(config);
    try {
      const chosen = await choosePoint(repository, config, flags);
      const { pointInTime } = chosen;
      const manifest = await chooseBackup(repository, chosen.backup, waybillVersion());
      const restored = {
        repository,
        manifest,
        pointInTime,
        data: config.data,
        keyFile: config.masterKeyFile,
        keyring,
        objects: store,
        say,
      };
      const settle = (url: string) => settleRestored(url, { config, keyring }, restored, flags);
      if (config.databaseUrl !== null) {
        await restoreFilesOnly(config.databaseUrl, restored, settle);
        return 0;
      }
      await restoreBackup({ ...restored, settle });
      const until =
        pointInTime === null ? manifest.covers_until : new Date(pointInTime.toMs).toISOString();
      if (pointInTime !== null && pointInTime.later === null) {
        say(
          `Photos and other files that came after ${manifest.covers_until} are in no backup; the others are there.`,
        );
      }
      say(
        `Restored ${manifest.id} into ${config.data}: everything until ${until}. Start the hub with \`waybill start\`.`,
      );
      return 0;
    } finally {
      store.close();
      repository.close();
    }
  });
}

async function choosePoint(
  repository: Repository,
  { databaseUrl }: Pick<Config, 'databaseUrl'>,
  { backup, toMs, lostAtMs }: RestoreFlags,
): Promise<{ readonly backup: string | null; readonly pointInTime: PointInTime | null }> {
  if (toMs === null) return { backup, pointInTime: null };
  if (databaseUrl !== null) {
    throw new PlaceUnusable(
      'Your own PostgreSQL is restored to a time by its own means: do that first, and run this without --to. Nothing was changed.',
    );
  }
  if (lostAtMs !== null && lostAtMs < toMs) {
    throw new PlaceUnusable(
      '--lost-at says that the old hub had stopped before the time of --to. Nothing was changed.',
    );
  }
  const { id, pointInTime } = await choosePointInTime(repository, toMs, backup);
  return { backup: id, pointInTime };
}

async function restoreFilesOnly(
  url: string,
  restored: Omit<RestoreWithoutDatabaseOptions, 'db'>,
  settle: (url: string) => Promise<void>,
): Promise<void> {
  const database = openDatabase({ url });
  try {
    await restoreWithoutDatabase({ ...restored, db: database.pipeline });
  } finally {
    await database.end();
  }
  await settle(url);
  say('The database that you restored yourself is ready: start the hub.');
}

/**
 * Prepares the database before anything is served: it is migrated to this version, announces
 * nothing twice, and loses what was erased since the backup.
 */
async function settleRestored(
  url: string,
  machines: Pick<VerbMachines, 'config' | 'keyring'>,
  {
    repository,
    manifest: { id, covers_until },
    pointInTime,
  }: Pick<RestoreOptions, 'repository' | 'manifest' | 'pointInTime'>,
  { lostAtMs }: RestoreFlags,
): Promise<void> {
  await migrate(url);
  const database = openDatabase({ url });
  const deps = { database, clock: systemClock, randomBytes: systemRandom };
  const coversUntilMs = pointInTime?.toMs ?? Date.parse(covers_until);
  const restored = { backup: id, coversUntilMs, lostAtMs };
  const all = {
    ...machines,
    ...deps,
    databaseUrl: url,
    sealer: createEnvelopeSealer(machines.keyring),
  };
  try {
    // The key may have been changed after the backup whose log was replayed.
    await assertKeyFits(database.pipeline, machines.keyring);
    if (pointInTime !== null) await assertNothingSealedElse(database, machines.keyring);
    let erased = 0;
    let withdrawn = 0;
    const fenced = await fenceRestored(deps, restored, async () => {
      const listed = (await readErasures(repository)).map(({ id }) => id);
      withdrawn = await withdrawAgain(database.pipeline, listed, systemClock.nowMs());
      erased = await openMappings(all, ({ tracking }) => eraseAgain(tracking, listed));
    });
    // The restored database lists its backups only up to the start of this one.
    await rememberPlace(database.pipeline, repository.place, systemClock.nowMs());
    await noteBackup(database.pipeline, repository.place, { id, coversUntilMs });
    say(`Erased again, because they were since the backup: ${erased} parcels`);
    say(`Ended again, for the same reason: ${withdrawn} keys, phones and couriers`);
    say(
      `Held back, because they may have been sent since: ${fenced.messages} messages (\`waybill held\`) and ${fenced.deliveries} webhooks (merchants replay them)`,
    );
  } finally {
    await database.end();
  }
}

/** While a key is being rotated, some values still need the old one. */
async function assertNothingSealedElse(
  { pipeline }: Pick<Database, 'pipeline'>,
  keyring: Keyring,
): Promise<void> {
  const missing = (await keyUsage(pipeline, keyring)).filter(({ state }) => state === 'missing');
  if (missing.length === 0) return;
  const named = missing.map(({ id, rows }) => `${id} (${rows} values)`).join(', ');
  throw new PlaceUnusable(
    `The master key was being changed at that time, and some values need an older one: ${named}. Set WAYBILL_MASTER_KEY to both keys, new,old, and run this again; it starts over.`,
  );
}

/** Returns how many were not erased yet. */
async function eraseAgain(tracking: TrackingDeps, ids: readonly string[]): Promise<number> {
  let count = 0;
  for (const id of ids) {
    if (await eraseNamed(tracking, id)) count += 1;
  }
  return count;
}

/** Never creates a random key, which would open nothing. */
function keyringOf({ masterKey, masterKeyFile, data }: Config): Keyring {
  if (masterKey === null && masterKeyFile === null) {
    throw new PlaceUnusable(
      'The master key is in no backup, and nothing can be restored without it: set WAYBILL_MASTER_KEY, or WAYBILL_MASTER_KEY_FILE to a copy of the file master-key that the hub had in its data folder. Nothing was changed.',
    );
  }
  try {
    return loadKeyring({ text: masterKey, file: masterKeyFile, data });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PlaceUnusable(`The master key cannot be read: ${why} Nothing was changed.`);
  }
}

/**
 * Ends access again that was ended after a backup and is valid again after its restore, for those
 * of these ids that are keys, couriers' phones or couriers. Returns how many there were.
 */
async function withdrawAgain(
  db: Queryable,
  ids: readonly string[],
  nowMs: number,
): Promise<number> {
  const ended = await FLEET_STORAGE.withdraw(db, ids, nowMs);
  return ended + (await revokeApiKeys(db, ids, nowMs));
}
