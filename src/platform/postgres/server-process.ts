import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { giveToOwnerOf } from '../process/owner.ts';
import type { PostgresBinaries } from './binaries.ts';
import { type Cluster, SUPERUSER } from './cluster.ts';
import { type HandedOver, handOver } from './hand-over.ts';
import { clearLeftovers } from './processes.ts';
import { cleanEnv } from './program.ts';
import type { RunAs } from './run-as.ts';
import { openServerLog, tailOfServerLog } from './server-log.ts';

/** One running PostgreSQL server. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the server has ended for any reason, with a description. */
  readonly ended: Promise<string>;
  /** Shuts the server down fast, and harder if it does not respond; resolves when it has ended. */
  stop(): Promise<void>;
}

export interface ServerSetup {
  readonly cluster: Cluster;
  readonly binaries: PostgresBinaries;
  readonly runAs: RunAs;
  readonly socketFolder: string;
  readonly durable: boolean;
  /**
   * Settings of this start alone (`name=value`), which take precedence over those of every file.
   */
  readonly settings?: readonly string[];
  /**
   * The file that says who may connect (`pg_hba.conf`) at this start, in the folder of the cluster.
   */
  readonly hbaFile?: string;
  /** How long it may take until the server answers; default: two minutes. */
  readonly readyMsMax?: number;
}

/** Enough to recover a gigabyte of log on a slow disk; a start without recovery takes 0.1 s. */
const READY_MS_MAX = 120_000;
const CHECK_EVERY_MS = 20;
/** A fast shutdown writes a checkpoint first; after an immediate one the next start recovers. */
const FAST_STOP_MS = 30_000;
const IMMEDIATE_STOP_MS = 5_000;

/** Starts the server and waits until it answers. Throws with the end of the log if it does not. */
export async function startServer(setup: ServerSetup): Promise<ServerProcess> {
  const { cluster, socketFolder } = setup;
  await clearLeftovers(cluster.dataFolder, socketFolder);
  const handed = handOver([cluster.folder, socketFolder], setup.runAs);
  const { child, log } = launchLogged(setup, handed);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signalName) => resolve(String(signalName ?? code)));
  });
  const server: ServerProcess = { pid: child.pid ?? 0, ended, stop: () => stop(child, ended) };
  const abort = new AbortController();
  const outcome = await Promise.race([untilReady(setup, abort.signal), ended]);
  abort.abort();
  if (outcome === 'ready') return server;
  if (outcome === 'timeout') await server.stop();
  throw new Error(
    `PostgreSQL did not start (${outcome}). The end of ${log.file}:\n${tailOfServerLog(log.file)}`,
  );
}

/**
 * Writes the settings and launches the server with a log. Closes the passed descriptors, also on
 * failure.
 */
function launchLogged(setup: ServerSetup, handed: HandedOver) {
  const { cluster, socketFolder, durable } = setup;
  try {
    const settings = path.join(cluster.dataFolder, 'waybill.conf');
    const [, socketOfServer = socketFolder] = handed.paths;
    const text = serverSettings({ socketFolder: socketOfServer, durable });
    writeFileSync(settings, text, { mode: 0o600 });
    const log = openServerLog(cluster.folder);
    // Includes the operator's settings: a file that only root can read would be skipped silently.
    const own = [path.join(cluster.folder, 'local.conf')].filter((file) => existsSync(file));
    for (const file of [settings, log.file, ...own]) giveToOwnerOf(cluster.folder, file);
    const child = launch(setup, handed, log.fd);
    closeSync(log.fd);
    return { child, log };
  } finally {
    handed.close();
  }
}

/**
 * Launches the server in a session of its own (`detached`): a Ctrl-C in the terminal reaches us,
 * and not the server, which we stop last.
 */
function launch(
  { cluster, binaries, runAs, settings = [], hbaFile }: ServerSetup,
  { paths: [folder = cluster.folder], stdio }: HandedOver,
  logFd: number,
): ChildProcess {
  const [command, ...before] = [...runAs.prefix, binaries.postgres];
  const access = hbaFile === undefined ? [] : [`hba_file=${path.join(folder, hbaFile)}`];
  const given = [...access, ...settings].flatMap((setting) => ['-c', setting]);
  const dataFolder = path.join(folder, path.relative(cluster.folder, cluster.dataFolder));
  return spawn(command ?? binaries.postgres, [...before, '-D', dataFolder, ...given], {
    ...runAs.spawnAs,
    cwd: '/',
    env: cleanEnv(binaries),
    detached: true,
    stdio: ['ignore', logFd, logFd, ...stdio],
  });
}

async function untilReady(
  { cluster, socketFolder, readyMsMax = READY_MS_MAX }: ServerSetup,
  abort: AbortSignal,
): Promise<'ready' | 'timeout'> {
  const deadline = performance.now() + readyMsMax;
  while (performance.now() < deadline && !abort.aborted) {
    if (await answers(connectionOf(socketFolder, cluster.password, 'postgres'))) return 'ready';
    await sleep(CHECK_EVERY_MS);
  }
  return 'timeout';
}

async function answers(connection: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

export function connectionOf(
  socketFolder: string,
  password: string,
  database: string,
): pg.ClientConfig {
  return { host: socketFolder, port: 5432, user: SUPERUSER, password, database };
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  const steps = [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
    ['SIGKILL', IMMEDIATE_STOP_MS],
  ] as const;
  for (const [name, waitMs] of steps) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(name);
    if (await endsWithin(ended, waitMs)) return;
  }
}

/** Resolves with true if `what` ends in time; leaves no timer that keeps us running. */
async function endsWithin(what: Promise<unknown>, waitMs: number): Promise<boolean> {
  const abort = new AbortController();
  const late = sleep(waitMs, false, { signal: abort.signal }).catch(() => false);
  const done = await Promise.race([what.then(() => true), late]);
  abort.abort();
  return done;
}

/** What the embedded server's configuration depends on. */
interface ServerSettings {
  /** The folder of the unix socket as the server reaches it; it listens nowhere else. */
  readonly socketFolder: string;
  /**
   * False gives up durability for speed and is for disposable test databases only; `waybill start`
   * refuses to run on such a server.
   */
  readonly durable: boolean;
}

const MIB = 1024 * 1024;

/**
 * The pools of a hub's two processes use at most 76; the rest is for the queue of polls,
 * migrations, LISTEN, doctor and an operator's psql.
 */
const CONNECTIONS_MAX = 100;

/**
 * Returns the text of `waybill.conf`, written at each start so that a new version's settings apply
 * to an old cluster. An operator's own tuning goes into `local.conf`, which is read after it.
 */
function serverSettings({ socketFolder, durable }: ServerSettings): string {
  const memory = usableMemoryBytes();
  const on = durable ? 'on' : 'off';
  const lines: readonly (readonly [string, string])[] = [
    ['listen_addresses', "''"],
    ['unix_socket_directories', quote(socketFolder)],
    ['unix_socket_permissions', '0700'],
    ['max_connections', String(CONNECTIONS_MAX)],
    // Durability: a 2xx to a carrier means the bytes survive a crash.
    ['fsync', on],
    ['full_page_writes', on],
    ['synchronous_commit', on],
    ['wal_compression', 'on'],
    // Recovery after a crash must take seconds, so the log since the last checkpoint stays small.
    ['checkpoint_timeout', '5min'],
    ['max_wal_size', '1GB'],
    // Each page of it costs 20 bytes of memory even while it is unused, for its descriptor.
    ['shared_buffers', `${clamp(memory / 16, 64, 1_024)}MB`],
    ['effective_cache_size', `${clamp(memory / 2, 256, 65_536)}MB`],
    ['work_mem', '8MB'],
    ['maintenance_work_mem', `${clamp(memory / 32, 64, 512)}MB`],
    // The data folders of small installations are on SSDs; this build has no JIT.
    ['random_page_cost', '1.1'],
    ['jit', 'off'],
    ['timezone', "'UTC'"],
    ['log_timezone', "'UTC'"],
    ['lc_messages', "'C'"],
    ['idle_in_transaction_session_timeout', '60s'],
    ['tcp_keepalives_idle', '60'],
    // The server's log must contain nothing personal: no statement texts, no DETAIL with key
    // values.
    ['log_destination', "'stderr'"],
    ['logging_collector', 'off'],
    ['log_line_prefix', "'%m [%p] '"],
    ['log_min_messages', 'warning'],
    ['log_min_error_statement', 'panic'],
    ['log_error_verbosity', 'terse'],
    ['log_parameter_max_length_on_error', '0'],
    ['log_checkpoints', 'off'],
    ['log_statement', "'none'"],
  ];
  const body = lines.map(([name, value]) => `${name} = ${value}`).join('\n');
  return `# Written at each start. Your own settings: ../local.conf, read after this file.\n${body}\n`;
}

/** Returns the container's memory limit, or else the machine's memory. */
function usableMemoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < os.totalmem() ? limit : os.totalmem();
}

function clamp(bytes: number, minMib: number, maxMib: number): number {
  return Math.round(Math.min(Math.max(bytes / MIB, minMib), maxMib));
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
