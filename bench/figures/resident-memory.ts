import { readdirSync, readFileSync } from 'node:fs';

/**
 * The resident memory of a process and its descendants, in MiB. `without` names a descendant that
 * is left out, with its own descendants. Null where there is no /proc.
 */
export function residentMb(root: number, without: number | null = null): number | null {
  return sumOf(root, without, 'VmRSS');
}

/**
 * The same without files and shared memory, such as PostgreSQL's buffers, which each process counts
 * as its own.
 */
export function privateMb(root: number): number | null {
  return sumOf(root, null, 'RssAnon');
}

/**
 * The proportional set size of processes and their descendants, in MiB: what several processes share
 * counts once. Only for processes of the same user, or root.
 */
export function pssMb(roots: readonly number[]): number {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => [Number(pid), statusOf(pid, 'VmRSS')?.parent ?? 0]),
  );
  let kb = 0;
  for (const pid of parents.keys()) {
    let at = pid;
    while (at > 0 && !roots.includes(at)) at = parents.get(at) ?? 0;
    if (at > 0) kb += pssKb(pid);
  }
  return Math.round(kb / 1_024);
}

/** 0: the process has ended meanwhile. */
function pssKb(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1]);
  } catch {
    return 0;
  }
}

function sumOf(root: number, without: number | null, field: Field): number | null {
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  const found = new Map(names.map((name) => [Number(name), statusOf(name, field)]));
  let kb = 0;
  for (const [pid, status] of found) {
    let at = pid;
    while (at > 0 && at !== root && at !== without) at = found.get(at)?.parent ?? 0;
    if (at === root) kb += status?.kb ?? 0;
  }
  return Math.round(kb / 1_024);
}

type Field = 'VmRSS' | 'RssAnon';

/** Reads members of /proc/PID/status (proc(5)); null: the process has ended meanwhile. */
function statusOf(
  pid: string,
  field: Field,
): { readonly parent: number; readonly kb: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const member = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
    return { parent: member('PPid'), kb: member(field) || 0 };
  } catch {
    return null;
  }
}
