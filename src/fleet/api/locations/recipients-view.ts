import type { LocationJson, RecipientsView } from '../../../http/index.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import type { DestinationOf } from './destination-of.ts';
import { locationForRecipient } from './location.ts';
import type { Ways } from './watch-routes.ts';

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
        // The end of visibility is sent at once.
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
