import type { CarrierEstimate } from '../events/estimate.ts';
import type { ShipmentAttributes } from '../events/shipment-attributes.ts';
import type { Status } from '../kernel/status.ts';
import type { Mode } from '../kernel/tenant.ts';
import type { FoldEstimate } from './fold/fold-input.ts';

/** An estimate as shown, with its source: the carrier, the hub's model, or counted working days. */
export type ShownEstimate = CarrierEstimate;

/** The hub's own date for a parcel, which takes precedence over the carrier's. */
export interface PredictedDelivery extends FoldEstimate {
  readonly source: ShownEstimate['source'];
  readonly confidence: number;
  readonly late: boolean;
  /** The number of stops before this one, for a courier with a known route. */
  readonly stopsBefore?: number;
  /** Set while the courier is minutes away. */
  readonly arriving?: true;
  readonly moved: MovedDay | null;
  /** The carrier's last day, if it is over at the destination; absent if it is not. */
  readonly passed?: string;
}

/** No date is shown, because the carrier's day is over at the destination and the hub has none. */
interface WithdrawnDelivery {
  readonly date: null;
  /** The last day that the carrier named; no day up to this one is shown. */
  readonly passed: string;
}

/** The hub's override of the carrier's date. */
export type EstimateOverride = PredictedDelivery | WithdrawnDelivery;

/** The day shown before, and why it changed; the codes are prediction's (`MovedWhy`). */
export interface MovedDay {
  /** The day shown before; null if there was none. */
  readonly from: string | null;
  readonly why: {
    readonly code: string;
    /** What the carrier reported. */
    readonly reason?: string;
    /** The day without deliveries. */
    readonly date?: string;
  };
}

/**
 * An ordinary tag. Until they lose it, parcels that have it are in no list of the desk and their
 * people are not found.
 */
export const ARCHIVED_TAG = 'archived';

/** The shipment's personal data, sealed. */
export interface SealedPersonal {
  readonly content: Uint8Array;
  readonly dataKey: Uint8Array;
  /**
   * Hashes for finding the recipient. Present only where the data were just sealed and the key is
   * available: they are written to the index, and never read with a shipment.
   */
  readonly hashes?: readonly string[];
}

/** One use of a (carrier, tracking number), which a merchant asked the hub to track. */
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
  /** IANA zone of the destination, if country and postal code determine it. */
  readonly destinationZone: string | null;
  /** ISO 3166-1 country of the destination. */
  readonly destinationCountry: string | null;
  /** The shipment whose report named this number; null if a merchant registered it. */
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
  /** IANA zone of the newest event that has one; null if none has. */
  readonly eventZone: string | null;
  /** Whether polling has ended; any update starts it again. */
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

/** Returns carrier and number as one string, because two carriers may use the same number. */
export function nameOf(shipment: Pick<Shipment, 'carrier' | 'trackingNumber'>): string {
  return `${shipment.carrier} ${shipment.trackingNumber}`;
}
