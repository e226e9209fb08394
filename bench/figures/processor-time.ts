import { readdirSync, readFileSync } from 'node:fs';
import { postmasterPid, type RunningHub } from '../../test/support/hubs/hub-process.ts';

/** The length of a tick on Linux, the same everywhere: getconf CLK_TCK. */
const MS_A_TICK = 10;

interface Process {
  readonly parent: number;
  readonly ms: number;
}

/**
 * Processor time so far, in ms: of a hub's processes without its PostgreSQL, and of PostgreSQL;
 * null where unknown.
 */
export interface ProcessorTime {
  readonly hub: number | null;
  readonly postgres: number | null;
}

/**
 * Reads the processor time of a hub's processes and of its PostgreSQL.
 * @param data the hub's data folder
 */
export function processorTime({ child }: RunningHub, data: string): ProcessorTime {
  const postgres = postmasterPid(data);
  return {
    hub: child.pid === undefined ? null : processorMs(child.pid, postgres),
    postgres: postgres === null ? null : processorMs(postgres),
  };
}

/** The processor time between two samples, for each thousand of `done`. */
export function msPerThousand(
  before: ProcessorTime,
  after: ProcessorTime,
  done: number,
): ProcessorTime {
  const each = (from: number | null, to: number | null) =>
    from === null || to === null ? null : Math.round((1_000 * (to - from)) / done);
  return { hub: each(before.hub, after.hub), postgres: each(before.postgres, after.postgres) };
}

/**
 * Processor time so far of a process and all its descendants, user and system, including those that
 * have ended; ms. `without` names a descendant that is left out, with its own descendants. Null
 * where there is no /proc.
 */
export function processorMs(root: number, without: number | null = null): number | null {
  const all = processes();
  if (all === null) return null;
  let ms = 0;
  for (const [pid, each] of all) if (isUnder(all, pid, root, without)) ms += each.ms;
  return ms;
}

function isUnder(
  all: ReadonlyMap<number, Process>,
  pid: number,
  root: number,
  without: number | null,
): boolean {
  for (let at = pid; at > 0; at = all.get(at)?.parent ?? 0) {
    if (at === without) return false;
    if (at === root) return true;
  }
  return false;
}

function processes(): Map<number, Process> | null {
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  const found = new Map<number, Process>();
  for (const name of names) {
    const stat = statOf(name);
    if (stat !== null) found.set(Number(name), stat);
  }
  return found;
}

/**
 * Reads fields 4 and 14 to 17 of /proc/PID/stat (proc(5)); null: the process has ended meanwhile.
 */
function statOf(pid: string): Process | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may contain blanks and brackets.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
    return { parent: Number(fields[1]), ms: ticks * MS_A_TICK };
  } catch {
    return null;
  }
}
