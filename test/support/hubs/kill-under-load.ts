import type { Random } from '../../../src/kernel/seeded-random.ts';
import { postmasterPid, type RunningHub, startHub } from './hub-process.ts';

/** The victims of a power cut or the out-of-memory killer. */
export const VICTIMS = ['hub', 'postgres', 'both'] as const;
export type Victim = (typeof VICTIMS)[number];

/** Duration of the load before and, if the hub survives, after the kill. */
const LOAD_MS = { min: 150, max: 750 };
/** Generous, because test machines are slow. */
const RECOVERED_MS_MAX = 180_000;

/** Continuous load on the hub while it is killed. */
export interface Load {
  /** How much of it was acknowledged so far. */
  acknowledged(): number;
  stop(): Promise<void>;
}

/**
 * Kills at a random moment under load, and stops the load once the hub is back. A surviving hub
 * must reconnect to its PostgreSQL automatically, under the same load.
 *
 * @returns the running hub, which may be another process at another address.
 */
export async function killUnderLoad(
  given: {
    readonly data: string;
    readonly hub: RunningHub;
    readonly env: Readonly<Record<string, string>>;
    readonly victim: Victim;
    readonly random: Random;
    /** Acknowledged before the kill. */
    readonly atLeast?: number;
  },
  load: Load,
): Promise<RunningHub> {
  const { data, hub, env, victim, random, atLeast = 0 } = given;
  await until(() => load.acknowledged() >= atLeast);
  await pause(LOAD_MS.min + random.below(LOAD_MS.max - LOAD_MS.min));
  const postmaster = postmasterPid(data);
  if (victim !== 'hub' && postmaster !== null) process.kill(postmaster, 'SIGKILL');
  if (victim !== 'postgres') {
    await hub.kill();
    await load.stop();
    return startHub(data, env);
  }
  await until(() => ![null, postmaster].includes(postmasterPid(data)));
  const before = load.acknowledged();
  await until(() => load.acknowledged() > before);
  await load.stop();
  return hub;
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + RECOVERED_MS_MAX;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('nothing was acknowledged, or not enough');
    await pause(20);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
