import type { LatLng } from '../../../kernel/places/distance.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import type { DestinationOf } from './destination-of.ts';
import { type LocationJson, locationForRecipient } from './location.ts';
import type { Ways } from './watch-routes.ts';

/** Couriers as visible on recipients' pages. */
export interface RecipientsView {
  /** Only this carrier's parcels are brought by the installation's couriers. */
  readonly ownCarrier: string;
  /**
   * The location with the parcel's destination, for a page to show both; null: nothing is visible.
   */
  find(
    shipmentId: string,
  ): Promise<{ readonly location: LocationJson; readonly door: LatLng | null } | null>;
  /** Calls back soon, then on changes, at most once a second; null: nothing is visible. */
  watch(
    shipmentId: string,
    onLocation: (location: LocationJson | null) => void,
  ): { readonly refresh: () => void; readonly end: () => void };
}

const UPDATE_EVERY_MS = 1_000;

export function recipientsView(deps: {
  readonly ways: Pick<Ways, 'find' | 'watch'>;
  readonly destinationOf: DestinationOf;
  readonly ownCarrier: string;
  readonly timers: Timers;
}): RecipientsView {
  const { ways, destinationOf, ownCarrier, timers } = deps;
  return {
    ownCarrier,
    async find(shipmentId) {
      const way = (await ways.find([shipmentId])).get(shipmentId);
      const location = way === undefined ? null : locationForRecipient(way);
      return location && { location, door: await destinationOf(shipmentId) };
    },
    watch(shipmentId, onLocation) {
      let newest: LocationJson | null = null;
      let callOff: (() => void) | null = null;
      let sentAtMs = Number.NEGATIVE_INFINITY;
      const tell = (): void => {
        callOff = null;
        sentAtMs = timers.nowMs();
        onLocation(newest);
      };
      const watched = ways.watch(shipmentId, (way) => {
        newest = way === null ? null : locationForRecipient(way);
        const waitMs = sentAtMs + UPDATE_EVERY_MS - timers.nowMs();
        // That nothing is visible any more is sent at once.
        if (newest === null || waitMs <= 0) {
          callOff?.();
          tell();
        } else callOff ??= timers.after(waitMs, tell);
      });
      return {
        refresh: watched.refresh,
        end() {
          callOff?.();
          watched.end();
        },
      };
    },
  };
}
