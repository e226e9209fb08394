import { readdirSync, readFileSync } from 'node:fs';

/** The memory of processes with the same name. */
export interface ProcessMemory {
  readonly name: string;
  readonly count: number;
  /** Proportional set size: what processes share is divided among them. */
  readonly pssKb: number;
}

/**
 * Returns the memory of a process and its descendants, by name, most first. Empty where there is no
 * `smaps_rollup` (proc(5)).
 */
export function shareOfMemory(root: number): ProcessMemory[] {
  const parents = parentsOfAll();
  const found = new Map<string, ProcessMemory>();
  for (const pid of parents.keys()) {
    if (!descendsFrom(root, pid, parents)) continue;
    const pssKb = Number(/^Pss:\s+(\d+)/m.exec(textOf(pid, 'smaps_rollup'))?.[1] ?? 0);
    const name = nameOf(textOf(pid, 'cmdline'));
    const { count = 0, pssKb: before = 0 } = found.get(name) ?? {};
    found.set(name, { name, count: count + 1, pssKb: before + pssKb });
  }
  return [...found.values()].sort((a, b) => b.pssKb - a.pssKb);
}

/** The sum, in MiB. */
export function pssMb(processes: readonly ProcessMemory[]): number {
  return Math.round(processes.reduce((sum, { pssKb }) => sum + pssKb, 0) / 1_024);
}

function parentsOfAll(): ReadonlyMap<number, number> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parentOf = (pid: string) => /^PPid:\s+(\d+)/m.exec(textOf(Number(pid), 'status'))?.[1];
  return new Map(pids.map((pid) => [Number(pid), Number(parentOf(pid) ?? 0)]));
}

function descendsFrom(root: number, pid: number, parents: ReadonlyMap<number, number>): boolean {
  let at = pid;
  while (at > 0 && at !== root) at = parents.get(at) ?? 0;
  return at === root;
}

/** Returns the text of a file of /proc/PID; empty if the process has ended meanwhile. */
function textOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** What a process is: `waybill start`, `postgres: walwriter`, `postgres: connection`. */
function nameOf(commandLine: string): string {
  const words = commandLine.split(/[\0 ]+/).filter(Boolean);
  const script = words.findIndex((word) => word.endsWith('/waybill.js'));
  if (script >= 0) return `waybill ${words[script + 1]}`;
  if (commandLine.startsWith('postgres: ')) {
    return commandLine.includes('[local]') ? 'postgres: connections' : words.slice(0, 3).join(' ');
  }
  return words[0]?.split('/').at(-1) ?? '';
}
