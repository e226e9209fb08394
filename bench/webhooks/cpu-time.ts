import { readdirSync, readFileSync } from 'node:fs';

/** The tick of `/proc` in ms: a hundredth of a second on every Linux that Node.js runs on. */
const TICK_MS = 10;

/**
 * CPU time so far, in ms, of a process and its children, including ended ones. Unlike a rate it
 * hardly depends on other load. Null where there is no `/proc`.
 */
export function cpuTimeMs(pid: number): number | null {
  try {
    const parents = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const ticks = parents.map((name) => ticksOf(name, pid)).reduce((sum, each) => sum + each, 0);
    return ticks * TICK_MS;
  } catch {
    return null;
  }
}

/**
 * The ticks of a process, if it is `pid` itself or a child of it; children that have ended count
 * for `pid`.
 */
function ticksOf(name: string, pid: number): number {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${name}/stat`, 'latin1');
  } catch {
    return 0; // The process has just ended.
  }
  // After the name, which may contain anything: state, parent, …, utime, stime, cutime, cstime.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system, usersOfEnded, systemsOfEnded] = fields.slice(11, 15).map(Number);
  if (Number(name) === pid) {
    return (user ?? 0) + (system ?? 0) + (usersOfEnded ?? 0) + (systemsOfEnded ?? 0);
  }
  return Number(fields[1]) === pid ? (user ?? 0) + (system ?? 0) : 0;
}
