import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

/** A real server of another project, on loopback, for tests that must not rely on a fake. */
export interface Engine {
  readonly urls: Readonly<Record<string, string>>;
  /** Ends a member with SIGKILL. */
  kill(member: string): void;
  /** Starts the members that are not running, on their old ports; resolves when they serve. */
  up(): void;
  /** Runs another verb of the script; returns its output. */
  run(verb: string, ...more: readonly string[]): string;
  stop(): void;
}

const SCRIPTS = path.resolve(process.env['WAYBILL_SHARED'] ?? '../shared', 'tools/engines');
const CACHE = process.env['ENGINES_CACHE'] ?? path.join(os.homedir(), '.cache/engines');

/**
 * Why an engine cannot run here; null when it can. Building one takes minutes, so only cached ones
 * run; `.ci/run` fetches them before the tests that need them.
 */
export function whyNoEngine(script: string, build: string): string | null {
  if (!existsSync(path.join(SCRIPTS, script))) return `no ${script} beside the repository`;
  const isBuilt =
    existsSync(CACHE) && readdirSync(CACHE).some((name) => name.startsWith(`${build}-`));
  return isBuilt ? null : `${build} is not built yet (${path.join(SCRIPTS, script)} fetch DIR)`;
}

/** The same for an engine made of programs that are installed; null when it can run. */
export function whyNoPrograms(script: string, programs: readonly string[]): string | null {
  if (!existsSync(path.join(SCRIPTS, script))) return `no ${script} beside the repository`;
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const missing = programs.filter(
    (program) => !folders.some((folder) => existsSync(path.join(folder, program))),
  );
  return missing.length === 0 ? null : `no ${missing.join(', ')} on the PATH`;
}

/** One of several members, which starts so slowly that other work must continue meanwhile. */
export interface LargeEngine extends Omit<Engine, 'up'> {
  /** Starts the members that are not running, on their old ports; resolves when they serve. */
  up(): Promise<void>;
}

const LARGE_MS_MAX = 400_000;

/** Like `startEngine`, but asynchronous. */
export async function startLargeEngine(
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<LargeEngine> {
  const { folder, run } = prepared(script, env);
  const up = async (): Promise<string> => {
    const { stdout } = await promisify(execFile)(path.join(SCRIPTS, script), ['up', folder], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
      timeout: LARGE_MS_MAX,
    });
    return stdout;
  };
  const { urls } = JSON.parse(await up()) as Pick<Engine, 'urls'>;
  return { ...handle(folder, run, urls), up: async () => void (await up()) };
}

/** Starts one; throws with its output if it does not come up. */
export function startEngine(script: string, env: Readonly<Record<string, string>>): Engine {
  const { folder, run } = prepared(script, env);
  const { urls } = JSON.parse(run('up')) as Pick<Engine, 'urls'>;
  return { ...handle(folder, run, urls), up: () => void run('up') };
}

function prepared(script: string, env: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(path.join(os.tmpdir(), `waybill-${script}-`));
  // For Kafka, which would draw one at random and mistake one that begins with `-` for an option.
  writeFileSync(path.join(folder, 'cluster-id'), 'MkU3OEVBNTcwNTJENDM2Qg');
  const run = (verb: string, ...more: readonly string[]) =>
    execFileSync(path.join(SCRIPTS, script), [verb, folder, ...more], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
      timeout: 120_000,
    });
  return { folder, run };
}

function handle(folder: string, run: Engine['run'], urls: Engine['urls']): Omit<Engine, 'up'> {
  return {
    urls,
    kill: (member) => void run('kill', member),
    run,
    stop() {
      run('down');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
