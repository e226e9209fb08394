import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A bare server in a process of its own. It writes one line `{"url":…}` when it listens. */
export interface BaselineProcess {
  readonly url: URL;
  readonly pid: number;
  stop(): Promise<void>;
}

const FOLDER = new URL('../baselines/', import.meta.url);

/** Starts a bare server. @param file its name under `bench/baselines/`. */
export async function startBaseline(
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<BaselineProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL(file, FOLDER))], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], NODE_OPTIONS: process.env['NODE_OPTIONS'], ...env },
  });
  const ended = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line).url));
    ended.then(([code]) => reject(new Error(`${file} ended with ${code} before it listened`)));
  });
  return {
    url: new URL(url),
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
