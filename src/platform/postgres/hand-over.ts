import { spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import type { PostgresBinaries } from './binaries.ts';
import type { RunAs } from './run-as.ts';

/**
 * Folders as a server under another account reaches them. They may be below a folder that is closed
 * to it (`/root`, a data folder). An open descriptor bypasses the parent folders without any
 * privilege: the server inherits it and uses `/proc/self/fd/N` as the folder's path.
 */
export interface HandedOver {
  /** The folders' paths for the server, in the given order. */
  readonly paths: readonly string[];
  /** The entries after stdin, stdout and stderr in the `stdio` of spawn. */
  readonly stdio: readonly number[];
  /** Call it once the server was spawned, when it has descriptors of its own. */
  close(): void;
}

/** The descriptors before those of the folders: stdin, stdout, stderr. */
const FIRST = 3;
const OPEN_FILES = '/proc/self/fd';

export function handOver(folders: readonly string[], runAs: RunAs): HandedOver {
  // A server under our own account has the same access as we do. Without /proc, parents must be
  // open.
  if (runAs.account === null || !existsSync(OPEN_FILES)) {
    return { paths: folders, stdio: [], close: () => {} };
  }
  const stdio: number[] = [];
  const close = (): void => {
    for (const fd of stdio.splice(0)) closeSync(fd);
  };
  try {
    for (const at of folders) stdio.push(openSync(at, constants.O_RDONLY | constants.O_DIRECTORY));
  } catch (error) {
    close();
    throw error;
  }
  return {
    paths: stdio.map((_, index) => `${OPEN_FILES}/${FIRST + index}`),
    stdio,
    close,
  };
}

/** How much of a failing program's output the error contains: the end is what matters. */
const OUTPUT_CHARS_MAX = 4_000;

/** Runs one of PostgreSQL's programs; throws with its output if it fails. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: {
    runAs: RunAs;
    env: Record<string, string>;
    timeoutMs: number;
    /** The descriptors of the folders handed over. */
    stdio?: readonly number[];
  },
): Promise<void> {
  const [command, ...before] = [...options.runAs.prefix, program];
  return new Promise((resolve, reject) => {
    if (command === undefined) throw new Error('there is nothing to run');
    const child = spawn(command, [...before, ...args], {
      ...options.runAs.spawnAs,
      cwd: '/',
      env: options.env,
      // Detached from the terminal's Ctrl-C: the parent decides when it ends.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', ...(options.stdio ?? [])],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    let output = '';
    const keep = (chunk: string): void => {
      output = (output + chunk).slice(-OUTPUT_CHARS_MAX);
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} exited with ${signal ?? code}: ${output.trim()}`));
    });
  });
}

/** A minimal environment: our own would leak PGDATA, PGOPTIONS or a locale into the server. */
export function cleanEnv(binaries: PostgresBinaries): Record<string, string> {
  return { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...binaries.libraryEnv };
}
