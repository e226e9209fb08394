import { distanceM, type LatLng } from '../../kernel/places/distance.ts';

/** A delivery as a courier's phone receives it (`GET /v1/deliveries/{id}`). */
export interface OwnDelivery {
  readonly id: string;
  readonly phase: string;
  readonly origin: LatLng;
  readonly destination: LatLng;
  /** When it is ready, epoch ms. */
  readonly readyMs: number;
  readonly requireProof: readonly string[];
}

/** What a courier does after arriving somewhere. */
export type Errand =
  | { readonly kind: 'pick_up'; readonly delivery: OwnDelivery; readonly at: LatLng }
  | { readonly kind: 'hand_over'; readonly delivery: OwnDelivery; readonly at: LatLng }
  | { readonly kind: 'bring_back'; readonly delivery: OwnDelivery; readonly at: LatLng }
  /** This courier cannot deliver it, so another one may. */
  | { readonly kind: 'give_back'; readonly delivery: OwnDelivery }
  /**
   * Nobody was there, or the courier does not know the PIN: it goes back to where it was picked up.
   */
  | { readonly kind: 'turn_round'; readonly delivery: OwnDelivery };

/** How far sandbox couriers ride: only within their town. */
export const RANGE_M = 6_000;

/**
 * Chooses the courier's next errand. Parcels in the bag come first. Null: there is nothing to do.
 * Pure.
 */
export function nextErrand(own: readonly OwnDelivery[], place: LatLng): Errand | null {
  const errands = own.flatMap((delivery) => errandOf(delivery, place) ?? []);
  return errands.find(({ kind }) => kind !== 'pick_up') ?? errands[0] ?? null;
}

function errandOf(delivery: OwnDelivery, place: LatLng): Errand | null {
  const { origin, destination } = delivery;
  switch (delivery.phase) {
    case 'assigned': {
      const ways = [distanceM(place, origin), distanceM(origin, destination)];
      if (ways.some((metres) => metres > RANGE_M)) return { kind: 'give_back', delivery };
      return { kind: 'pick_up', delivery, at: origin };
    }
    case 'picked_up':
    case 'arriving':
      return { kind: 'hand_over', delivery, at: destination };
    case 'attempted':
      return { kind: 'turn_round', delivery };
    case 'returning':
      return { kind: 'bring_back', delivery, at: origin };
    default:
      return null;
  }
}
