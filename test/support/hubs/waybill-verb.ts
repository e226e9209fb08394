import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { launchHub } from '../../../src/app/start-testing.ts';
import { PROJECT_ROOT } from '../../../src/platform/settings/yaml-settings.ts';

/** A command beside a hub, or without one. */
export interface RunningVerb {
  readonly child: ChildProcess;
  readonly ended: Promise<{
    readonly how: number | string | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
}

export function startVerb(
  data: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningVerb {
  const command = [process.execPath, join(PROJECT_ROOT, 'bin/waybill.js'), ...args];
  const { child, ended } = launchHub(data, { command, env });
  return { child, ended };
}

/** Runs it to its end. */
export function runVerb(
  data: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningVerb['ended'] {
  return startVerb(data, args, env).ended;
}
