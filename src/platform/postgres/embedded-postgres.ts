import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { unheldTimers } from '../work/timers.ts';
import { clusterOwner, openCluster, readCluster } from './cluster.ts';
import { assertNotCopiedWhileRunning, noteWhereItRuns } from './copied-cluster.ts';
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

export interface EmbeddedPostgresOptions {
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
