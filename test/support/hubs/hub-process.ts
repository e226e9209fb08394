import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { launchHub } from '../../../src/app/start-testing.ts';
import { giveMigratedServer } from '../../../src/platform/test-postgres.ts';

/** A hub in a process of its own, started like a user's, and ready. */
export interface RunningHub {
  readonly url: URL;
  readonly child: ChildProcess;
  /** Time from the start of the process to the ready line. */
  readonly readyMs: number;
  /** Requests a stop and resolves when it has stopped; rejects if that was not clean. */
  stop(): Promise<void>;
  /** Kills it, like a power cut. */
  kill(): Promise<void>;
}

/** A key for tests and benchmarks only. */
export const HUB_TEST_KEY = 'wb_test_hub_process_key_not_a_secret';

/**
 * An empty data folder, or a copy of the one in `WAYBILL_DRILL_DATA`, so that a drill runs on a large
 * or migrated database; `removeDataFolder` deletes it.
 */
export function newDataFolder(): string {
  const filled = process.env['WAYBILL_DRILL_DATA'];
  const folder = mkdtempSync(join(filled ? dirname(filled) : tmpdir(), 'waybill-hub-'));
  if (filled) execFileSync('cp', ['-a', '--reflink=auto', `${filled}/.`, folder]);
  return folder;
}

export function removeDataFolder(data: string): void {
  rmSync(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

/** Rejects with the hub's output if it ends before it is ready. */
export async function startHub(
  data: string,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningHub> {
  if (env['DATABASE_URL'] === undefined) await giveMigratedServer(data);
  const startedAt = performance.now();
  // WAYBILL_PROFILE=folder: the hub leaves a CPU profile there when it stops.
  const profiles = process.env['WAYBILL_PROFILE'];
  const { child, ready, ended } = launchHub(data, {
    node: profiles ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : [],
    env: { LOG_LEVEL: 'error', WAYBILL_BOOTSTRAP_KEY: HUB_TEST_KEY, ...env },
  });
  const { url } = await ready;
  const readyMs = performance.now() - startedAt;
  return {
    url: new URL(url),
    child,
    readyMs,
    async stop() {
      child.kill('SIGTERM');
      const { how, stderr } = await ended;
      if (how !== 0) throw new Error(`the hub stopped with ${how}:\n${stderr}`);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Whether the working process runs, which starts a moment after the ready line. */
export async function isAtWork({ url }: Pick<RunningHub, 'url'>): Promise<boolean> {
  const figures = await fetch(new URL('/metrics', url));
  return (await figures.text()).includes('process="work"');
}

/** The first process of the hub's own PostgreSQL; null while there is none. */
export function postmasterPid(data: string): number | null {
  try {
    const file = readFileSync(join(data, 'postgres/cluster/postmaster.pid'), 'utf8');
    return Number.parseInt(file, 10);
  } catch {
    return null;
  }
}

/** Calls the merchant API with the hub's first key; rejects on anything but success. */
export async function callApi<T>(url: URL, method: string, path: string, body?: unknown) {
  const response = await fetch(new URL(path, url), {
    method,
    headers: { authorization: `Bearer ${HUB_TEST_KEY}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok)
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
