import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { makeServerFolder } from '../../src/platform/postgres/cluster.ts';
import { handOver } from '../../src/platform/postgres/hand-over.ts';
import { decideRunAs } from '../../src/platform/postgres/run-as.ts';
import { giveToOwnerOf } from '../../src/platform/process/owner.ts';
import { freePort } from './own-servers.ts';

/** A PgBouncer in front of one database, on loopback. */
export interface PgBouncer {
  /** The database through it, as the login of the settings. */
  readonly url: string;
  readonly version: string;
  /** Ends it without a word, with all its connections, and starts it again at the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface PgBouncerSettings {
  /** Of a server with a Unix socket, or of one at a port. */
  readonly databaseUrl: string;
  /** Who logs in, to it and to the server. Default: those of the URL. */
  readonly login?: { readonly user: string; readonly password: string };
  readonly mode?: 'session' | 'transaction' | 'statement';
  /** Connections to the server. */
  readonly poolSize?: number;
  /** More lines of the section `pgbouncer`. */
  readonly more?: readonly string[];
}

/** Why there can be none here; null when there can. */
export function whyNoPgBouncer(): string | null {
  const { error } = spawnSync(PROGRAM, ['--version'], { stdio: 'ignore' });
  return error === undefined ? null : 'no pgbouncer on the PATH';
}

const PROGRAM = 'pgbouncer';
const READY_MS_MAX = 60_000;

export async function startPgBouncer(settings: PgBouncerSettings): Promise<PgBouncer> {
  const url = new URL(settings.databaseUrl.replace('@/', '@localhost/'));
  const login = settings.login ?? {
    user: url.username,
    password: decodeURIComponent(url.password),
  };
  const host = url.searchParams.get('host') ?? url.hostname;
  const serverPort = url.searchParams.get('port') ?? url.port;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-bouncer-'));
  // It refuses to be root, too, and reaches the server's socket as that server's account.
  const runAs = decideRunAs(null);
  makeServerFolder(folder, runAs);
  const handed = handOver([folder, ...(host.startsWith('/') ? [host] : [])], runAs);
  const [ownFolder = folder, serverHost = host] = handed.paths;
  writeFileSync(path.join(folder, 'users'), `"${login.user}" "${login.password}"\n`);
  const port = await freePort();
  const name = url.pathname.slice(1);
  const lines = [
    '[databases]',
    `${name} = host=${serverHost} port=${serverPort} dbname=${name}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = scram-sha-256',
    `auth_file = ${path.join(ownFolder, 'users')}`,
    `pool_mode = ${settings.mode ?? 'transaction'}`,
    `default_pool_size = ${settings.poolSize ?? 2}`,
    'max_client_conn = 500',
    'server_login_retry = 1',
    ...(settings.more ?? []),
  ];
  const file = path.join(folder, 'pgbouncer.ini');
  writeFileSync(file, `${lines.join('\n')}\n`);
  for (const made of [path.join(folder, 'users'), file]) giveToOwnerOf(folder, made);
  const [program = PROGRAM, ...args] = [
    ...runAs.prefix,
    PROGRAM,
    path.join(ownFolder, 'pgbouncer.ini'),
  ];
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(program, args, {
      ...runAs.spawnAs,
      stdio: ['ignore', 'ignore', 'pipe', ...handed.stdio],
    });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const deadline = performance.now() + READY_MS_MAX;
    while (!(await listens(port))) {
      if (child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`pgbouncer does not start: ${said}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return child;
  };
  let child = await start();
  const end = async (): Promise<void> => {
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await ended;
  };
  return {
    url: `postgres://${login.user}:${encodeURIComponent(login.password)}@127.0.0.1:${port}/${name}`,
    version: spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0] ?? '',
    async restart() {
      await end();
      child = await start();
    },
    async stop() {
      await end();
      handed.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
