import type { Logger } from '../platform/observability/log.ts';
import { type Loop, startLoop } from '../platform/work/loop.ts';

export interface SweepsOptions {
  readonly everyMs: number;
  readonly log: Logger;
  /** Whether there is too much else to do; absent: never. */
  readonly givesWay?: (() => boolean) | undefined;
  /** Milliseconds that only grow. */
  readonly monotonicMs?: () => number;
}

/** Whatever the load, due data is deleted: the law sets periods, too. */
const PUT_OFF_MS_MAX = 15 * 60_000;

/** Removes expired things of one kind; returns how many. */
export type Sweep = () => Promise<number>;

/**
 * Repeats sweeps, one after the other and never two at once, so that a long one delays the next
 * time and nothing else. One that fails is logged by its name and keeps no other from its turn. A
 * stop waits for the one that is under way; the others of its turn are left out. A turn that gives way
 * ends after the sweep under way, and the next begins where it ended.
 */
export function startSweeps(
  sweeps: Readonly<Record<string, Sweep>>,
  { everyMs, log, givesWay, monotonicMs = () => performance.now() }: SweepsOptions,
): Loop {
  const inOrder = Object.entries(sweeps);
  /** With which a turn begins. */
  let at = 0;
  /** When each had had its turn the last time. */
  let allDoneAtMs = monotonicMs();
  const isPutOff = () => givesWay?.() === true && monotonicMs() - allDoneAtMs < PUT_OFF_MS_MAX;

  async function sweepAll(): Promise<void> {
    const gone: Record<string, number> = {};
    let left = inOrder.length;
    for (const [name, sweep] of [...inOrder.slice(at), ...inOrder.slice(0, at)]) {
      if (loop.stopping || isPutOff()) break;
      at = (at + 1) % inOrder.length;
      left -= 1;
      try {
        const many = await sweep();
        if (many > 0) gone[name] = many;
      } catch (err) {
        log.warn({ err, sweep: name }, 'expired data could not be removed; this will be retried');
      }
    }
    if (left === 0) allDoneAtMs = monotonicMs();
    if (Object.keys(gone).length > 0) log.debug(gone, 'removed expired data');
  }

  const loop = startLoop({
    run: sweepAll,
    everyMs,
    onFailure: (err) => log.warn({ err }, 'what has expired could not be removed'),
  });
  return loop;
}
