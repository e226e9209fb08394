import type { LatLng } from './places/distance.ts';
import type { Tenant } from './tenant.ts';

/** How a courier's custody of a parcel ended. */
export type ParcelEnd =
  | 'delivered'
  | 'returned'
  | 'handed_in'
  | 'given'
  | 'taken_off'
  | 'rescheduled'
  | 'ended';

/** A courier to whom a parcel was assigned, and when the courier had it. */
export interface CustodyPeriod {
  readonly courierId: string;
  /** Null: the courier was removed. */
  readonly name: string | null;
  readonly assignedAtMs: number;
  /** Null: the parcel was only planned for this courier. */
  readonly heldSinceMs: number | null;
  /** Null: still in the courier's hands, or not loaded yet. */
  readonly doneAtMs: number | null;
  readonly doneWhy: ParcelEnd | null;
}

/** A courier's note about a parcel. */
export interface CourierNote {
  readonly atMs: number;
  /** Empty: the courier was removed. */
  readonly firstName: string;
  readonly text: string;
}

/** Where an unfinished parcel of own couriers is. */
export interface Whereabouts {
  /** Where it is to be fetched; null: it has been, or this is unknown. */
  readonly pickup: LatLng | null;
  /** Who brings it, and where that courier was last; null: nobody, or unknown. */
  readonly courier:
    | (LatLng & {
        readonly name: string;
        /** Degrees clockwise from north; null: unknown. */
        readonly heading: number | null;
        readonly atMs: number;
        /** How many stops come before the parcel's; null: unknown. */
        readonly stopsBefore: number | null;
      })
    | null;
}

/** When a parcel is planned to arrive. */
export interface PlannedArrival {
  readonly fromMs: number;
  readonly toMs: number;
  /** The expected time within the window. */
  readonly atMs: number;
  /** Null: no time was promised. */
  readonly promisedMs: number | null;
}

/** An unfinished delivery by own couriers. */
export interface OpenDelivery {
  /** Whether a courier is assigned, who may already have it. */
  readonly hasCourier: boolean;
  /** Null: no time is known. */
  readonly arrival: PlannedArrival | null;
}

/** What couriers did with parcels, for the pages of parcels, of their cases and of the activity. */
export interface CustodyRecords {
  /** Returns the custody periods, oldest first. */
  custody(tenant: Tenant, shipmentId: string): Promise<readonly CustodyPeriod[]>;
  /** Returns the notes, oldest first. */
  notes(tenant: Tenant, shipmentId: string): Promise<readonly CourierNote[]>;
  /** Returns the names of couriers who still exist, by id. */
  names(tenant: Tenant, courierIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Returns the unfinished deliveries among parcels, by id. */
  openDeliveries(shipmentIds: readonly string[]): Promise<ReadonlyMap<string, OpenDelivery>>;
  /** Returns where it is now. */
  whereabouts(tenant: Tenant, shipmentId: string): Promise<Whereabouts>;
}

/** Why an event of a courier's device is refused; a scan by such a device is one. */
export const COURIER_EVENT_FAULTS = [
  'invalid',
  'not_yours',
  'held_by_another',
  'no_such_parcel',
  'forbidden_move',
  'overtaken',
  'proof_missing',
] as const;
