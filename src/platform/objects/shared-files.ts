import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Machines } from '../machines.ts';
import { presentSessions } from '../process/presence.ts';
import { startLoop } from '../work/loop.ts';
import { systemTimers } from '../work/timers.ts';
import { ObjectStoreUnavailable } from './object-store.ts';

/** Whether the other processes of the hub use the same folder for files. */
export interface SharedFiles {
  /** The problem that `/readyz` reports; null if there is none. */
  trouble(): string | null;
  /** Throws `ObjectStoreUnavailable` if another process would not find what is stored now. */
  assertShared(): void;
  /** Looks for the others' markers, which also happens every few seconds. Never rejects. */
  check(): Promise<void>;
}

const CHECK_EVERY_MS = 5_000;
/** Network file systems show a new file to other machines within this time. */
const MISSING_MS_MAX = 30_000;
/** Begins with a dot, so that neither listings nor backups contain the markers. */
const MARKERS = '.processes';

/**
 * Each process writes a marker into its folder before it shows the others that it has files
 * (presence.ts). Whoever sees that and cannot read the marker has another folder. Null if this
 * process has no files, or has them in a bucket; or if the database is embedded, so that there are
 * no others.
 */
export async function shareFiles(
  { config, database, listener, log, shutdown }: Machines,
  timers = systemTimers,
): Promise<SharedFiles | null> {
  const { databaseUrl, roles, s3, objects: folder } = config;
  if (databaseUrl === null || roles.every((role) => role === 'webhooks')) return null;
  if (s3 !== null) {
    // A process without this bucket finds no marker, and says so.
    await listener.show('files');
    return null;
  }
  const markers = path.join(folder, MARKERS);
  const markerOf = (session: number | string) => path.join(markers, String(session));
  /** Since when the marker of each session has been missing. */
  let missing: ReadonlyMap<number, number> = new Map();
  let isSplit = false;
  let isShown = false;
  const trouble = (): string | null => {
    if (missing.size === 0) return null;
    const others = `other processes (${missing.size})`;
    return isSplit
      ? `files: none are stored, because ${others} do not use the folder ${folder} (set S3_BUCKET, or WAYBILL_OBJECTS to a folder that all of them share)`
      : `files: it is not known yet whether ${others} use the folder ${folder}`;
  };
  async function look(): Promise<void> {
    await mkdir(markers, { recursive: true, mode: 0o700 });
    await writeFile(markerOf(listener.session), '', { flag: 'a', mode: 0o600 });
    if (!isShown) await listener.show('files');
    const present = await presentSessions(database.pipeline, 'files');
    if (!isShown) {
      // Those of processes that have ended. A process that has not writes its marker again.
      for (const name of await readdir(markers)) {
        if (!present.has(Number(name))) await rm(markerOf(name), { force: true });
      }
    }
    isShown = true;
    const nowMs = timers.nowMs();
    const found = new Map<number, number>();
    for (const session of present) {
      // Also fails if only another user may read the files there.
      await readFile(markerOf(session)).catch(() => {
        found.set(session, missing.get(session) ?? nowMs);
      });
    }
    missing = found;
    const wasSplit = isSplit;
    isSplit = [...found.values()].some((sinceMs) => nowMs - sinceMs >= MISSING_MS_MAX);
    if (isSplit && !wasSplit) log.error(trouble() ?? '');
  }
  const loop = startLoop({
    run: look,
    everyMs: CHECK_EVERY_MS,
    onFailure: (err) => log.warn({ err, folder }, 'the folder of files could not be checked'),
    timers,
  });
  shutdown.onStop('shared files', () => loop.stop());
  await loop.idle();
  return {
    trouble,
    assertShared() {
      if (isSplit) throw new ObjectStoreUnavailable(trouble() ?? '');
    },
    check: () => loop.idle(),
  };
}
