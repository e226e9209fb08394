import { readdirSync, readFileSync } from 'node:fs';

/**
 * Measures the resident memory of a hub, both of its processes, in MB. PostgreSQL is not counted.
 */
export interface MemoryWatch {
  stop(): { readonly beforeMb: number; readonly peakMb: number };
}

const CHECK_EVERY_MS = 250;

/** Starts watching the memory. @param pid of the process that answers. */
export function watchMemory(pid: number): MemoryWatch {
  const pids = [pid, ...workersOf(pid)];
  const nowMb = () => Math.round(pids.reduce((sum, each) => sum + rssKb(each), 0) / 1_024);
  const beforeMb = nowMb();
  let peakMb = beforeMb;
  const timer = setInterval(() => {
    peakMb = Math.max(peakMb, nowMb());
  }, CHECK_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return { beforeMb, peakMb };
    },
  };
}

/** The child processes that run the hub's own program. */
function workersOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => textOf(name, 'status').includes(`\nPPid:\t${pid}\n`))
    .filter((name) => textOf(name, 'cmdline').includes('waybill.js\0work'))
    .map(Number);
}

function rssKb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(textOf(String(pid), 'status'))?.[1] ?? 0);
}

function textOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // The process has just ended.
  }
}
