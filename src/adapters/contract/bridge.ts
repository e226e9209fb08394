import type { AccountFailure, BridgedParcel, CarrierSession } from './pull.ts';

export type { BridgedParcel } from './pull.ts';

/**
 * Registers parcels with a service that answers only about registered ones, and usually charges for
 * each. The hub decides which parcels are registered, and registers none twice.
 */
export interface BridgeDesk {
  /** How many parcels fit in a call of `register` or `stop`. */
  readonly parcelsPerCall: number;
  /**
   * Registers parcels. Returns one outcome for each. A parcel that the service says is registered
   * already is `registered`. Never rejects.
   */
  register(
    parcels: readonly BridgedParcel[],
    session: CarrierSession,
  ): Promise<readonly RegisterOutcome[]>;
  /**
   * Ends the tracking of parcels; absent: the service ends it by itself. A parcel that it does not
   * know (any more) is `stopped`. Never rejects.
   */
  stop?(
    parcels: readonly BridgedParcel[],
    session: CarrierSession,
  ): Promise<readonly StopOutcome[]>;
  /** Asks how many registrations are left; absent: the service does not tell. Never rejects. */
  quota?(session: CarrierSession): Promise<QuotaOutcome>;
}

export type RegisterOutcome =
  | {
      readonly outcome: 'registered';
      readonly trackingNumber: string;
      /** The service's id of the parcel, if it gives one. */
      readonly reference: string | null;
    }
  /** The service does not accept this parcel, for example because it does not know the carrier. */
  | { readonly outcome: 'refused'; readonly trackingNumber: string; readonly reason: string }
  /** The quota is used up: nothing can be registered until it is renewed. */
  | { readonly outcome: 'quota_used_up'; readonly trackingNumber: string; readonly reason: string }
  | (AccountFailure & { readonly trackingNumber: string });

export type StopOutcome =
  | { readonly outcome: 'stopped'; readonly trackingNumber: string }
  | { readonly outcome: 'refused'; readonly trackingNumber: string; readonly reason: string }
  | (AccountFailure & { readonly trackingNumber: string });

export type QuotaOutcome =
  | { readonly outcome: 'quota'; readonly used: number; readonly remaining: number }
  | AccountFailure;
