import type { BoardDelivery } from '../../deliveries/index.ts';
import { type OnShift, RINGS_M, rankCouriers, timesOf } from '../../dispatch/index.ts';
import type { MapCourier } from '../courier-map/map-state.ts';
import type { Waiting } from './waiting.ts';

/** A courier who could bring a delivery. */
export interface Candidate {
  readonly courier: MapCourier;
  /** Riding time to the pickup in seconds; null: the courier's place is unknown. */
  readonly approachS: number | null;
  /** What the other parcels add, in seconds. */
  readonly loadS: number;
  /** When the parcel would arrive after what is on the route; null: the courier's place is unknown. */
  readonly arrivalMs: number | null;
  /** Parcels in hand and on the route. */
  readonly load: number;
  /** The marks of other deliveries that are proposed for the same courier. */
  readonly alsoFor: readonly string[];
}

/** Ranks the couriers who could bring a delivery, best first. */
export type CandidatesFor = (
  delivery: Pick<BoardDelivery, 'row' | 'origin' | 'destination'>,
) => readonly Candidate[];

/** A ring with so many has the best ones, as for offers. */
const ENOUGH = 8;

/**
 * Ranks couriers by the terms that offers go by, in rings around the pickup; only those of the
 * delivery's merchant and mode who are in contact and not paused. What couriers accepted before is left out: a
 * dispatcher knows them. Pure.
 * @param waiting deliveries without a courier, the most urgent first: each is ranked as if those
 * before it had gone to their best courier.
 */
export function candidatesAmong(
  couriers: readonly MapCourier[],
  nowMs: number,
  waiting: readonly Waiting[] = [],
): CandidatesFor {
  const byId = new Map(couriers.map((each) => [each.id, each]));
  const byTenant = new Map<string, OnShift[]>();
  for (const courier of couriers) {
    const tenant = `${courier.merchant_id} ${courier.mode}`;
    const theirs = byTenant.get(tenant) ?? [];
    byTenant.set(tenant, theirs);
    if (courier.pause === null && courier.position !== 'lost') theirs.push(toOnShift(courier));
  }
  const bestFor = new Map<string, string[]>();
  const rank: CandidatesFor = ({ row, origin, destination }) => {
    const { readyAtMs: readyMs, packageSize: size, weightG } = row;
    const theirs = (byTenant.get(`${row.merchantId} ${row.mode}`) ?? []).map((each) => {
      const more = bestFor.get(each.courierId)?.length ?? 0;
      return more === 0 ? each : { ...each, load: each.load + more };
    });
    const wanted = { origin, destination, readyMs, size, weightG };
    let ranked: ReturnType<typeof rankCouriers> = [];
    for (const radiusM of [...RINGS_M, Number.POSITIVE_INFINITY]) {
      ranked = rankCouriers(wanted, theirs, { radiusM, nowMs });
      if (ranked.length >= ENOUGH) break;
    }
    return ranked.flatMap(({ courier: { courierId, place, by }, terms }) => {
      const courier = byId.get(courierId);
      if (courier === undefined) return [];
      const { loadS } = terms;
      const approachS = place && terms.approachS;
      const arrivalMs =
        place && timesOf(wanted, { from: place, leavesMs: nowMs + 1_000 * loadS, by }).arrivalMs;
      const load = courier.holds + courier.to_load;
      return [{ courier, approachS, loadS, arrivalMs, load, alsoFor: [] }];
    });
  };
  const inTurn = new Map<string, readonly Candidate[]>();
  for (const { each, mark } of waiting) {
    const ranked = rank(each);
    inTurn.set(each.row.shipmentId, ranked);
    const best = ranked[0]?.courier.id;
    if (best !== undefined) bestFor.set(best, [...(bestFor.get(best) ?? []), mark]);
  }
  // Each of a courier's deliveries names the others.
  for (const { each, mark } of waiting) {
    const { shipmentId } = each.row;
    const ranked = (inTurn.get(shipmentId) ?? []).map((candidate) => {
      const marks = bestFor.get(candidate.courier.id) ?? [];
      return { ...candidate, alsoFor: marks.filter((other) => other !== mark) };
    });
    inTurn.set(shipmentId, ranked);
  }
  // Other deliveries are ranked by what couriers have, without these proposals.
  bestFor.clear();
  return (delivery) => inTurn.get(delivery.row.shipmentId) ?? rank(delivery);
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
