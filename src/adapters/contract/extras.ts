import type { OpeningHours } from '../../kernel/time/opening-hours.ts';
import type { AccountFailure } from './pull.ts';

/**
 * What a carrier may offer beyond tracking: places where a parcel can be fetched, and taking a
 * parcel elsewhere that is on its way. Where a carrier has no public API for it, the adapter leaves
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
  /** Degrees; both or neither. If given, the carrier is asked for points around them. */
  readonly lat?: number;
  readonly lng?: number;
  /** Default `RADIUS_M_DEFAULT`. */
  readonly radiusM?: number;
  /** Default `POINTS_DEFAULT`. */
  readonly limit?: number;
  /** Absent: the kinds that the carrier answers with one call. */
  readonly kinds?: readonly PickupPointKind[];
}

export interface PickupPoint {
  /** The carrier's own, as a label or a redirect wants it. */
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
  /** In a straight line from the requested place; null: the carrier does not say. */
  readonly distanceM: number | null;
  /** By the clock on its wall, each ordinary week; null: the carrier does not say. */
  readonly hours: readonly OpeningHours[] | null;
  readonly services: readonly PickupService[];
  /** Whether another parcel would fit, where the carrier hints at it. */
  readonly capacity: 'available' | 'low' | 'full' | null;
  /** Shut at present, for holidays or repairs. */
  readonly temporarilyClosed: boolean;
  /** The heaviest parcel it takes. */
  readonly weightMaxG: number | null;
}

export type PickupPointsOutcome =
  /** At least one, the nearest first. */
  | { readonly outcome: 'points'; readonly points: readonly PickupPoint[] }
  /** The carrier has none there, or none of that kind, or does not know the place. */
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
  /** `pointId` as `PickupPoint.id`. */
  | { readonly kind: 'pickup_point'; readonly pointId: string }
  /** At a building of the carrier's choice. */
  | { readonly kind: 'hold_at_facility' }
  | { readonly kind: 'address'; readonly address: RedirectAddress }
  /** `date` at the destination, `YYYY-MM-DD`. */
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
  /** Normalized. */
  readonly trackingNumber: string;
  readonly to: RedirectTarget;
  /**
   * The contact for the carrier's questions, which some require. Sent to the carrier and not
   * stored.
   */
  readonly contact: {
    readonly name: string;
    readonly phone: string;
    readonly email: string | null;
  } | null;
  /** For the driver. */
  readonly instructions: string | null;
}

/** The carrier's options for this parcel now; one entry a kind, none for kinds it never offers. */
export interface RedirectOption {
  readonly kind: RedirectKind;
  readonly eligibility: 'eligible' | 'not_eligible' | 'unknown';
  /** Days that may be chosen; null: it does not say, or there is nothing to choose. */
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
  /** Nothing can be changed about this parcel, or not by us. */
  | { readonly outcome: 'none'; readonly reason: string }
  | AccountFailure;

export type RedirectOutcome =
  /** The carrier accepted the request. Only its later reports show whether it succeeds. */
  | { readonly outcome: 'accepted'; readonly reference: string | null }
  /** The carrier will not do it with this parcel. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** The carrier has no such kind of redirect. */
  | { readonly outcome: 'not_offered'; readonly reason: string }
  /** Nothing was sent: something is missing that this carrier wants. */
  | {
      readonly outcome: 'invalid';
      /** JSON pointer into the request as the API takes it: `/contact/phone`. */
      readonly pointer: string;
      readonly reason: string;
      readonly fix: string;
    }
  | AccountFailure;
