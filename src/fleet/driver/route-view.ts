import type { Mark, ParcelState, QueueItem, StoredRoute } from './stored.ts';
import type { Route, RouteParcel, RouteStop } from './wire.ts';

/** A parcel as the courier left it, whether or not the hub knows. */
export interface ParcelView extends RouteParcel {
  readonly shown: ParcelState;
  /** Whether the action is still on this phone. */
  readonly isWaiting: boolean;
}

export interface StopView extends Omit<RouteStop, 'parcels'> {
  readonly parcels: readonly ParcelView[];
  /** Whether nothing is left to do there today. */
  readonly isDone: boolean;
}

export interface RouteView extends Omit<Route, 'stops'> {
  readonly stops: readonly StopView[];
  /** When the hub sent it; epoch ms. */
  readonly fetchedAtMs: number;
}

/**
 * The states in which a parcel is in the van or to be loaded, so that the stop still needs the
 * courier.
 */
const OPEN: ReadonlySet<ParcelState> = new Set(['to_load', 'loaded']);

/** Combines the last route from the hub with everything recorded on this phone since. Pure. */
export function viewRoute(
  { route, fetchedAtMs }: StoredRoute,
  marks: readonly Mark[],
  waiting: readonly QueueItem[],
): RouteView {
  const waitingIds = new Set(waiting.map(({ id }) => id));
  // Marks are in the order of the actions: the last one for a parcel counts.
  const last = new Map(marks.flatMap((mark) => mark.shipmentIds.map((id) => [id, mark] as const)));
  const stops = route.stops.map((stop): StopView => {
    const parcels = stop.parcels.map((parcel): ParcelView => {
      const mark = last.get(parcel.shipment_id);
      return {
        ...parcel,
        shown: mark?.state ?? stateOf(parcel),
        isWaiting: mark !== undefined && waitingIds.has(mark.itemId),
      };
    });
    return { ...stop, parcels, isDone: parcels.every(({ shown }) => !OPEN.has(shown)) };
  });
  return { ...route, stops, fetchedAtMs };
}

function stateOf({ state, status }: RouteParcel): ParcelState {
  if (status === 'delivered') return 'delivered';
  if (status === 'delivery_attempted') return 'attempted';
  if (status === 'exception') return 'exception';
  return state === 'done' ? 'returned' : state;
}
