import type { CarrierEstimate } from '../events/estimate.ts';
import type { ShipmentAttributes } from '../events/shipment-attributes.ts';
import type { Status } from '../kernel/status.ts';
import type { Mode } from '../kernel/tenant.ts';
import type { FoldEstimate } from './fold/fold-input.ts';

/** An estimate as it is shown, and who says it: the carrier, our model, or counted working days. */
export type ShownEstimate = CarrierEstimate;

/** Our own date of a parcel, laid over the carrier's. */
export interface PredictedDelivery extends FoldEstimate {
  readonly source: ShownEstimate['source'];
  readonly confidence: number;
  readonly late: boolean;
  /** Of a courier whose round is known. */
  readonly stopsBefore?: number;
  /** The courier is minutes away. */
  readonly arriving?: true;
  readonly moved: MovedDay | null;
  /** The carrier's last day, when that is over at the destination; absent: it is not. */
  readonly passed?: string;
}

/** The carrier's day is over at the destination and there is none of ours: no date is shown. */
export interface WithdrawnDelivery {
  readonly date: null;
  /** The last day the carrier named: no day up to this one is shown. */
  readonly passed: string;
}

/** What lies over the carrier's date. */
export type EstimateOverride = PredictedDelivery | WithdrawnDelivery;

/** The day that was shown before, and why it is another now; the codes are prediction's (`MovedWhy`). */
export interface MovedDay {
  /** Null: before, nobody had named a day. */
  readonly from: string | null;
  readonly why: {
    readonly code: string;
    /** What the carrier reported. */
    readonly reason?: string;
    /** On which nothing comes. */
    readonly date?: string;
  };
}

/** Who its people are. */
export interface SealedPersonal {
  readonly content: Uint8Array;
  readonly dataKey: Uint8Array;
  /** What the recipient is found by; null: not worked out yet. */
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
  /** IANA zone of the destination, where country and postal code settle it. */
  readonly destinationZone: string | null;
  /** The shipment whose report named this number; null: a merchant registered it. */
  readonly linkedFrom: string | null;
  /** Steps of links from a shipment that a merchant registered. */
  readonly linkDepth: number;
  readonly sealedPersonal: SealedPersonal | null;
  readonly state: ShipmentState;
  readonly predicted: EstimateOverride | null;
  readonly sequence: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly deletedAtMs: number | null;
}

/** The fold's result as it is stored and shown. */
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
  /** IANA zone of the newest event that tells one. */
  readonly eventZone: string | null;
  /** We gave up following it; any update ends that. */
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
