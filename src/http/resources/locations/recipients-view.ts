import type { Timers } from '../../../platform/work/timers.ts';
import type { Ways } from './follow-ways.ts';
import { type LocationJson, locationForRecipient } from './location.ts';

/** What recipients' pages see of couriers. */
export interface RecipientsView {
  /** Only its parcels are brought by couriers of the installation. */
  readonly ownCarrier: string;
  find(shipmentId: string): Promise<LocationJson | null>;
  /** Tells it soon and then as it changes, once a second at most; null: nothing is to be seen. */
  watch(
    shipmentId: string,
    onLocation: (location: LocationJson | null) => void,
  ): { readonly lookAgain: () => void; readonly end: () => void };
}

const TOLD_EVERY_MS = 1_000;

export function recipientsView(deps: {
  readonly ways: Pick<Ways, 'find' | 'watch'>;
  readonly ownCarrier: string;
  readonly timers: Timers;
}): RecipientsView {
  const { ways, ownCarrier, timers } = deps;
  return {
    ownCarrier,
    async find(shipmentId) {
      const way = (await ways.find([shipmentId])).get(shipmentId);
      return way === undefined ? null : locationForRecipient(way);
    },
    watch(shipmentId, onLocation) {
      let newest: LocationJson | null = null;
      let callOff: (() => void) | null = null;
      let toldAtMs = Number.NEGATIVE_INFINITY;
      const tell = (): void => {
        callOff = null;
        toldAtMs = timers.nowMs();
        onLocation(newest);
      };
      const watched = ways.watch(shipmentId, (way) => {
        newest = way === null ? null : locationForRecipient(way);
        const waitMs = toldAtMs + TOLD_EVERY_MS - timers.nowMs();
        // That there is nothing to be seen any more is told at once.
        if (newest === null || waitMs <= 0) {
          callOff?.();
          tell();
        } else callOff ??= timers.after(waitMs, tell);
      });
      return {
        lookAgain: watched.lookAgain,
        end() {
          callOff?.();
          watched.end();
        },
      };
    },
  };
}
