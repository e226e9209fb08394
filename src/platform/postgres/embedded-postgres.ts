import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { giveToOwnerOf } from '../process/owner.ts';
import { unheldTimers } from '../work/timers.ts';
import { type Cluster, clusterOwner, openCluster, readCluster } from './cluster.ts';
import { findReachableBinaries } from './reachable-binaries.ts';
import { decideRunAs } from './run-as.ts';
import { capServerLog } from './server-log.ts';
import {
  connectionOf,
  type ServerProcess,
  type ServerSetup,
  startServer,
} from './server-process.ts';
import { currentSocketFolder, prepareSocketFolder } from './socket-folder.ts';

/** A PostgreSQL server of our own, running as long as we do. */
export interface EmbeddedPostgres {
  /** `postgresql://…` of the product's database, over the private socket. */
  readonly url: string;
  /** The server's process id, which changes when it is restarted. */
  pid(): number;
  /** Stops the server permanently; call it last. */
  stop(): Promise<void>;
}

interface EmbeddedPostgresOptions {
  /** The data folder; it exists and its lock is held by the caller. */
  readonly data: string;
  /** False only for disposable test databases: no fsync. */
  readonly durable?: boolean;
  /** Called when the server ended unexpectedly and when it runs again. */
  readonly onEvent?: (event: ServerEvent) => void;
}

export type ServerEvent =
  | { readonly kind: 'ended'; readonly why: string }
  | { readonly kind: 'restart_failed'; readonly why: string; readonly nextTryS: number }
  | { readonly kind: 'restarted'; readonly pid: number };

const DATABASE = 'waybill';
const LOG_CHECK_MS = 10 * 60_000;
/** Waits before restarts; the last one repeats. */
const RESTART_WAITS_S = [0, 1, 2, 5, 10, 30] as const;

/**
 * Starts PostgreSQL from its npm package on the files below `data`, creating them if there are
 * none, and restarts it when it ends unexpectedly. Must be called in the main thread (see run-as).
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const setup = await prepare(options);
  let server = await startServer(setup);
  let stopping = false;
  const abort = new AbortController();

  const watch = async (): Promise<void> => {
    for (;;) {
      const why = await server.ended;
      if (stopping) return;
      options.onEvent?.({ kind: 'ended', why });
      const next = await restart(setup, options, abort.signal);
      if (next === null) return;
      server = next;
      options.onEvent?.({ kind: 'restarted', pid: server.pid });
    }
  };
  await makeDatabase(setup);
  const watching = watch();
  const leaveLog = unheldTimers.every(LOG_CHECK_MS, () => capServerLog(logFileOf(setup)));

  return {
    url: urlOf(setup, DATABASE),
    pid: () => server.pid,
    async stop() {
      stopping = true;
      abort.abort();
      leaveLog();
      await server.stop();
      await watching;
    },
  };
}

/** Returns the URL of the server of a hub that runs on `data`; null if it has no socket yet. */
export function urlOfRunningServer(data: string): string | null {
  const folder = path.resolve(data);
  const cluster = readCluster(folder);
  const socketFolder = cluster === null ? null : currentSocketFolder(cluster);
  if (cluster === null || socketFolder === null) return null;
  return urlOf({ cluster, socketFolder }, DATABASE);
}

async function prepare({ data, durable = true }: EmbeddedPostgresOptions): Promise<ServerSetup> {
  const folder = path.resolve(data);
  const runAs = decideRunAs(clusterOwner(folder));
  const binaries = findReachableBinaries(path.join(folder, 'postgres-libraries'), runAs);
  const cluster = await openCluster(folder, binaries, runAs, durable);
  // Checked before anything is removed that the original may use, such as its socket.
  assertNotCopiedWhileRunning(cluster);
  noteWhereItRuns(cluster);
  return { cluster, binaries, runAs, socketFolder: prepareSocketFolder(cluster, runAs), durable };
}

/** Restarts the server, with increasing waits after failures; null if it was aborted. */
async function restart(
  setup: ServerSetup,
  { onEvent }: EmbeddedPostgresOptions,
  signal: AbortSignal,
): Promise<ServerProcess | null> {
  for (let tries = 0; !signal.aborted; tries += 1) {
    const waitS = RESTART_WAITS_S[Math.min(tries, RESTART_WAITS_S.length - 1)] ?? 30;
    await sleep(waitS * 1_000, undefined, { signal }).catch(() => {});
    if (signal.aborted) return null;
    try {
      const server = await startServer(setup);
      if (!signal.aborted) return server;
      await server.stop();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const nextTryS = RESTART_WAITS_S[Math.min(tries + 1, RESTART_WAITS_S.length - 1)] ?? 30;
      onEvent?.({ kind: 'restart_failed', why, nextTryS });
    }
  }
  return null;
}

/** Creates the database. `create database` has no `if not exists`; an existing database is fine. */
async function makeDatabase({ cluster, socketFolder }: ServerSetup): Promise<void> {
  const client = new pg.Client(connectionOf(socketFolder, cluster.password, 'postgres'));
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

function urlOf(
  { cluster, socketFolder }: Pick<ServerSetup, 'cluster' | 'socketFolder'>,
  database: string,
): string {
  const { user, password } = connectionOf(socketFolder, cluster.password, database);
  const host = encodeURIComponent(socketFolder);
  return `postgresql://${user}:${password}@/${database}?host=${host}&port=5432`;
}

function logFileOf({ cluster }: ServerSetup): string {
  return path.join(cluster.folder, 'server.log');
}

/** A file next to the cluster that identifies the files on which the server was last started. */
const NOTE = 'runs-in';
/** A copy on another file system may get one of these inode numbers by chance, but not both. */
const NUMBERED = ['.', 'PG_VERSION'] as const;

/**
 * Throws when these files were copied while a server ran on the originals. They then come from
 * different points in time, and PostgreSQL would start on them without noticing what is lost. A
 * killed server leaves the same files behind, but in their original place: their inode numbers
 * distinguish the two cases.
 */
export function assertNotCopiedWhileRunning({ folder, dataFolder }: Cluster): void {
  const note = path.join(folder, NOTE);
  const wasRunning = existsSync(path.join(dataFolder, 'postmaster.pid'));
  const noted = readNote(note);
  if (!wasRunning || noted === null || noted === numbersOf(dataFolder)) return;
  throw new Error(
    `${dataFolder} was copied while its hub was running. Its files come from different points in time, and starting on them would lose or damage data, so nothing was started. ` +
      'Use `waybill backup` and `waybill restore` to copy a running hub, or stop it before you copy its data folder. ' +
      `If no hub ran during the copy, because its machine had crashed before, or if this is not a copy and lies on a file system that numbers its files anew at each mount, remove ${note} and start again.`,
  );
}

/** Records the files' identity; call it before a server is started on them. */
export function noteWhereItRuns({ folder, dataFolder }: Cluster): void {
  const note = path.join(folder, NOTE);
  const numbers = numbersOf(dataFolder);
  if (readNote(note) === numbers) return;
  const draft = `${note}.new`;
  writeFileSync(draft, `${numbers}\n`, { mode: 0o600, flush: true });
  giveToOwnerOf(folder, draft);
  renameSync(draft, note);
}

/** Reads the record; null if there is none, or a crash left it empty. */
function readNote(note: string): string | null {
  return (existsSync(note) && readFileSync(note, 'utf8').trim()) || null;
}

function numbersOf(dataFolder: string): string {
  return NUMBERED.map((name) => statSync(path.join(dataFolder, name), { bigint: true }).ino).join(
    ' ',
  );
}
