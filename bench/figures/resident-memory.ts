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
