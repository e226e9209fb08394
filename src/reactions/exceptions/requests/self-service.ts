import type {
  OpeningHours,
  PickupPoint,
  RedirectOption,
} from '../../../adapters/contract/extras.ts';
import type { ErrorText } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';

/**
 * What a recipient may do about a parcel through a signed link: the page reads the offers here and
 * submits the choice. Only the carrier's later reports show whether it was done, so every answer
 * says whether a carrier has accepted the request or a person at the merchant will handle it.
 */
export interface SelfService {
  /** The offers for a parcel; null when there is no such shipment any more. */
  offers(subject: SelfServiceSubject): Promise<SelfServiceOffers | null>;
  reschedule(
    subject: SelfServiceSubject,
    deliveryRequest: RescheduleRequest,
  ): Promise<SelfServiceOutcome>;
  redirect(
    subject: SelfServiceSubject,
    deliveryRequest: RedirectionRequest,
  ): Promise<SelfServiceOutcome>;
  confirmAddress(
    subject: SelfServiceSubject,
    deliveryRequest: AddressRequest,
  ): Promise<SelfServiceOutcome>;
  /** Adds photos of damage; their type is determined from their bytes. */
  addPhotos(subject: SelfServiceSubject, photos: readonly Uint8Array[]): Promise<PhotosOutcome>;
}

/** The parcel of the signed link. */
export interface SelfServiceSubject {
  readonly tenant: Tenant;
  readonly shipmentId: string;
}

export const DAY_WINDOWS = ['morning', 'afternoon', 'evening'] as const;
export type DayWindow = (typeof DAY_WINDOWS)[number];

export interface SelfServiceOffers {
  /** Days to choose from, `YYYY-MM-DD` at the destination; null: nothing to reschedule now. */
  readonly reschedule: {
    readonly dates: readonly string[];
    readonly by: 'carrier' | 'merchant';
    /** The carrier accepts only the day: no part of the day, no note. */
    readonly dayOnly?: boolean;
  } | null;
  /** Pickup points near the destination's postal code, nearest first; empty with `why`. */
  readonly points: readonly PickupPoint[];
  readonly redirect: {
    /** Who does it: the carrier at once, a person at the merchant who asks for it, or nobody. */
    readonly by: 'carrier' | 'merchant' | 'nobody';
    readonly options: readonly RedirectOption[];
  };
  /** The address is in question: the recipient may confirm or correct it; null: it is not. */
  readonly address: {
    /** The merchant's version; shown to the holder of the link only. */
    readonly current: Readonly<Record<string, unknown>> | null;
    readonly state: 'asked' | 'waiting_for_approval' | 'approved';
  } | null;
  /** True: there is a proof of delivery that may be shown with consent. */
  readonly proofAvailable: boolean;
  /** Earlier requests that still count, newest first; the page shows their state. */
  readonly deliveryRequests?: readonly ListedDeliveryRequest[];
  /** Photos of damage may be sent; null: not now. */
  readonly photos?: PhotoOffer | null;
  /**
   * The place where the parcel waits for collection, or to which it is being brought; null:
   * neither.
   */
  readonly pickup?: PlaceOfPickup | null;
}

/** An earlier request, as its author sees it. */
export interface ListedDeliveryRequest {
  readonly kind: 'reschedule' | 'pickup_point' | 'hold_at_facility' | 'address';
  /**
   * `asking`: the carrier is being asked; `accepted`: it agreed; `open`: a person will handle it.
   */
  readonly state: 'asking' | 'accepted' | 'open' | 'done' | 'refused';
  /** The day of a reschedule; null: the request is none. */
  readonly date: string | null;
  readonly window: DayWindow | null;
  /** The id of a requested pickup point; null: the request is none. */
  readonly pointId: string | null;
  /** The name in the carrier's list when it was requested. */
  readonly pointName?: string | null;
  readonly atMs: number;
}

export interface PhotoOffer {
  /** The number of photos that the recipient has already sent. */
  readonly sent: number;
  /** The maximum number of photos in all. */
  readonly most: number;
}

export type PhotosOutcome =
  /** `added`: the number of new photos, without those already stored. */
  | { readonly outcome: 'added'; readonly added: number }
  | { readonly outcome: 'none' }
  /** The bytes of a file are no JPEG, PNG or WebP, whatever its name. */
  | { readonly outcome: 'unknown_type' }
  | { readonly outcome: 'too_many' }
  /** Photos of damage are not requested for this parcel, or no longer. */
  | { readonly outcome: 'not_offered' };

/** Where a parcel waits, or is being brought to on request. */
export interface PlaceOfPickup {
  readonly state: 'waits' | 'goes';
  /** Null: the carrier has not reported the place. */
  readonly point: KnownPickup | null;
  /** The town according to events; null: not reported. */
  readonly location: string | null;
}

/** A `PickupPoint` fits; for one known from events only, members are null. */
interface KnownPickup {
  readonly name: string;
  readonly kind: PickupPoint['kind'] | null;
  readonly address:
    | {
        readonly [Part in keyof PickupPoint['address']]: string | null;
      }
    | null;
  readonly hours: readonly OpeningHours[] | null;
  readonly temporarilyClosed?: boolean;
}

export interface RescheduleRequest {
  readonly date: string;
  readonly window: DayWindow | null;
  readonly instructions: string | null;
}

export type RedirectionRequest =
  | { readonly kind: 'pickup_point'; readonly pointId: string }
  | { readonly kind: 'hold_at_facility' };

export type AddressRequest =
  | { readonly kind: 'confirm' }
  | { readonly kind: 'correct'; readonly address: Readonly<Record<string, string>> };

export type SelfServiceOutcome =
  /** `carrier`: the carrier has accepted the request; `merchant`: a person will handle it. */
  | { readonly outcome: 'accepted'; readonly by: 'carrier' | 'merchant' }
  | { readonly outcome: 'refused'; readonly reason: string }
  /** Neither carrier nor merchant offers it for this parcel. */
  | { readonly outcome: 'not_offered'; readonly reason: ErrorText }
  /** The field that is wrong is given as a JSON pointer into the request. */
  | {
      readonly outcome: 'invalid';
      readonly pointer: string;
      readonly reason: ErrorText;
      readonly fix: ErrorText;
    }
  /** The carrier has agreed to another request, which it has not fulfilled yet. */
  | { readonly outcome: 'already_accepted'; readonly reason: ErrorText }
  /** It is too late: the parcel is delivered, or on its way back. */
  | { readonly outcome: 'too_late'; readonly reason: ErrorText }
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'unavailable'; readonly retryAfterS: number };
