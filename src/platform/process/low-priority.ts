import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** The lowest possible priority. */
export const LOWEST = 19;

/**
 * Lowers the priority of this process. On Linux each thread has a priority of its own, and the
 * engine's threads already exist.
 *
 * @param nice 1 (a little) to 19 (only idle time).
 */
export function giveWay(nice: number): void {
  const threads = process.platform === 'linux' ? readdirSync('/proc/self/task') : ['0'];
  for (const thread of threads) setPriority(Number(thread), nice);
}

/**
 * Gives a process that leads a session of its own a lower priority than its parent's session. Most
 * distributions' kernels share the processor among sessions first, and by priority only within each
 * (sched(7), "The autogroup feature"): to them, the priority of a process alone in its session
 * means nothing.
 *
 * @param nice how much lower than the session of the parent, which may have a value of its own.
 */
export function giveWayAsSession(nice: number): void {
  try {
    const parent = readFileSync(`/proc/${process.ppid}/autogroup`, 'utf8');
    const [, ofParent = '0'] = / nice (-?\d+)/.exec(parent) ?? [];
    writeFileSync('/proc/self/autogroup', String(Math.min(LOWEST, Number(ofParent) + nice)));
  } catch {
    // The kernel has no such groups, or /proc may not be written: then priorities apply directly.
  }
}
