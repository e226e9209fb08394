import { fenceRestored } from '../../app/fence-restored.ts';
import { chooseBackup } from '../../platform/backups/choose-backup.ts';
import { readErasures } from '../../platform/backups/erasure-list.ts';
import { noteBackup, rememberPlace } from '../../platform/backups/places.sql.ts';
import { openRepository, PlaceUnusable } from '../../platform/backups/repository.ts';
import { type RestoreOptions, restoreBackup } from '../../platform/backups/restore-backup.ts';
import { type BesideOptions, restoreBeside } from '../../platform/backups/restore-beside.ts';
import { systemClock, systemRandom } from '../../platform/clock.ts';
import { openDatabase } from '../../platform/database/database.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { openObjectsToCopy } from '../../platform/objects/open-objects.ts';
import { loadKeyring } from '../../platform/sealing/master-key.ts';
import { createEnvelopeSealer, type Keyring } from '../../platform/sealing/sealing.ts';
import { type Config, readConfig } from '../../platform/settings/config.ts';
import { eraseNamed, type TrackingDeps } from '../../tracking/index.ts';
import { openMappings } from '../mappings/with-mappings.ts';
import { waybillVersion } from '../waybill-version.ts';
import type { VerbMachines } from '../with-database.ts';
import { withComplaints } from './with-complaints.ts';
import { withdrawAgain } from './withdraw-again.ts';

export interface RestoreFlags {
  /** Null: the newest. */
  readonly backup: string | null;
  /** When the old hub sent for the last time; null: not known. */
  readonly lostAtMs: number | null;
}

const say = (line: string) => void process.stdout.write(`${line}\n`);

/**
 * `waybill restore PLACE`: makes the data folder what it was when the backup was made.
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
      const manifest = await chooseBackup(repository, flags.backup, waybillVersion());
      const restored = {
        repository,
        manifest,
        data: config.data,
        keyFile: config.masterKeyFile,
        keyring,
        objects: store,
        say,
      };
      const settle = (url: string) => settleRestored(url, { config, keyring }, restored, flags);
      if (config.databaseUrl !== null) {
        await besideDatabase(config.databaseUrl, restored, settle);
        return 0;
      }
      await restoreBackup({ ...restored, settle });
      say(
        `Restored ${manifest.id} into ${config.data}: everything until ${manifest.covers_until}. Start the hub with \`waybill start\`.`,
      );
      return 0;
    } finally {
      store.close();
      repository.close();
    }
  });
}

async function besideDatabase(
  url: string,
  restored: Omit<BesideOptions, 'db'>,
  settle: (url: string) => Promise<void>,
): Promise<void> {
  const database = openDatabase({ url });
  try {
    await restoreBeside({ ...restored, db: database.pipeline });
  } finally {
    await database.end();
  }
  await settle(url);
  say('The database, which you have restored yourself, may be served from: start the hub.');
}

/**
 * Before anything is served: the database becomes this version's, tells nobody anything twice, and
 * loses what was erased since the backup.
 */
async function settleRestored(
  url: string,
  machines: Pick<VerbMachines, 'config' | 'keyring'>,
  { repository, manifest: { id, covers_until } }: Pick<RestoreOptions, 'repository' | 'manifest'>,
  { lostAtMs }: RestoreFlags,
): Promise<void> {
  await migrate(url);
  const database = openDatabase({ url });
  const deps = { database, clock: systemClock, randomBytes: systemRandom };
  const coversUntilMs = Date.parse(covers_until);
  const restored = { backup: id, coversUntilMs, lostAtMs };
  const all = {
    ...machines,
    ...deps,
    databaseUrl: url,
    sealer: createEnvelopeSealer(machines.keyring),
  };
  try {
    let erased = 0;
    let withdrawn = 0;
    const fenced = await fenceRestored(deps, restored, async () => {
      const listed = (await readErasures(repository)).map(({ id }) => id);
      withdrawn = await withdrawAgain(database.pipeline, listed, systemClock.nowMs());
      erased = await openMappings(all, ({ tracking }) => eraseAgain(tracking, listed));
    });
    // What is restored knows its backups only until this one was begun.
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

/** Answers how many were not erased yet. */
async function eraseAgain(tracking: TrackingDeps, ids: readonly string[]): Promise<number> {
  let many = 0;
  for (const id of ids) {
    if (await eraseNamed(tracking, id)) many += 1;
  }
  return many;
}

/** Never one that is made up: it would open nothing. */
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
