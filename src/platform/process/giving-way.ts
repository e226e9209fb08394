import { cpus } from 'node:os';

/** The longest stretch of work without a rest: shorter than anybody notices. */
const STRETCH_MS = 2;
/**
 * A longer gap means that the process was suspended or the machine slept; it does not count as
 * work.
 */
const STRETCH_MS_MAX = 20;
/** How often it measures the load of others. */
const CHECK_MS = 500;
/** The least share of time to work, whatever the load. */
const SHARE_MIN = 0.1;
/** The share of the machine to be left free. */
const FREE_MIN = 0.25;

/**
 * Returns the share of time to work if other processes use this share of the machine, from 0 to 1.
 * A priority alone is not enough: caches and memory have none, and with both cores busy, answers
 * are late.
 */
export function workShare(othersBusy: number): number {
  const free = 1 - Math.min(Math.max(othersBusy, 0), 1);
  return Math.min(Math.max(2 * (free - FREE_MIN), SHARE_MIN), 1);
}

/** The processor time of the whole machine since it was started, over all its cores. */
interface MachineTime {
  readonly busyMs: number;
  readonly allMs: number;
}

interface Surroundings {
  readonly nowMs: () => number;
  readonly machine: () => MachineTime;
  readonly cores: number;
  /** Blocks the thread for this long. */
  readonly rest: (ms: number) => void;
}

/**
 * Call it often in long-running work: it rests enough to leave the machine to other processes, and
 * does not rest on an idle machine.
 */
export function givingWay(around: Surroundings = thisMachine()): () => void {
  const { nowMs, machine, cores, rest } = around;
  let share = SHARE_MIN;
  let sinceMs = nowMs();
  let workedMs = 0;
  let last = { atMs: sinceMs, ...machine() };
  return () => {
    const now = nowMs();
    const stretchMs = Math.min(now - sinceMs, STRETCH_MS_MAX);
    if (stretchMs < STRETCH_MS) return;
    workedMs += stretchMs;
    if (now - last.atMs >= CHECK_MS) {
      const next = { atMs: now, ...machine() };
      const allMs = Math.max(next.allMs - last.allMs, 1);
      const ownMs = (workedMs / (now - last.atMs)) * (allMs / cores);
      share = workShare((next.busyMs - last.busyMs - ownMs) / allMs);
      last = next;
      workedMs = 0;
    }
    if (share < 1) rest(stretchMs * (1 / share - 1));
    sinceMs = nowMs();
  };
}

function thisMachine(): Surroundings {
  const still = new Int32Array(new SharedArrayBuffer(4));
  return {
    nowMs: () => performance.now(),
    machine: machineTime,
    cores: cpus().length,
    rest: (ms) => {
      Atomics.wait(still, 0, 0, ms);
    },
  };
}

function machineTime(): MachineTime {
  let idleMs = 0;
  let allMs = 0;
  for (const { times } of cpus()) {
    const { user, nice, sys, idle, irq } = times;
    idleMs += idle;
    allMs += user + nice + sys + idle + irq;
  }
  return { busyMs: allMs - idleMs, allMs };
}
