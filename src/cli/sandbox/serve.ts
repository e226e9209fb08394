import { loadShopSandboxes, sandboxClock, startSandbox } from '../../adapters/sandbox-kit/index.ts';
import { installedSandboxes } from '../../app/installed-carriers.ts';
import { systemClock } from '../../platform/clock.ts';

export interface ServeArgs {
  readonly port: number;
  /**
   * How many times faster than real time; at 0, time stands still until the control API moves it.
   */
  readonly speed: number;
  readonly seed: string;
  /** Installed packages with adapters. */
  readonly packages?: readonly string[];
}

/**
 * Runs `waybill sandbox serve`: only the sandbox carriers and shops, for other clients and for experiments
 * with curl. Prints one line with the URL and serves until stopped.
 */
export async function sandboxServe(
  { port, speed, seed, packages = [] }: ServeArgs,
  write: (line: string) => void,
  writeError: (line: string) => void,
): Promise<number> {
  const installed = await installedSandboxes(packages, writeError);
  if (installed === null) return 1;
  const carriers = [...installed, ...(await loadShopSandboxes())];
  const sandbox = await startSandbox({
    carriers,
    clock: sandboxClock(systemClock, { speed }),
    seed,
    port,
    onError: (error) => writeError(error instanceof Error ? (error.stack ?? '') : String(error)),
  });
  const names = carriers.map(({ name }) => name);
  write(JSON.stringify({ event: 'ready', url: sandbox.origin, carriers: names }));
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await sandbox.stop();
  return 0;
}
