import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../../src/platform/settings/yaml-settings.ts';

/** Of one command: a download of some megabytes. */
const INSTALL_MS_MAX = 240_000;

/** A Python environment with packages from PyPI. */
export interface Python {
  /** Why this machine cannot have it; null: it has. */
  readonly missing: string | null;
  /** Runs a script of test/compat/python without blocking this process, whose server it needs. */
  run(script: string, args: readonly string[], input?: string): Promise<unknown>;
  remove(): void;
}

/** Creates a Python environment in a temporary folder. */
export function installPython(...packages: readonly string[]): Python {
  const home = mkdtempSync(join(tmpdir(), 'waybill-pypi-'));
  const python = join(home, 'venv/bin/python');
  const missing =
    attempt('python3', '-m', 'venv', join(home, 'venv')) ??
    attempt(python, '-m', 'pip', 'install', '--quiet', '--no-compile', ...packages);
  if (missing !== null) process.stderr.write(`SKIPPED: ${packages.join(', ')}: ${missing}\n`);
  return {
    missing,
    async run(script, args, input = '') {
      const file = join(PROJECT_ROOT, 'test/compat/python', script);
      const child = spawn(python, [file, ...args]);
      const [printed, complained]: [Buffer[], Buffer[]] = [[], []];
      child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => complained.push(chunk));
      child.stdin.end(input);
      const code = await new Promise((resolve) => child.on('close', resolve));
      if (code !== 0) throw new Error(`${script}: ${Buffer.concat(complained)}`);
      return JSON.parse(Buffer.concat(printed).toString());
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Returns the last line of the output if the command fails. */
function attempt(command: string, ...args: readonly string[]): string | null {
  const options = { encoding: 'utf8', timeout: INSTALL_MS_MAX } as const;
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (status === 0) return null;
  return error?.message ?? `${stdout}${stderr}`.trim().split('\n').at(-1) ?? command;
}
