import { Killed, type Life } from '../hubs/mortal.ts';

/** A process run that records its steps, and ends at a chosen one. */
export interface WatchedLife extends Life {
  /** The steps it reached, each once, in that order. */
  readonly steps: readonly string[];
}

/** A crash after a read leaves what one before the next statement leaves. */
const AFTER_READ = /^after (?:.* \| )?(?:select|begin)/;

/**
 * Crash points are not listed anywhere: each dependency passed to a process (its database, its
 * HTTP) reports to its life before and after each call. None of this is in the product, which has
 * no switch for it either.
 *
 * @param fatal the step at which it ends when first reached; null: none
 */
export function watchedLife(fatal: string | null): WatchedLife {
  const steps = new Set<string>();
  let isDead = false;
  let end: () => void = () => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    over,
    get dead() {
      return isDead;
    },
    get steps() {
      return [...steps];
    },
    step(point = 'somewhere') {
      if (!isDead) {
        if (AFTER_READ.test(point)) return;
        steps.add(point);
        if (point !== fatal) return;
        isDead = true;
        end();
      }
      throw new Killed('killed');
    },
  };
}
