import { readFileSync } from 'node:fs';

/** The time that the scheduler gave to a process's main thread, ms. */
export interface SchedulerTimes {
  readonly ranMs: number;
  /** The time in which it could run but waited for the processor. */
  readonly waitedMs: number;
  readonly turns: number;
}

const NS_PER_MS = 1e6;

/**
 * Reads the three numbers of /proc/PID/schedstat (Documentation/scheduler/sched-stats.rst of
 * Linux); null where there is none.
 */
export function schedulerTimes(pid: number): SchedulerTimes | null {
  try {
    const [ran = 0, waited = 0, turns = 0] = readFileSync(`/proc/${pid}/schedstat`, 'utf8')
      .split(' ')
      .map(Number);
    return { ranMs: ran / NS_PER_MS, waitedMs: waited / NS_PER_MS, turns };
  } catch {
    return null;
  }
}

/** The difference of two samples; null if either is unknown. */
export function spentSince(
  before: SchedulerTimes | null,
  after: SchedulerTimes | null,
): SchedulerTimes | null {
  if (before === null || after === null) return null;
  return {
    ranMs: Math.round(after.ranMs - before.ranMs),
    waitedMs: Math.round(after.waitedMs - before.waitedMs),
    turns: after.turns - before.turns,
  };
}
