import type { Status } from '../kernel/status.ts';
import type { Mode } from '../kernel/tenant.ts';
import type { FoldEstimate } from './fold-input.ts';

/** An estimate as it is shown: what the carrier (later: the model) says, and who says it. */
export interface ShownEstimate extends FoldEstimate {
  readonly source: 'carrier';
  /** Carriers state none. */
  readonly confidence: number | null;
}

/** One life of a (carrier, tracking number) that a merchant asked us to track. */
export interface Shipment {
  readonly id: string;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly shard: number;
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly carrierPieceId: string | null;
  readonly factsFromMs: number;
  readonly factsUntilMs: number | null;
  readonly orderIds: readonly string[];
  readonly serviceLevel: string | null;
  readonly senderId: string | null;
  readonly weightG: number | null;
  readonly dimensions: Readonly<Record<string, unknown>> | null;
  readonly promisedDate: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly sealedPersonal: { readonly content: Uint8Array; readonly dataKey: Uint8Array } | null;
  readonly state: ShipmentState;
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
};
