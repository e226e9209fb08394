import type { Logger } from '../platform/observability/log.ts';
import { type Loop, startLoop } from '../platform/work/loop.ts';

/** Removes things of one kind that are kept no longer; answers how many. */
export type Sweep = () => Promise<number>;

/**
 * Repeats sweeps, one after the other and never two at once, so that a long one delays the next
 * time and nothing else. One that fails is logged by its name and keeps no other from its turn. A
 * stop waits for the one that is under way; the others of its turn are left out.
 */
export function startSweeps(
  sweeps: Readonly<Record<string, Sweep>>,
  { everyMs, log }: { readonly everyMs: number; readonly log: Logger },
): Loop {
  async function sweepAll(): Promise<void> {
    const gone: Record<string, number> = {};
    for (const [name, sweep] of Object.entries(sweeps)) {
      if (loop.stopping) break;
      try {
        const many = await sweep();
        if (many > 0) gone[name] = many;
      } catch (err) {
        log.warn({ err, sweep: name }, 'expired data could not be removed; this will be retried');
      }
    }
    if (Object.keys(gone).length > 0) log.debug(gone, 'removed expired data');
  }

  const loop = startLoop({
    look: sweepAll,
    everyMs,
    onFailure: (err) => log.warn({ err }, 'what has expired could not be removed'),
  });
  return loop;
}
