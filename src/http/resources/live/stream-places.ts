import { Problem } from '../../../kernel/errors.ts';

/** Live connections of this process; some 20 KB each. */
const CONNECTIONS_MAX = 12_000;
/** One merchant's screens, of both modes together, leave a place for another's. */
const OF_MERCHANT_MAX = 11_000;
const FULL_RETRY_AFTER_S = 30;

/** How many live connections there are, and whose. */
export interface StreamPlaces {
  /**
   * Takes a place; throws `Problem` when there is none. @returns gives it back.
   *
   * @param whose a merchant's id, or that of whoever else watches
   * @param most of them
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
