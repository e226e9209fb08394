import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** True where a Varnish can be started. */
export function hasVarnish(): boolean {
  return spawnSync('varnishd', ['-V'], { stdio: 'ignore' }).error === undefined;
}

export interface Varnish {
  stop(): Promise<void>;
}

/** Starts it with the example's VCL in front of the hub; resolves when it answers. */
export async function startVarnish(vcl: string, port: number, hubPort: string): Promise<Varnish> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-varnish-'));
  // Started as root, it reads its files as a user of its own.
  chmodSync(folder, 0o755);
  const file = join(folder, 'hub.vcl');
  writeFileSync(file, readFileSync(vcl, 'utf8').replace('"8080"', `"${hubPort}"`));
  const child: ChildProcess = spawn(
    'varnishd',
    ['-F', '-n', join(folder, 'work'), '-a', `127.0.0.1:${port}`, '-f', file, '-s', 'malloc,16m'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = once(child, 'exit');
  const answers = async (): Promise<void> => {
    while (child.exitCode === null) {
      const reached = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null);
      if (reached !== null) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`varnishd ended: ${said}`);
  };
  await answers();
  return {
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
