import type { Logger } from '../platform/observability/log.ts';

/** Removes things of one kind that are kept no longer; answers how many. */
export type Sweep = () => Promise<number>;

export interface Sweeps {
  /** Does all of them now; resolves with those that are under way when some are. */
  run(): Promise<void>;
  /** Resolves when the one that is under way has ended; the others of its turn are left out. */
  stop(): Promise<void>;
}

/**
 * Repeats sweeps, one after the other and never two at once, so that a long one delays the next
 * time and nothing else. One that fails is told of by its name and keeps no other from its turn.
 */
export function startSweeps(
  sweeps: Readonly<Record<string, Sweep>>,
  { everyMs, log }: { readonly everyMs: number; readonly log: Logger },
): Sweeps {
  let running: Promise<void> | null = null;
  let stopping = false;

  async function sweepAll(): Promise<void> {
    const gone: Record<string, number> = {};
    for (const [name, sweep] of Object.entries(sweeps)) {
      if (stopping) break;
      try {
        const many = await sweep();
        if (many > 0) gone[name] = many;
      } catch (err) {
        log.warn({ err, sweep: name }, 'what has expired could not be removed and will be later');
      }
    }
    if (Object.keys(gone).length > 0) log.debug(gone, 'removed what had expired');
  }

  function run(): Promise<void> {
    running ??= sweepAll().finally(() => {
      running = null;
    });
    return running;
  }

  const ticker = setInterval(() => void run(), everyMs);
  return {
    run,
    async stop() {
      stopping = true;
      clearInterval(ticker);
      await running;
    },
  };
}
