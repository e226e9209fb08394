import { cpus } from 'node:os';

/** Of work without a rest: shorter than what anybody waits for. */
const STRETCH_MS = 2;
/** Whoever was away for longer was halted, or slept with the machine: that was no work. */
const STRETCH_MS_MAX = 20;
/** How often it looks at what others need. */
const CHECK_MS = 500;
/** It gets on in any case. */
const SHARE_MIN = 0.1;
/** It keeps so much of the machine free. */
const FREE_MIN = 0.25;

/**
 * The share of its time in which somebody works, when others keep so much of the machine busy, from
 * 0 to 1. A priority alone is not enough: caches and memory know of none, and whoever has both
 * cores busy answers late.
 */
export function workShare(othersBusy: number): number {
  const free = 1 - Math.min(Math.max(othersBusy, 0), 1);
  return Math.min(Math.max(2 * (free - FREE_MIN), SHARE_MIN), 1);
}

/** Processor time of the whole machine since it was started, over all its cores. */
export interface MachineTime {
  readonly busyMs: number;
  readonly allMs: number;
}

export interface Surroundings {
  readonly nowMs: () => number;
  readonly machine: () => MachineTime;
  readonly cores: number;
  /** Holds everything up for so long. */
  readonly rest: (ms: number) => void;
}

/**
 * To be called often by work that takes long: it rests so much that whoever else needs the
 * machine has it. Where nobody does, it does not rest.
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
