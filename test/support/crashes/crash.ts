import { Killed, type Life } from '../hubs/mortal.ts';

/** A life that notes where it has been, and ends at one of these places. */
export interface WatchedLife extends Life {
  /** The points it has come to, each once, in that order. */
  readonly steps: readonly string[];
}

/** A crash after a read leaves what one before the next statement leaves. */
const AFTER_READ = /^after (?:.* \| )?(?:select|begin)/;

/**
 * What a process may be crashed at is not written down anywhere: whatever is handed to it from
 * outside (its database, its HTTP) tells its life before and after each thing it is asked. Nothing of
 * it is in the product, which has no switch for it either.
 *
 * @param fatal the point it ends at, when it comes there first; null: none
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
