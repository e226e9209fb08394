import { isDatabaseUnavailable } from '../../platform/database/database-errors.ts';
import type { Logger } from '../../platform/observability/log.ts';

/** Looks at what is in force: when asked to, and by itself. */
export interface Looking {
  /** Resolves when a look that began after the call has ended; rejects when that failed. */
  now(): Promise<void>;
  /** As soon as may be; what goes wrong is logged. */
  soon(): void;
  /** Resolves when no look is under way any more. */
  stop(): Promise<void>;
}

/** A notification that got lost costs at most this; processes are to agree within a second. */
const LOOK_EVERY_MS = 500;

export interface LookingOptions {
  readonly look: () => Promise<void>;
  /** Looks by itself, too. */
  readonly follow: boolean;
  readonly log: Pick<Logger, 'debug' | 'warn'>;
}

export function startLooking({ look, follow, log }: LookingOptions): Looking {
  let stopped = false;
  let last: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | null = null;

  // One look at a time: an older answer must not come in force after a newer one.
  const now = (): Promise<void> => {
    waiting ??= last
      .catch(() => {})
      .then(() => {
        waiting = null;
        last = look();
        return last;
      });
    return waiting;
  };
  const soon = (): void => {
    if (stopped) return;
    now().catch((error: unknown) => {
      const level = isDatabaseUnavailable(error) ? 'debug' : 'warn';
      log[level]({ err: error }, 'the mappings in force could not be looked at; trying again');
    });
  };
  const ticker = follow ? setInterval(soon, LOOK_EVERY_MS) : null;
  ticker?.unref();
  return {
    now,
    soon,
    async stop() {
      stopped = true;
      if (ticker !== null) clearInterval(ticker);
      await waiting?.catch(() => {});
      await last.catch(() => {});
    },
  };
}
