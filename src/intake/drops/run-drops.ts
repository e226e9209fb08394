import { uuidV7 } from '../../kernel/ids.ts';
import { MODES, type Tenant } from '../../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { isDatabaseUnavailable } from '../../platform/database/database-errors.ts';
import {
  ObjectExists,
  type ObjectInfo,
  type ObjectStore,
  ObjectStoreUnavailable,
} from '../../platform/objects/object-store.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import type { Timers } from '../../platform/work/timers.ts';
import { folderOf, type HeldDrop } from './drop.ts';
import type { DropPlace, MerchantFolders } from './drop-place.ts';
import {
  type FiledDrop,
  filedSince,
  leaseDrops,
  noteFiles,
  type ObservedFile,
} from './drops.sql.ts';
import { nameWithId } from './file-away.ts';
import { COLUMNS_FILE } from './reading/columns-file.ts';
import { LEASE_MS, type WorkDropDeps, workDrop } from './work-drop.ts';

interface RunDropsDeps extends FileWatchDeps, Omit<WorkDropDeps, 'stopping'> {
  readonly log: Pick<Logger, 'info' | 'warn' | 'debug'>;
  readonly timers?: Timers;
}

/**
 * Processes the files dropped in one place until it is stopped. Any number of processes may do so.
 */
export interface DropRunner {
  /** Runs a pass, and resolves when all due work is done. For tests. */
  idle(): Promise<void>;
  /** Whether a file is being read now. */
  readonly isReading: boolean;
  /** Stops after the batches in progress. */
  stop(): Promise<void>;
}

/** Files read at once, so that a large one does not delay those that arrive every minute. */
const AT_ONCE = 3;

/** Starts the processing of the files that are dropped in a place. */
export function startDrops(deps: RunDropsDeps, place: DropPlace): DropRunner {
  const { store } = place;
  const { db, clock, log, timers } = deps;
  const watch = watchFiles(deps, place);
  const running = new Set<Promise<void>>();
  const work: WorkDropDeps = { ...deps, stopping: () => loop.stopping };
  let isAway = false;

  async function check(): Promise<void> {
    await watch.check().then(
      () => {
        if (isAway) log.info({ place: store.name }, 'the place where files are dropped is back');
        isAway = false;
      },
      (err: unknown) => {
        // Files that are recorded already may be read nevertheless.
        if (!isAway && !isDatabaseUnavailable(err)) {
          log.warn({ err, place: store.name }, 'dropped files could not be listed; retrying');
        }
        isAway = err instanceof ObjectStoreUnavailable || isAway;
      },
    );
    await lease();
  }

  async function lease(): Promise<void> {
    const limit = AT_ONCE - running.size;
    if (limit <= 0 || loop.stopping) return;
    const nowMs = clock.nowMs();
    const drops = await leaseDrops(db.pipeline, [store.name], {
      nowMs,
      untilMs: nowMs + LEASE_MS,
      limit,
    });
    for (const drop of drops) start(drop);
  }

  function start(drop: HeldDrop): void {
    const run = workDrop(work, store, drop)
      .catch((err: unknown) => {
        const level = isDatabaseUnavailable(err) ? 'debug' : 'warn';
        log[level]({ err, drop_id: drop.id }, 'a dropped file could not be read; retrying');
      })
      .finally(() => {
        running.delete(run);
        loop.wake();
      });
    running.add(run);
  }

  const loop: Loop = startLoop({
    run: check,
    everyMs: place.checkEveryMs,
    onFailure: (err) => log.debug({ err }, 'the check for dropped files failed'),
    ...(timers === undefined ? {} : { timers }),
  });
  loop.wake();
  return {
    async idle() {
      do {
        await loop.now();
        await Promise.all(running);
      } while (running.size > 0);
      await loop.now();
      if (running.size > 0) await this.idle();
    },
    get isReading() {
      return running.size > 0;
    },
    async stop() {
      await loop.stop();
      await Promise.all(running);
    },
  };
}

/** A file counts as complete when it has not changed for this long. */
const STILL_MS = 2_000;
/** A file is recorded again after this time, in case its row was deleted meanwhile. */
const NOTE_INTERVAL_MS = 30_000;
/** Rows of one statement. */
const NOTED_MAX = 1_000;
/**
 * Time for which filed files are checked for growth. By then, a slow writer to a file that seemed
 * complete has stopped.
 */
const MAY_GROW_MS = 3_600_000;
const MAY_GROW_MAX = 500;
const MAY_GROW_EVERY_MS = 5_000;

interface FileWatchDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly merchants: MerchantFolders;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** Finds complete files in one place. */
interface FileWatch {
  /** Checks once. Rejects as the store or the database does. */
  check(): Promise<void>;
}

interface Watched {
  version: string;
  sinceMs: number;
  notedAtMs: number | null;
}

/** Whether a name is that of an incomplete file, or of a file without scans. Pure. */
function isIgnored(name: string): boolean {
  return name.startsWith('.') || /\.(?:part|tmp)$/i.test(name) || name === COLUMNS_FILE;
}

/** Creates the watch of one place; each `check` records the files that are complete. */
function watchFiles(deps: FileWatchDeps, { store, filesGrow }: DropPlace): FileWatch {
  const { db, clock, log, merchants } = deps;
  let watched = new Map<string, Watched>();
  const unknownFolders = new Set<string>();
  let grownAtMs = Number.NEGATIVE_INFINITY;

  async function check(): Promise<void> {
    const current = new Map<string, Watched>();
    let ready: ObservedFile[] = [];
    const note = async () => {
      await noteFiles(db.pipeline, ready, clock.nowMs());
      ready = [];
    };
    for await (const { tenant, folder } of folders()) {
      const inner = [folder];
      for (const each of inner) {
        for await (const file of store.browse(each)) {
          if ('folder' in file) {
            const isShops = each === folder ? file.folder === 'shops' : each === `${folder}shops/`;
            if (isShops) inner.push(`${each}${file.folder}/`);
            continue;
          }
          if (each === `${folder}shops/` || isIgnored(file.key.slice(each.length))) continue;
          const known = currentWatch(watched.get(file.key), file, clock.nowMs());
          current.set(file.key, known);
          if (!isDue(known, file, clock.nowMs())) continue;
          known.notedAtMs = clock.nowMs();
          const name = file.key.slice(folder.length);
          ready.push(observedFile(deps, store, tenant, name, file));
          if (ready.length >= NOTED_MAX) await note();
        }
      }
    }
    await note();
    watched = current;
    if (filesGrow && clock.nowMs() - grownAtMs >= MAY_GROW_EVERY_MS) {
      grownAtMs = clock.nowMs();
      await moveBackGrown(deps, store);
    }
  }

  async function* folders(): AsyncGenerator<{ readonly tenant: Tenant; readonly folder: string }> {
    for await (const found of store.browse('')) {
      if (!('folder' in found)) continue;
      const slug = found.folder;
      const merchantId = await merchants.idOf(slug);
      if (merchantId === null) {
        if (!unknownFolders.has(slug)) {
          log.warn({ place: store.name, folder: slug }, 'no merchant has a folder of this name');
        }
        unknownFolders.add(slug);
        continue;
      }
      for (const mode of MODES) yield { tenant: { merchantId, mode }, folder: `${slug}/${mode}/` };
    }
  }

  return { check };
}

/** Returns what is known of a file: the watch so far, or a new one if the file has changed. */
function currentWatch(known: Watched | undefined, file: ObjectInfo, nowMs: number): Watched {
  if (known?.version === file.version) return known;
  return { version: file.version, sinceMs: nowMs, notedAtMs: null };
}

/**
 * Whether a file is to be recorded: it has not changed for long enough, by its own time of change
 * or as observed here, or was recorded long enough ago.
 */
function isDue({ sinceMs, notedAtMs }: Watched, file: ObjectInfo, nowMs: number): boolean {
  if (notedAtMs !== null) return nowMs - notedAtMs >= NOTE_INTERVAL_MS;
  return nowMs - Math.min(sinceMs, file.modifiedAtMs) >= STILL_MS;
}

function observedFile(
  { clock, randomBytes }: FileWatchDeps,
  store: ObjectStore,
  tenant: Tenant,
  name: string,
  { version, sizeBytes }: ObjectInfo,
): ObservedFile {
  const id = uuidV7(clock.nowMs(), randomBytes(10));
  return { id, tenant, place: store.name, name, version, sizeBytes };
}

/**
 * Moves back filed files that have grown since: their writers continued after a pause, wherever the
 * files are by now. They are read again with their new content.
 */
async function moveBackGrown({ db, clock, merchants, log }: FileWatchDeps, store: ObjectStore) {
  const sinceMs = clock.nowMs() - MAY_GROW_MS;
  for (const filed of await filedSince(db.pipeline, store.name, sinceMs, MAY_GROW_MAX)) {
    const folder = await merchants.folderOf(filed.tenant);
    if (folder === null) continue;
    const from = `${folder}${folderOf(filed)}/${filed.filedName}`;
    const found = await store.stat(from);
    if (found === null || found.sizeBytes <= filed.sizeBytes) continue;
    await moveBack(store, from, folder, filed);
    log.info({ place: store.name, file: from }, 'a file grew after it was read; it is read again');
  }
}

/** Moves a file back under its name, unless a new file has that name by now. */
async function moveBack(
  store: ObjectStore,
  from: string,
  folder: string,
  { id, name }: FiledDrop,
): Promise<void> {
  try {
    await store.move(from, folder + name, { ifFree: true });
  } catch (error) {
    if (!(error instanceof ObjectExists)) throw error;
    await store.move(from, folder + nameWithId(name, id), { ifFree: true });
  }
}
