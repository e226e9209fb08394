import { Problem } from '../../../kernel/errors.ts';

/** Live connections of this process; some 20 KB each. */
const CONNECTIONS_MAX = 12_000;
/** One merchant's screens, in both modes together, leave room for another's. */
const OF_MERCHANT_MAX = 11_000;
const FULL_RETRY_AFTER_S = 30;

/** Counts live connections, in total and per owner. */
export interface StreamPlaces {
  /**
   * Reserves a place; throws `Problem` when none is free. @returns a function that releases it.
   *
   * @param whose a merchant's id, or the id of another kind of watcher
   * @param most the owner's maximum
   */
  take(whose: string, most?: number): () => void;
  readonly count: number;
}

export function countPlaces(): StreamPlaces {
  const of = new Map<string, number>();
  let open = 0;
  return {
    take(key, most = OF_MERCHANT_MAX) {
      const own = of.get(key) ?? 0;
      if (open >= CONNECTIONS_MAX || own >= most) {
        throw new Problem('overloaded', 'The maximum number of live connections is in use.', {
          retryAfterS: FULL_RETRY_AFTER_S,
          fix: 'Close connections that nobody looks at, or poll.',
        });
      }
      of.set(key, own + 1);
      open += 1;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        open -= 1;
        const rest = (of.get(key) ?? 1) - 1;
        if (rest === 0) of.delete(key);
        else of.set(key, rest);
      };
    },
    get count() {
      return open;
    },
  };
}
