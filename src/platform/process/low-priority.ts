import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Puts this process behind others that want the processor too. On Linux each thread has a priority
 * of its own, and the engine's are there already.
 *
 * @param nice 1 (a little) to 19 (only what nobody else wants).
 */
export function giveWay(nice: number): void {
  const threads = process.platform === 'linux' ? readdirSync('/proc/self/task') : ['0'];
  for (const thread of threads) setPriority(Number(thread), nice);
}
