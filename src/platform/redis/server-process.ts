import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HandedOver, handOver } from '../postgres/hand-over.ts';
import { describeProcess, serversIn, signal } from '../postgres/processes.ts';
import type { RunAs } from '../postgres/run-as.ts';
import { openServerLog, tailOfServerLog } from '../postgres/server-log.ts';
import { giveToOwnerOf } from '../process/owner.ts';
import { answers, type RedisFolder, type RedisProgram, SOCKET } from './program.ts';

/** One running server of our own. */
export interface RedisProcess {
  readonly pid: number;
  /** Resolves when the server has ended for any reason, with a description. */
  readonly ended: Promise<string>;
  /** Makes it write its files and end, and kills it if it does not respond. */
  stop(): Promise<void>;
}

export interface RedisSetup {
  readonly program: RedisProgram;
  readonly folder: RedisFolder;
  readonly runAs: RunAs;
}

/** Some distributions link the server's name to another program of the same package. */
const PROGRAMS = /^(redis|valkey)-/;
const SETTINGS = 'redis.conf';
const READY_MS_MAX = 30_000;
const CHECK_EVERY_MS = 20;
const TERM_MS = 10_000;
const KILL_MS = 5_000;

/** Starts the server and waits until it answers. Throws with the end of the log if it does not. */
export async function startRedisProcess(setup: RedisSetup): Promise<RedisProcess> {
  const { folder } = setup;
  await clearLeftovers(folder);
  const handed = handOver([folder.path, path.dirname(folder.socket)], setup.runAs);
  const { child, log } = launchLogged(setup, handed);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signalName) => resolve(String(signalName ?? code)));
  });
  const server = { pid: child.pid ?? 0, ended, stop: () => stop(child, ended) };
  const abort = new AbortController();
  const outcome = await Promise.race([untilReady(folder.socket, abort.signal), ended]);
  abort.abort();
  if (outcome === 'ready') return server;
  if (outcome === 'timeout') await server.stop();
  throw new Error(
    `it did not start (${outcome}). The end of ${log.file}:\n${tailOfServerLog(log.file)}`,
  );
}

/**
 * Writes the settings and launches the server with a log. Closes the passed descriptors, also on
 * failure.
 */
function launchLogged(setup: RedisSetup, handed: HandedOver) {
  const { folder } = setup;
  try {
    const settings = path.join(folder.path, SETTINGS);
    writeFileSync(settings, redisSettings(handed), { mode: 0o600 });
    const log = openServerLog(folder.path);
    for (const file of [settings, log.file]) giveToOwnerOf(folder.path, file);
    const child = launch(setup, handed, log.fd);
    closeSync(log.fd);
    return { child, log };
  } finally {
    handed.close();
  }
}

/**
 * Returns the server's settings. It is reachable by the socket only. Its contents can be rebuilt
 * from PostgreSQL, so losing a second is acceptable; the append-only file preserves delays over a
 * restart. It never evicts keys by itself.
 */
function redisSettings({ paths: [folder = '', socketFolder = ''] }: HandedOver): string {
  return [
    'port 0',
    `unixsocket ${JSON.stringify(path.join(socketFolder, SOCKET))}`,
    'unixsocketperm 700',
    `dir ${JSON.stringify(folder)}`,
    'daemonize no',
    'logfile ""',
    'save ""',
    'appendonly yes',
    'appendfsync everysec',
    'maxmemory-policy noeviction',
    '',
  ].join('\n');
}

/**
 * Launches the server in a session of its own (`detached`): a Ctrl-C in the terminal reaches us,
 * not the server.
 */
function launch(
  { program, runAs }: RedisSetup,
  { paths: [folder = ''], stdio }: HandedOver,
  logFd: number,
): ChildProcess {
  const [command, ...before] = [...runAs.prefix, program.file];
  return spawn(command ?? program.file, [...before, path.join(folder, SETTINGS)], {
    ...runAs.spawnAs,
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    detached: true,
    stdio: ['ignore', logFd, logFd, ...stdio],
  });
}

/**
 * Ends a server that a killed hub has left running on these files: two servers appending to one
 * file would corrupt it. The caller holds the data folder, so no hub uses such a server.
 */
async function clearLeftovers({ path: folder, socket }: RedisFolder): Promise<void> {
  const at = realpathSync(folder);
  const steps = [
    ['SIGTERM', TERM_MS],
    ['SIGKILL', KILL_MS],
  ] as const;
  for (const [name, waitMs] of steps) {
    const deadline = performance.now() + waitMs;
    for (const pid of serversIn(at, PROGRAMS) ?? []) signal(pid, name);
    while ((serversIn(at, PROGRAMS) ?? []).length > 0 && performance.now() < deadline) {
      await sleep(CHECK_EVERY_MS);
    }
  }
  const left = serversIn(at, PROGRAMS) ?? [];
  if (left.length > 0) {
    throw new Error(`a server from an earlier start does not exit: ${left.map(describeProcess)}`);
  }
  rmSync(socket, { force: true });
}

async function untilReady(socket: string, abort: AbortSignal): Promise<'ready' | 'timeout'> {
  const deadline = performance.now() + READY_MS_MAX;
  while (performance.now() < deadline && !abort.aborted) {
    if (await answers({ path: socket })) return 'ready';
    await sleep(CHECK_EVERY_MS);
  }
  return 'timeout';
}

/** Stops the server, by force if it takes too long. */
async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  const steps = [
    ['SIGTERM', TERM_MS],
    ['SIGKILL', KILL_MS],
  ] as const;
  for (const [name, waitMs] of steps) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(name);
    const abort = new AbortController();
    const late = sleep(waitMs, false, { signal: abort.signal }).catch(() => false);
    const done = await Promise.race([ended.then(() => true), late]);
    abort.abort();
    if (done) return;
  }
}
