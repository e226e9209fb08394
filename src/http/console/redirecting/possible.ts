import type { PickupPoint, RedirectOption } from '../../../adapters/contract/extras.ts';
import type { ErrorText, Problem } from '../../../kernel/errors.ts';

/** Possible actions for a parcel, or why there are none and what helps instead. */
export type Possible =
  | {
      readonly kind: 'carrier';
      readonly options: readonly RedirectOption[];
      /** Possible pickup points; empty: its carrier lists none near the destination. */
      readonly points: readonly PickupPoint[];
    }
  | {
      readonly kind: 'own';
      /** Days to choose from; empty: none now. */
      readonly dates: readonly string[];
      /** The current address; null: unknown, or hidden from the reader. */
      readonly destination: Readonly<Record<string, unknown>> | null;
    }
  /**
   * No request is possible here, but something else may help; with reasons in sentences, if known.
   */
  | { readonly kind: 'none'; readonly why: readonly ErrorText[] }
  | { readonly kind: 'ended' };

/** The submitted values to show again, and the error. */
export interface Refusal {
  readonly problem: Problem;
  readonly said: URLSearchParams;
}
