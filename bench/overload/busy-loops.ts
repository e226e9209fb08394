import { type ChildProcess, spawn } from 'node:child_process';

/** Processes that use as much processor time as they get, at normal priority. */
export interface BusyLoops {
  stop(): void;
}

/**
 * Starts the loops, each in a session of its own: where the kernel groups processes by session,
 * loops of one session would share the processor time of a single process.
 */
export function startBusyLoops(count: number): BusyLoops {
  const loops: ChildProcess[] = Array.from({ length: count }, () =>
    // The loop ends with its parent, so that no process remains when the benchmark is killed.
    spawn(process.execPath, ['-e', LOOP, String(process.pid)], { detached: true, stdio: 'ignore' }),
  );
  return {
    stop() {
      for (const loop of loops) loop.kill('SIGKILL');
    },
  };
}

const LOOP = `const parent = process.ppid; for (let n = 1; n % 1e6 || process.ppid === parent; n += 1);`;
