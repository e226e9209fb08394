import path from 'node:path';
import type { Clock, RandomBytes } from '../clock.ts';
import type { Queryable } from '../database/database.ts';
import { openClient } from '../database/hosts/connect.ts';
import { installationName } from '../sealing/key-canary.sql.ts';
import { walSegments } from './cluster-files.ts';
import { copyCluster, copyFiles, listText } from './copy-cluster.ts';
import { copyObjects, type EarlierBackup, type ObjectSources } from './copy-objects.ts';
import { gatherErasures } from './erasure-list.ts';
import { readList, writeList } from './file-list.ts';
import { logBaseOf, pruneLog } from './log/choose-log.ts';
import { dropSlot, logSlot, makeSlot } from './log/log-slot.sql.ts';
import { logLine, shipLog } from './log/ship-log.ts';
import { FORMAT, type Listed, type Manifest } from './manifest.ts';
import * as sql from './online-backup.sql.ts';
import { openParts, type Parts } from './parts.ts';
import { noteBackup, noteLogGivenUp, rememberPlace } from './places.sql.ts';
import { keyOf, PlaceUnusable, type Repository } from './repository.ts';

interface BackupOptions {
  readonly repository: Repository;
  /** Stores what the hub remembers about its backups. */
  readonly db: Queryable;
  /**
   * The superuser's URL of the embedded server; or that of your own server, whose data is not
   * copied.
   */
  readonly databaseUrl: string;
  /** The folder of the embedded server; null if the server is your own. */
  readonly cluster: string | null;
  readonly objects: ObjectSources;
  readonly waybill: string;
  readonly masterKey: Manifest['master_key'];
  /**
   * Whether the log is archived there from now on, for any time between backups; null: as with the
   * newest backup.
   */
  readonly pointInTime: boolean | null;
  /** Backups that ended longer ago are removed, except for the newest. */
  readonly retentionMs: number;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

export interface Made {
  readonly manifest: Manifest;
  /** The parts that had to be stored; the others existed already. */
  readonly written: Parts['written'];
  readonly pruned: Pruned;
  /** Why older backups could not be removed; this one is complete nevertheless. */
  readonly notPruned: unknown;
  /** Why the waiting log could not be stored; the hub will retry. */
  readonly logFailed: unknown;
}

/**
 * Makes one backup of a hub, which may be running and is not blocked. The backup exists only after
 * the last step: an interrupted run leaves parts that the next one finds and uses.
 */
export async function makeBackup(options: BackupOptions): Promise<Made> {
  const { databaseUrl, repository, clock } = options;
  const client = openClient(databaseUrl, {
    application_name: 'waybill backup',
    keepAlive: true,
  });
  const lost = new Promise<never>((_, reject) => {
    client.on('error', (error) =>
      reject(new Error(`The database went away during the backup: ${error.message}`)),
    );
  });
  lost.catch(() => {});
  await client.connect();
  try {
    if (!(await sql.lockBackups(client))) {
      throw new PlaceUnusable('Another `waybill backup` of this hub is running: wait for its end.');
    }
    await repository.claim(await installationName(options.db));
    await rememberPlace(options.db, repository.place, clock.nowMs());
    return await Promise.race([backUp(client, options), lost]);
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Makes a backup: the database, then the objects, then the log, and at last the manifest, without
 * which it does not count. Old backups are removed afterwards; a failure of that is only reported.
 */
async function backUp(session: Queryable, options: BackupOptions): Promise<Made> {
  const { repository, clock, db } = options;
  const beganAtMs = clock.nowMs();
  const id = newId(beganAtMs, options.randomBytes);
  await repository.begin(id, beganAtMs);
  const parts = await openParts(repository.store);
  const earlier = await newestOf(repository);
  const { database, migration, coversUntilMs } = await backUpDatabase(
    session,
    id,
    parts,
    earlier,
    options,
  );
  const objects = await writeList(
    repository.store,
    keyOf(id, 'objects.gz'),
    copyObjects(options.objects, parts, earlier),
  );
  // With it, times between the previous backup and this one can be restored, even if no hub runs.
  const logFailed = await shipWaitingLog(session, options).then(
    () => null,
    (error: unknown) => error,
  );
  const manifest: Manifest = {
    format: FORMAT,
    id,
    waybill: options.waybill,
    installation: await installationName(db),
    began_at: iso(beganAtMs),
    ended_at: iso(clock.nowMs()),
    covers_until: iso(coversUntilMs),
    migration,
    key_probe: (await sql.keyProbe(db)).toString('base64'),
    master_key: options.masterKey,
    database,
    objects,
  };
  await repository.finish(manifest);
  await noteBackup(db, repository.place, { id, coversUntilMs });
  const pruning = prune(repository, parts, manifest, clock.nowMs() - options.retentionMs);
  const { pruned, notPruned } = await pruning.then(
    (done) => ({ pruned: done, notPruned: null }),
    (error: unknown) => ({ pruned: { backups: [], parts: 0 }, notPruned: error }),
  );
  return { manifest, written: parts.written, pruned, notPruned, logFailed };
}

interface DatabaseBackup {
  readonly database: Manifest['database'];
  readonly migration: string;
  readonly coversUntilMs: number;
}

/**
 * Copies the files of the embedded PostgreSQL, with the part of the log that makes them consistent.
 * Of an operator's own PostgreSQL, only the version is noted.
 */
async function backUpDatabase(
  session: Queryable,
  id: string,
  parts: Parts,
  earlier: EarlierBackup | null,
  options: BackupOptions,
): Promise<DatabaseBackup> {
  const { repository, cluster, clock } = options;
  if (cluster === null) {
    const { version, migration } = await sql.externalFacts(session);
    const database = { kind: 'external', postgres: version } as const;
    return { database, migration, coversUntilMs: clock.nowMs() };
  }
  const { version, major, timeline, migration } = await sql.serverFacts(session);
  const line = await continueOrStopLog(session, earlier, options);
  await sql.holdLog(session, `waybill_${id.toLowerCase().replaceAll('-', '_')}`);
  const start = await sql.startBackup(session, id);
  const files = await copyCluster(cluster, parts);
  const stop = await sql.stopBackup(session);
  const segments = await walSegments(cluster, start.segment, stop.segment);
  files.push(...(await copyFiles(cluster, segments, parts)));
  files.push(await listText('backup_label', stop.label, parts));
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const list = await writeList(repository.store, keyOf(id, 'database.gz'), asAsyncIterable(files));
  return {
    database: {
      kind: 'embedded',
      postgres: version,
      postgres_major: major,
      timeline,
      start_lsn: start.lsn,
      stop_lsn: stop.lsn,
      files: list,
      ...(line === null
        ? {}
        : {
            log: {
              line,
              stop_segment: stop.segment,
              stopped_at: stop.stoppedAt.toISOString(),
            },
          }),
    },
    migration,
    coversUntilMs: stop.coversUntil.getTime(),
  };
}

/** Resolves with the log line that continues; null if no log is archived for this place. */
async function continueOrStopLog(
  session: Queryable,
  earlier: EarlierBackup | null,
  { repository: { place }, pointInTime, db }: BackupOptions,
): Promise<string | null> {
  const slot = await logSlot(session, place);
  // After a restore there is no slot, nor is there one for a place whose log was given up: the
  // newest backup records whether archiving was requested.
  const wasArchived = slot !== null || (earlier !== null && logBaseOf(earlier.manifest) !== null);
  const isWanted = pointInTime ?? wasArchived;
  if (slot !== null && (!isWanted || slot.from === null)) await dropSlot(session, place);
  if (isWanted && (slot === null || slot.from === null)) await makeSlot(session, place);
  await noteLogGivenUp(db, place, null);
  return isWanted ? logLine(db) : null;
}

async function shipWaitingLog(
  session: Queryable,
  { repository: { place, store }, cluster }: BackupOptions,
): Promise<void> {
  const slot = cluster === null ? null : await logSlot(session, place);
  if (cluster === null || slot === null) return;
  await shipLog({ db: session, cluster, store }, slot);
}

async function newestOf(repository: Repository): Promise<EarlierBackup | null> {
  const id = (await repository.backups()).at(-1);
  if (id === undefined) return null;
  const manifest = await repository.manifest(id).catch(() => null);
  return manifest === null ? null : { store: repository.store, manifest };
}

async function* asAsyncIterable(files: readonly Listed[]): AsyncGenerator<Listed> {
  yield* files;
}

/** Returns an id that sorts in the order of time: `20261122T053000Z-1a2b3c`. */
function newId(nowMs: number, randomBytes: RandomBytes): string {
  const time = iso(nowMs).replaceAll(/[-:]|\.\d+/g, '');
  return `${time}-${Buffer.from(randomBytes(3)).toString('hex')}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Rejects a place inside the data folder: it would be lost with it, and would back itself up. */
export function assertOutside(place: string, data: string): void {
  const inside = !path.relative(path.resolve(data), place).startsWith('..');
  if (!place.startsWith('s3://') && inside) {
    throw new PlaceUnusable(
      `${place} is inside the data folder ${data}: back up to another disk, machine or bucket.`,
    );
  }
}

interface Pruned {
  readonly backups: readonly string[];
  readonly parts: number;
}

/**
 * Removes backups that ended before `beforeMs` (never the newest), the remains of interrupted ones,
 * and the parts that no backup needs any more. No other backup may run at the same time.
 */
export async function prune(
  repository: Repository,
  parts: Parts,
  newest: Manifest,
  beforeMs: number,
): Promise<Pruned> {
  const gone: string[] = [];
  const remaining: Manifest[] = [newest];
  for (const id of await repository.backups()) {
    if (id === newest.id) continue;
    const manifest = await repository.manifest(id);
    if (Date.parse(manifest.ended_at) < beforeMs) {
      await repository.forget(id);
      gone.push(id);
    } else remaining.push(manifest);
  }
  const oldestMs = Math.min(...remaining.map(({ began_at }) => Date.parse(began_at)));
  await gatherErasures(repository, oldestMs);
  await pruneLog(repository, remaining);
  const unfinished = (await repository.unfinished()).filter((id) => id !== newest.id);
  for (const id of unfinished) await repository.forget(id);
  if (gone.length + unfinished.length === 0) return { backups: gone, parts: 0 };
  return { backups: gone, parts: await removeUnneeded(repository, parts, remaining) };
}

/** Removes the parts that none of the remaining backups needs. Returns how many. */
async function removeUnneeded(
  repository: Repository,
  parts: Parts,
  remaining: readonly Manifest[],
): Promise<number> {
  const needed = new Set<string>();
  for (const { database, objects } of remaining) {
    const lists = database.kind === 'embedded' ? [database.files, objects] : [objects];
    for (const list of lists) {
      for await (const entry of readList(repository.store, list)) {
        for (const name of entry.parts) needed.add(name);
      }
    }
  }
  let gone = 0;
  for (const name of parts.names()) {
    if (needed.has(name)) continue;
    await parts.remove(name);
    gone += 1;
  }
  return gone;
}
