import type { BoardDelivery } from '../../deliveries/index.ts';
import { type OnShift, rankCouriers } from '../../dispatch/index.ts';
import type { MapCourier } from '../courier-map/map-state.ts';

/** A courier who could bring a delivery. */
export interface Candidate {
  readonly courier: MapCourier;
  /** Riding time to the pickup in seconds; null: the courier's place is unknown. */
  readonly approachS: number | null;
  /** What the other parcels add, in seconds. */
  readonly loadS: number;
  /** Parcels in hand and on the route. */
  readonly load: number;
  /** Whether nobody else among the candidates is closer to the pickup. */
  readonly isClosest: boolean;
}

/**
 * Ranks the couriers of the delivery's merchant and mode who could bring it and are not paused, best
 * first, by the terms that offers go by. What couriers accepted before is left out: a dispatcher knows them. Pure.
 */
export function candidatesFor(
  { row, origin, destination }: Pick<BoardDelivery, 'row' | 'origin' | 'destination'>,
  couriers: readonly MapCourier[],
  nowMs: number,
): readonly Candidate[] {
  const { readyAtMs: readyMs, packageSize: size, weightG } = row;
  const theirs = new Map(
    couriers
      .filter(({ merchant_id: id, mode }) => id === row.merchantId && mode === row.mode)
      .filter((each) => !each.is_paused)
      .map((each) => [each.id, each]),
  );
  const wanted = { origin, destination, readyMs, size, weightG };
  const around = { radiusM: Number.POSITIVE_INFINITY, nowMs };
  const ranked = rankCouriers(wanted, [...theirs.values()].map(toOnShift), around);
  const nearestS = Math.min(
    ...ranked.map(({ terms }) => (terms.distanceM === null ? Infinity : terms.approachS)),
  );
  return ranked.flatMap(({ courier: { courierId, load }, terms }) => {
    const courier = theirs.get(courierId);
    if (courier === undefined) return [];
    const { distanceM, loadS } = terms;
    const approachS = distanceM === null ? null : terms.approachS;
    return [{ courier, approachS, loadS, load, isClosest: approachS === nearestS }];
  });
}

function toOnShift({ id, vehicle, lat, lng, holds, to_load, limits }: MapCourier): OnShift {
  return {
    courierId: id,
    by: vehicle,
    place: lat === null || lng === null ? null : { lat, lng },
    load: holds + to_load,
    ...limits,
    ...{ accepted: 0, declined: 0, lastAcceptedMs: null },
  };
}
