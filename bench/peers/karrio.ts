import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { freePort, startOwnRedis } from '../../test/support/own-servers.ts';
import { type Contender, folderMb, rawRequest, untilAnswers } from './contender.ts';

const VERSION = '2026.1.32';
/**
 * The parts of its image without `karrio_server_documents`, which fetches a style sheet from another
 * site while it is imported, and so does not start without the internet.
 */
const PARTS = [
  '',
  '_core',
  '_data',
  '_events',
  '_graph',
  '_manager',
  '_orders',
  '_pricing',
  '_proxy',
];
/** Kept for the next run, because installing takes minutes. */
const VENV = join(tmpdir(), `waybill-peers-karrio-${VERSION}`);

/** Installs Karrio from PyPI in a virtual environment; returns why not, or null. */
function install(): string | null {
  if (existsSync(join(VENV, 'installed'))) return null;
  const packages = PARTS.map((part) => `karrio_server${part}==${VERSION}`);
  try {
    execFileSync('python3', ['-m', 'venv', VENV], { stdio: 'pipe' });
    const pip = join(VENV, 'bin/pip');
    execFileSync(pip, ['install', '--quiet', ...packages, `karrio_fedex==${VERSION}`], {
      stdio: 'pipe',
    });
    execFileSync('touch', [join(VENV, 'installed')]);
    return null;
  } catch (error) {
    return `it could not be installed from PyPI: ${String(error).split('\n')[0]}`;
  }
}

/**
 * Karrio as its image runs it: gunicorn with a uvicorn worker, and a process for background jobs, on
 * PostgreSQL and Redis. It takes no pushes from carriers; `inject-events`, which its documentation has
 * for tests, takes their place.
 */
export const karrio: Contender = {
  name: `Karrio ${VERSION}`,
  async start({ databaseUrl, shop, numbers, folder }) {
    const redis = await startOwnRedis();
    const why = redis === null ? 'no Redis program on this machine' : install();
    if (redis === null || why !== null) return why ?? '';
    const database = new pg.Client(databaseUrl);
    const env = {
      PATH: `${join(VENV, 'bin')}:${process.env['PATH']}`,
      SECRET_KEY: 'bench-not-a-secret',
      DATABASE_HOST: database.host,
      DATABASE_PORT: `${database.port}`,
      DATABASE_NAME: database.database ?? '',
      DATABASE_USERNAME: database.user ?? '',
      DATABASE_PASSWORD: String(database.password ?? ''),
      REDIS_URL: `redis://${redis.host}`,
      WORK_DIR: folder,
      DJANGO_SETTINGS_MODULE: 'karrio.server.settings',
      ALLOWED_HOSTS: '*',
      LOG_LEVEL: 'ERROR',
    };
    const run = (program: string, args: readonly string[]): ChildProcess =>
      spawn(join(VENV, 'bin', program), args, { cwd: folder, env, stdio: 'ignore' });
    const startedAt = performance.now();
    execFileSync(join(VENV, 'bin/karrio'), ['migrate'], { cwd: folder, env, stdio: 'pipe' });
    const port = await freePort();
    const bind = ['--bind', `127.0.0.1:${port}`, '--timeout', '120'];
    const server = run('gunicorn', [
      ...bind,
      '--worker-class',
      'uvicorn.workers.UvicornWorker',
      'karrio.server.asgi',
    ]);
    const worker = run('karrio', ['run_huey', '--workers', '2']);
    const url = new URL(`http://127.0.0.1:${port}`);
    await untilAnswers(url);
    const readyMs = performance.now() - startedAt;
    const script = fileURLToPath(new URL('register-with-karrio.py', import.meta.url));
    const said = execFileSync(join(VENV, 'bin/python'), [script, shop.href, numbers.join(',')], {
      cwd: folder,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { key, trackers }: { key: string; trackers: readonly string[] } = JSON.parse(
      said.trim().split('\n').at(-1) ?? '',
    );
    const headers = { authorization: `Token ${key}`, 'content-type': 'application/json' };
    const idOf = (n: number) => trackers[n % trackers.length] ?? '';
    return {
      readyMs,
      installedMb: folderMb(VENV),
      pids: [server.pid ?? 0, worker.pid ?? 0],
      ownsDatabase: false,
      pushes: {
        url,
        push(n, status) {
          const minute = String(n % 60).padStart(2, '0');
          const event = {
            date: '2026-01-01',
            time: `10:${minute}`,
            code: `S${n}`,
            location: 'MEMPHIS',
          };
          const body = { events: [{ ...event, description: `Scan ${n}` }], status };
          const path = `/v1/trackers/${idOf(n)}/inject-events`;
          return rawRequest('POST', path, headers, JSON.stringify(body));
        },
      },
      carrierSays: null,
      async isDelivered(n) {
        const answer = await fetch(new URL(`/v1/trackers/${idOf(n)}`, url), { headers });
        return /"status": ?"delivered"/.test(await answer.text());
      },
      async stop() {
        for (const child of [server, worker]) {
          const ended = once(child, 'exit');
          child.kill('SIGTERM');
          const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
          await ended;
          clearTimeout(patience);
        }
        await redis.stop();
      },
    };
  },
};
