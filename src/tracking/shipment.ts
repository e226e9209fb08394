import type { CarrierEstimate } from '../events/estimate.ts';
import type { ShipmentAttributes } from '../events/shipment-attributes.ts';
import type { Status } from '../kernel/status.ts';
import type { Mode } from '../kernel/tenant.ts';
import type { FoldEstimate } from './fold/fold-input.ts';

/** An estimate as shown, with its source: the carrier, our model, or counted working days. */
export type ShownEstimate = CarrierEstimate;

/** Our own date for a parcel, which takes precedence over the carrier's. */
export interface PredictedDelivery extends FoldEstimate {
  readonly source: ShownEstimate['source'];
  readonly confidence: number;
  readonly late: boolean;
  /** Stops before this one, for a courier with a known route. */
  readonly stopsBefore?: number;
  /** The courier is minutes away. */
  readonly arriving?: true;
  readonly moved: MovedDay | null;
  /** The carrier's last day, if it is over at the destination; absent: it is not. */
  readonly passed?: string;
}

/** The carrier's day is over at the destination and we have none: no date is shown. */
export interface WithdrawnDelivery {
  readonly date: null;
  /** The last day the carrier named: no day up to this one is shown. */
  readonly passed: string;
}

/** Our override of the carrier's date. */
export type EstimateOverride = PredictedDelivery | WithdrawnDelivery;

/** The day shown before, and why it changed; the codes are prediction's (`MovedWhy`). */
export interface MovedDay {
  /** Null: no day was shown before. */
  readonly from: string | null;
  readonly why: {
    readonly code: string;
    /** What the carrier reported. */
    readonly reason?: string;
    /** The day without deliveries. */
    readonly date?: string;
  };
}

/** The shipment's people, sealed. */
export interface SealedPersonal {
  readonly content: Uint8Array;
  readonly dataKey: Uint8Array;
  /** Hashes for finding the recipient; null: not computed yet. */
  readonly hashes: readonly string[] | null;
}

/** One life of a (carrier, tracking number) that a merchant asked us to track. */
export interface Shipment extends ShipmentAttributes {
  readonly id: string;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly shard: number;
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly carrierPieceId: string | null;
  readonly factsFromMs: number;
  readonly factsUntilMs: number | null;
  /** IANA zone of the destination, where country and postal code determine it. */
  readonly destinationZone: string | null;
  /** The shipment whose report named this number; null: a merchant registered it. */
  readonly linkedFrom: string | null;
  /** Number of links from a shipment that a merchant registered. */
  readonly linkDepth: number;
  readonly sealedPersonal: SealedPersonal | null;
  readonly state: ShipmentState;
  readonly predicted: EstimateOverride | null;
  readonly sequence: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly deletedAtMs: number | null;
}

/** The fold's result in its stored and displayed form. */
export interface ShipmentState {
  readonly status: Status;
  readonly subStatus: string | null;
  readonly confirmed: boolean;
  readonly steering: string | null;
  readonly returning: boolean;
  readonly estimatedDelivery: ShownEstimate | null;
  readonly pieces: { readonly total: number; readonly delivered: number } | null;
  readonly deliveredAtMs: number | null;
  readonly lastEventAtMs: number | null;
  /** IANA zone of the newest event that has one. */
  readonly eventZone: string | null;
  /** Polling was given up; any update ends that. */
  readonly expired: boolean;
}

export const INITIAL_STATE: ShipmentState = {
  status: 'created',
  subStatus: null,
  confirmed: true,
  steering: null,
  returning: false,
  estimatedDelivery: null,
  pieces: null,
  deliveredAtMs: null,
  lastEventAtMs: null,
  eventZone: null,
  expired: false,
};
