import { spawn } from 'node:child_process';
import type { PostgresBinaries } from './binaries.ts';
import type { RunAs } from './run-as.ts';

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
