import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { unheldTimers } from '../work/timers.ts';

/**
 * How much garbage V8 lets a process of the hub keep. Its defaults, which fit the memory of the
 * machine, doubled the memory of a hub at rest (docs/benchmarks.md, memory).
 */
const OLD_SPACE_GROWTH = '--heap-growing-percent=50';
const AT_LAUNCH = ['--max-semi-space-size=8', '--initial-old-space-size=64', OLD_SPACE_GROWTH];

/** When what follows a start, such as staging the demo, has been done. */
const SETTLED_MS = 30_000;

/** The options with which this process was started, by the operator. */
function optionsGiven(): readonly string[] {
  return [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)];
}

/**
 * Returns Node's options for a process that the hub launches.
 *
 * @param given the operator's options, which are kept, and which replace those of the same name.
 */
export function heapOptions(given = optionsGiven()): string[] {
  return [...process.execArgv, ...AT_LAUNCH.filter((option) => !isGiven(option, given))];
}

function isGiven(option: string, given: readonly string[]): boolean {
  const nameOf = (each: string) => each.split('=')[0]?.replaceAll('_', '-').replace(/^--?/, '');
  return given.some((each) => nameOf(each) === nameOf(option));
}

/**
 * Limits the garbage of this process, whose options its user has chosen. That of its start is
 * collected once, half a minute later: V8 would keep it until the heap has grown to several times
 * its size. This takes about a tenth of a second.
 */
export function settleHeap(timers = unheldTimers): void {
  if (!isGiven(OLD_SPACE_GROWTH, optionsGiven())) setFlagsFromString(OLD_SPACE_GROWTH);
  timers.after(SETTLED_MS, () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    collect();
  });
}
