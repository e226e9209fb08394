import type { Random } from '../../../src/kernel/seeded-random.ts';
import { postmasterPid, type RunningHub, startHub } from './hub-process.ts';

/** Whom a power cut, or whoever is short of memory, may take. */
export const VICTIMS = ['hub', 'postgres', 'both'] as const;
export type Victim = (typeof VICTIMS)[number];

/** Load before and, where the hub lives on, after the kill. */
const LOAD_MS = { min: 150, max: 750 };
/** The tests wait longer than anything may take, because machines that test are slow. */
const RECOVERED_MS_MAX = 180_000;

/** What is sent to the hub without pause while it is killed. */
export interface Load {
  /** How much of it was acknowledged so far. */
  acknowledged(): number;
  stop(): Promise<void>;
}

/**
 * Kills at a random moment under load, and stops the load once the hub is back. A hub that lives on must
 * find back to its PostgreSQL by itself, under the same load.
 *
 * @returns the hub that now runs, which may be another process at another address.
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
