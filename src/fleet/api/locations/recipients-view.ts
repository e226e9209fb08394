import type { LocationJson, RecipientsView } from '../../../http/index.ts';
import type { LatLng } from '../../../kernel/places/distance.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import { placesOf } from '../../../tracking/ports/predictions.ts';
import { locationForRecipient } from './location.ts';
import type { Ways } from './watch-routes.ts';

const UPDATE_EVERY_MS = 1_000;

/** Creates the view of couriers' positions for recipients: sends at most one update a second. */
export function recipientsView(deps: {
  readonly ways: Pick<Ways, 'find' | 'watch'>;
  readonly windowOf: RecipientsView['window'];
  readonly destinationOf: DestinationOf;
  readonly ownCarrier: string;
  readonly timers: Timers;
}): RecipientsView {
  const { ways, windowOf, destinationOf, ownCarrier, timers } = deps;
  return {
    ownCarrier,
    window: windowOf,
    async find(shipmentId) {
      const way = (await ways.find([shipmentId])).get(shipmentId);
      const location = way === undefined ? null : locationForRecipient(way);
      return location && { location, door: await destinationOf(shipmentId) };
    },
    watch(shipmentId, onLocation) {
      let newest: LocationJson | null = null;
      let cancelTimer: (() => void) | null = null;
      let sentAtMs = Number.NEGATIVE_INFINITY;
      const sendNewest = (): void => {
        cancelTimer = null;
        sentAtMs = timers.nowMs();
        onLocation(newest);
      };
      const watched = ways.watch(shipmentId, (way) => {
        newest = way === null ? null : locationForRecipient(way);
        const waitMs = sentAtMs + UPDATE_EVERY_MS - timers.nowMs();
        // The end of visibility is sent at once.
        if (newest === null || waitMs <= 0) {
          cancelTimer?.();
          sendNewest();
        } else cancelTimer ??= timers.after(waitMs, sendNewest);
      });
      return {
        refresh: watched.refresh,
        end() {
          cancelTimer?.();
          watched.end();
        },
      };
    },
  };
}

/**
 * Finds a parcel's destination; null unless it is known to the house or street. Only the parcel's
 * own recipient may see it.
 */
type DestinationOf = (shipmentId: string) => Promise<LatLng | null>;

/** Creates the lookup of parcels' destinations in the database. */
export function destinationsOf(deps: {
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
}): DestinationOf {
  return async (shipmentId) => {
    const found = (await placesOf(deps.db.pipeline, deps.keyring, [shipmentId])).get(shipmentId);
    // The centre of a town or postal code is nobody's door.
    if (found === undefined || !['rooftop', 'street'].includes(found.precision)) return null;
    return { lat: found.lat, lng: found.lng };
  };
}
