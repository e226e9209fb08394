import type { RouteStop } from './route.ts';
import type { RouteEntry } from './write-route.ts';

type Reordered =
  | { readonly kind: 'done'; readonly entries: readonly RouteEntry[] }
  /** The stops are not those of the route: it has changed meanwhile. */
  | { readonly kind: 'changed' }
  /** A locked stop would move. */
  | { readonly kind: 'locked' };

/**
 * The whole route with its open stops in another order, as it is written. A locked stop keeps its
 * place. Pure.
 */
export function reordered(stops: readonly RouteStop[], order: readonly string[]): Reordered {
  const open = stops.filter(({ parcels }) => parcels.some(({ state }) => state !== 'done'));
  const byId = new Map(open.map((stop) => [stop.id, stop]));
  const next = [...new Set(order)].flatMap((id) => byId.get(id) ?? []);
  if (next.length !== open.length || order.length !== open.length) return { kind: 'changed' };
  if (open.some((stop, index) => stop.locked && next[index] !== stop)) return { kind: 'locked' };
  return { kind: 'done', entries: next.flatMap(entriesOf) };
}

/**
 * The entries of a stop's open parcels. Notes are stored with a parcel but read for the whole stop:
 * the last parcel gets all that are left, so that none is lost.
 */
function entriesOf({ parcels, window, notes, locked }: RouteStop): RouteEntry[] {
  const left = parcels.filter(({ state }) => state !== 'done');
  return left.map(({ shipmentId }, index) => {
    const own = index === left.length - 1 ? notes.slice(index).join('\n') : notes[index];
    return { shipmentId, window, notes: own || null, locked };
  });
}
