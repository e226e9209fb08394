import type { PickupPoint, RedirectOption } from '../../../adapters/contract/extras.ts';
import type { Problem } from '../../../kernel/errors.ts';

/** What somebody may have done with a parcel, or why nothing and what helps instead. */
export type Possible =
  | {
      readonly kind: 'carrier';
      readonly options: readonly RedirectOption[];
      /** Where it could be fetched; empty: its carrier lists none near the destination. */
      readonly points: readonly PickupPoint[];
    }
  | {
      readonly kind: 'own';
      /** Days to choose from; empty: none now. */
      readonly dates: readonly string[];
      /** As it stands; null: nobody said, or whoever looks may not see it. */
      readonly destination: Readonly<Record<string, unknown>> | null;
    }
  /** Nothing can be asked from here, and something else may help; why, in sentences, if anybody said. */
  | { readonly kind: 'none'; readonly why: readonly string[] }
  | { readonly kind: 'ended' };

/** What of a filled-in form stands there again, and what was wrong with it. */
export interface Refusal {
  readonly problem: Problem;
  readonly said: URLSearchParams;
}
