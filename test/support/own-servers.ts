import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { vi } from 'vitest';
import { cleanEnv, runProgram } from '../../src/platform/postgres/program.ts';
import { findReachableBinaries } from '../../src/platform/postgres/reachable-binaries.ts';
import { decideRunAs } from '../../src/platform/postgres/run-as.ts';
import { findRedisProgram } from '../../src/platform/redis/program.ts';
import { postgresPrograms } from './postgres-pair.ts';

/** A PostgreSQL or Redis that an operator runs: over TCP, and started by nobody of ours. */
export interface OwnServer {
  /** `127.0.0.1:5432`, on a port of its own. */
  readonly host: string;
  stop(): Promise<void>;
}

/** As the documents show it, of `postgres` as of every other role. */
export const SHOWN_PASSWORD = 'secret';
const INITDB_MS_MAX = 120_000;
const READY = { timeout: 60_000, interval: 50 };
const EMBEDDED_MAJOR = 18;

/** Which pg_dump is on the PATH, by its major version; null: none. It dumps no newer server. */
export function pgDumpMajor(): number | null {
  try {
    const said = execFileSync('pg_dump', ['--version'], { encoding: 'utf8' });
    return Number(/\) (\d+)/.exec(said)?.[1]);
  } catch {
    return null;
  }
}

/** The newest server that the pg_dump on the PATH can dump; without one, the one that npm brings. */
function chooseMajor(): number {
  const client = pgDumpMajor() ?? Number.POSITIVE_INFINITY;
  const majors = [...postgresPrograms().keys()].filter((major) => major <= client);
  return majors.length === 0 ? EMBEDDED_MAJOR : Math.max(...majors);
}

/** Whether the guide's backup of your own PostgreSQL can be tried here; null when it can. */
export function whyNoDump(): string | null {
  const client = pgDumpMajor();
  if (client === null) return 'no pg_dump on the PATH (Debian: postgresql)';
  const major = chooseMajor();
  return major <= client
    ? null
    : `pg_dump ${client} cannot dump PostgreSQL ${major}, the oldest server here (Debian: postgresql)`;
}

/** A server on which only the superuser `postgres` is, as after its installation. */
export async function startOwnPostgres(): Promise<OwnServer> {
  const major = chooseMajor();
  const folder = mkdtempSync(path.join(tmpdir(), 'waybill-own-postgres-'));
  const runAs = decideRunAs(null);
  const { account } = runAs;
  const embedded = findReachableBinaries(path.join(folder, 'libraries'), runAs);
  const packaged = path.dirname(embedded.postgres);
  const from = major === EMBEDDED_MAJOR ? packaged : (postgresPrograms().get(major) ?? packaged);
  const env = major === EMBEDDED_MAJOR ? cleanEnv(embedded) : { PATH: '/usr/bin', LC_ALL: 'C' };
  const passwords = path.join(folder, 'password');
  writeFileSync(passwords, SHOWN_PASSWORD, { mode: 0o600 });
  if (account !== null) {
    for (const file of [folder, passwords]) chownSync(file, account.uid, account.gid);
  }
  const data = path.join(folder, 'data');
  await runProgram(
    path.join(from, 'initdb'),
    [
      ...[`--pgdata=${data}`, '--username=postgres', `--pwfile=${passwords}`],
      ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'],
    ],
    { runAs, env, timeoutMs: INITDB_MS_MAX },
  );
  const port = await freePort();
  const [command = '', ...args] = [...runAs.prefix, path.join(from, 'postgres')];
  const server = spawn(
    command,
    [
      ...[...args, '-D', data, '-p', `${port}`],
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    ],
    { ...runAs.spawnAs, cwd: '/', env, stdio: 'ignore' },
  );
  const host = `127.0.0.1:${port}`;
  await vi.waitFor(() => asSuperuser(host, 'postgres', async () => {}), READY);
  return {
    host,
    async stop() {
      await end(server, 'SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What the operators' guide has an administrator do first: a login that may create roles, and its database. */
export function prepareForHub(host: string): Promise<void> {
  return asSuperuser(host, 'postgres', async (client) => {
    await client.query(`create role waybill login createrole password '${SHOWN_PASSWORD}'`);
    await client.query('create database waybill owner waybill');
  });
}

export async function asSuperuser<T>(
  host: string,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(`postgres://postgres:${SHOWN_PASSWORD}@${host}/${database}`);
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Null where there is no program for it. */
export async function startOwnRedis(): Promise<OwnServer | null> {
  const program = await findRedisProgram(process.env['PATH'] ?? '');
  if (program === null) return null;
  const port = await freePort();
  const settings = ['--bind', '127.0.0.1', '--port', `${port}`, '--save', '', '--appendonly', 'no'];
  const server = spawn(program.file, settings, {
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve, reject) => {
    server.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (/ready to accept connections/i.test(text)) resolve();
    });
    server.once('exit', (code) => reject(new Error(`${program.file} exited with ${code}`)));
  });
  return { host: `127.0.0.1:${port}`, stop: () => end(server, 'SIGTERM') };
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const closed = once(server, 'exit');
  server.kill(signal);
  await closed;
}

/** A port that nothing listens on, for programs that do not say which port they were given. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
