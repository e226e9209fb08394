import type { OpeningHours } from '../../kernel/time/opening-hours.ts';
import type { AccountFailure } from './pull.ts';

/**
 * What a carrier may offer beyond tracking: places where a parcel can be fetched, and taking a
 * parcel elsewhere that is on its way. If a carrier has no public API for it, the adapter leaves
 * the function out; nothing here is ever guessed.
 */

// ---------------------------------------------------------------- pickup points

export const PICKUP_POINT_KINDS = ['shop', 'locker', 'post_office', 'carrier_facility'] as const;
export type PickupPointKind = (typeof PICKUP_POINT_KINDS)[number];

export const PICKUP_SERVICES = [
  'pickup',
  'dropoff',
  'returns',
  'label_printing',
  'payment',
  'cash_on_delivery',
  'wheelchair_access',
] as const;
export type PickupService = (typeof PICKUP_SERVICES)[number];

export { type OpeningHours, WEEKDAYS, type Weekday } from '../../kernel/time/opening-hours.ts';

export interface PickupPointQuery {
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string;
  readonly postalCode: string;
  readonly city?: string;
  /**
   * The place in degrees, both members or neither. If given, the carrier is asked for points around
   * it.
   */
  readonly lat?: number;
  readonly lng?: number;
  /** The radius; absent: `RADIUS_M_DEFAULT`. */
  readonly radiusM?: number;
  /** Maximum of points; absent: `POINTS_DEFAULT`. */
  readonly limit?: number;
  /** The kinds to find; absent: those that the carrier returns in one call. */
  readonly kinds?: readonly PickupPointKind[];
}

export interface PickupPoint {
  /** The carrier's own id, for a label or a redirect. */
  readonly id: string;
  readonly kind: PickupPointKind;
  readonly name: string;
  readonly address: {
    readonly street: string | null;
    readonly city: string | null;
    readonly region: string | null;
    readonly postalCode: string | null;
    readonly country: string;
  };
  readonly lat: number | null;
  readonly lng: number | null;
  /** Straight-line distance from the requested place; null: the carrier does not say. */
  readonly distanceM: number | null;
  /** The opening hours of an ordinary week, in local time; null: the carrier does not say. */
  readonly hours: readonly OpeningHours[] | null;
  readonly services: readonly PickupService[];
  /** Whether another parcel would fit; null: the carrier does not say. */
  readonly capacity: 'available' | 'low' | 'full' | null;
  /** Whether it is closed at present, for holidays or repairs. */
  readonly temporarilyClosed: boolean;
  /** The weight of the heaviest parcel that it takes; null: the carrier does not say. */
  readonly weightMaxG: number | null;
}

export type PickupPointsOutcome =
  /** At least one point, the nearest first. */
  | { readonly outcome: 'points'; readonly points: readonly PickupPoint[] }
  /** The carrier has no such points there, or does not know the place. */
  | { readonly outcome: 'none'; readonly reason: string }
  | AccountFailure;

// ---------------------------------------------------------------- redirects

export const REDIRECT_KINDS = [
  'pickup_point',
  'hold_at_facility',
  'address',
  'reschedule',
  'return',
] as const;
export type RedirectKind = (typeof REDIRECT_KINDS)[number];

export const RETURN_REASONS = [
  'order_cancelled',
  'duplicate_order',
  'not_ordered',
  'too_expensive',
  'too_late',
  'bad_address',
  'refused',
  'other',
] as const;
export type ReturnReason = (typeof RETURN_REASONS)[number];

export type RedirectTarget =
  /** To a pickup point; `pointId` is a `PickupPoint.id`. */
  | { readonly kind: 'pickup_point'; readonly pointId: string }
  /** To a building of the carrier's choice. */
  | { readonly kind: 'hold_at_facility' }
  | { readonly kind: 'address'; readonly address: RedirectAddress }
  /** To another day; `date` is at the destination, `YYYY-MM-DD`. */
  | { readonly kind: 'reschedule'; readonly date: string }
  | { readonly kind: 'return'; readonly reason: ReturnReason };

export interface RedirectAddress {
  readonly name: string;
  readonly lines: readonly string[];
  readonly city: string;
  readonly region: string | null;
  readonly postalCode: string;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string;
}

export interface RedirectRequest {
  /** The normalized number. */
  readonly trackingNumber: string;
  readonly to: RedirectTarget;
  /**
   * The contact for the carrier's questions, which some carriers require. It is sent to the carrier
   * and not stored.
   */
  readonly contact: {
    readonly name: string;
    readonly phone: string;
    readonly email: string | null;
  } | null;
  /** The instructions for the driver; null: none. */
  readonly instructions: string | null;
}

/**
 * One option that the carrier offers for this parcel now. There is one for each kind, and none for
 * kinds that it never offers.
 */
export interface RedirectOption {
  readonly kind: RedirectKind;
  readonly eligibility: 'eligible' | 'not_eligible' | 'unknown';
  /** The days to choose from; null: the carrier does not say, or there is nothing to choose. */
  readonly dates: readonly string[] | null;
  readonly reasons: readonly ReturnReason[] | null;
  /** The carrier's charge; null: it does not say in advance. */
  readonly charge: { readonly amount: string; readonly currency: string } | null;
  readonly needsContact: boolean;
  /** Whether `instructions` reach the driver; absent: they are not passed on. */
  readonly takesInstructions?: boolean;
}

export type RedirectOptionsOutcome =
  | { readonly outcome: 'options'; readonly options: readonly RedirectOption[] }
  /** Nothing about this parcel can be changed, or not by us. */
  | { readonly outcome: 'none'; readonly reason: string }
  | AccountFailure;

export type RedirectOutcome =
  /** The carrier accepted the request. Only its later reports show whether it succeeds. */
  | { readonly outcome: 'accepted'; readonly reference: string | null }
  /** The carrier will not do it with this parcel. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** The carrier has no such kind of redirect. */
  | { readonly outcome: 'not_offered'; readonly reason: string }
  /** Nothing was sent, because the request lacks something that this carrier requires. */
  | {
      readonly outcome: 'invalid';
      /** JSON pointer into the API's request, such as `/contact/phone`. */
      readonly pointer: string;
      readonly reason: string;
      readonly fix: string;
    }
  | AccountFailure;
