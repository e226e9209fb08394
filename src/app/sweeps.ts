import type { Logger } from '../platform/observability/log.ts';
import { type Loop, startLoop } from '../platform/work/loop.ts';

export interface SweepsOptions {
  readonly everyMs: number;
  readonly log: Logger;
  /** Whether more urgent work waits; absent: never. */
  readonly givesWay?: (() => boolean) | undefined;
  /** Returns milliseconds that only grow. */
  readonly monotonicMs?: () => number;
}

/**
 * The longest that sweeps are postponed: whatever the load, due data is deleted, because the law
 * sets periods, too.
 */
const PUT_OFF_MS_MAX = 15 * 60_000;

/** Removes expired data of one kind; returns how many items. */
export type Sweep = () => Promise<number>;

/**
 * Repeats sweeps, one after the other and never two at once, so that a long one delays only the
 * next round. One that fails is logged by its name and does not affect the others. A stop waits for
 * the sweep in progress and skips the rest of its round. A round that gives way ends after the
 * sweep in progress, and the next round begins where it ended.
 */
export function startSweeps(
  sweeps: Readonly<Record<string, Sweep>>,
  { everyMs, log, givesWay, monotonicMs = () => performance.now() }: SweepsOptions,
): Loop {
  const inOrder = Object.entries(sweeps);
  /** The index of the sweep with which a round begins. */
  let at = 0;
  /** When the last complete round ended. */
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
