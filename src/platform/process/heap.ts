import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { unheldTimers } from '../work/timers.ts';

/**
 * How much garbage V8 may keep in a process of the hub, in MiB and in per cent of what is in use. With
 * its defaults, a process kept three times as much as it used (docs/benchmarks.md, memory).
 */
const OLD_SPACE_GROWTH = '--heap-growing-percent=50';
const AT_LAUNCH = ['--max-semi-space-size=8', '--initial-old-space-size=64', OLD_SPACE_GROWTH];

/** When what follows a start, such as staging the demo, has been done. */
const SETTLED_MS = 30_000;

/**
 * Returns Node's options for a process that the hub launches: the operator's, and those of ours that
 * they do not set.
 *
 * @param nodeOptions the operator's NODE_OPTIONS, over which options on the command line prevail.
 */
export function heapOptions(nodeOptions: string): string[] {
  return [...process.execArgv, ...AT_LAUNCH.filter((option) => !isGiven(option, nodeOptions))];
}

function isGiven(option: string, nodeOptions: string): boolean {
  const nameOf = (each: string) => each.split('=')[0]?.replaceAll('_', '-');
  const given = [...process.execArgv, ...nodeOptions.split(/\s+/)];
  return given.some((each) => nameOf(each) === nameOf(option));
}

/**
 * Limits the garbage of this process, whose options its user has chosen. That of its start is
 * collected once, half a minute later: V8 would keep it until the heap has grown to several times
 * its size. This takes about a tenth of a second.
 */
export function settleHeap(nodeOptions: string, timers = unheldTimers): void {
  if (!isGiven(OLD_SPACE_GROWTH, nodeOptions)) setFlagsFromString(OLD_SPACE_GROWTH);
  timers.after(SETTLED_MS, () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    collect();
  });
}
