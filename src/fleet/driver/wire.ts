/** The protocol between app and hub: `/v1/driver/…`, as in docs/openapi.json. */

export type ProofKind = 'photo' | 'signature' | 'pin';
export type Shift = 'on' | 'off';

/**
 * A courier, as in `POST /v1/driver/enrol` and `GET /v1/driver/route`; only the members that an app
 * shows.
 */
export interface Courier {
  readonly id: string;
  readonly name: string;
  readonly vehicle: string;
  readonly time_zone: string | null;
  /** Code of the building where the day begins and ends; absent or null: unknown. */
  readonly home_facility?: string | null;
  readonly shift: Shift;
  readonly shift_ends_at: string | null;
  /** Whether a shift is paused; absent from hubs that do not know pauses. */
  readonly paused?: boolean;
}

export interface RouteParcel {
  readonly shipment_id: string;
  readonly tracking_number: string;
  readonly status: string;
  readonly sub_status: string | null;
  /** `to_load`: on the list; `loaded`: the courier has it; `done`: delivered, handed in or given away. */
  readonly state: 'to_load' | 'loaded' | 'done';
  readonly require_proof: readonly ProofKind[];
  readonly pieces: number | null;
  readonly weight_g: number | null;
  readonly order_id: string | null;
  /**
   * Whom this parcel is for, because several people may live at one address; absent: the stop's
   * recipient.
   */
  readonly recipient?: { readonly name: string | null; readonly phone: string | null };
  /** Delivery attempts so far. */
  readonly attempts: number;
  /** Where it is collected; null or absent: at the merchant's own building. */
  readonly pickup?: RouteStop['address'] | null;
}

export interface RouteStop {
  readonly id: string;
  /** The stop's number in driving order, from 1. */
  readonly position: number;
  readonly state: 'open' | 'done';
  readonly recipient: { readonly name: string | null; readonly phone: string | null };
  readonly address: {
    readonly lines: readonly string[];
    readonly postal_code: string | null;
    readonly city: string | null;
    readonly country: string | null;
  };
  readonly location: { readonly lat: number; readonly lng: number } | null;
  readonly window: { readonly from: string; readonly to: string } | null;
  readonly notes: readonly string[];
  readonly require_proof: readonly ProofKind[];
  readonly parcels: readonly RouteParcel[];
}

/** A change to the route that the courier did not make. */
export interface RouteNotice {
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly tracking_number: string;
  /** The text in the requested language. */
  readonly text: string;
}

export interface Route {
  readonly courier: Courier;
  readonly revision: string;
  readonly generated_at: string;
  readonly stops: readonly RouteStop[];
  readonly notices: readonly RouteNotice[];
}

/** A delivery that the courier may accept, as in `GET /v1/driver/offers`. */
export interface Offer {
  readonly id: string;
  /** Where to pick it up. */
  readonly origin: { readonly lat: number; readonly lng: number; readonly address: string | null };
  /** The approximate destination: only the courier who accepts gets the exact address. */
  readonly destination: {
    readonly lat: number;
    readonly lng: number;
    readonly address: string | null;
  };
  /** Straight-line distance to the pickup; null: the courier's place is unknown. */
  readonly distance_km: number | null;
  /** Straight-line distance from the pickup to the destination. */
  readonly trip_km: number;
  readonly package_size: 'small' | 'medium' | 'large';
  readonly weight_g: number | null;
  readonly estimated_pickup_time: string;
  readonly ready_at: string;
  readonly deliver_by: string | null;
  /** The offer made to this courier; null: none was made, but the courier may still accept. */
  readonly offer: { readonly offered_at: string; readonly alone_until: string } | null;
}

/** Where something happened; absent if the phone does not know. */
export interface Place {
  readonly lat?: number;
  readonly lng?: number;
}

/**
 * A scan of a parcel. It is a fact, refused only for its form and because of who holds the parcel.
 */
interface ScanEvent extends Place {
  readonly type: 'scan';
  readonly tracking_number: string;
  /** What the scan means: `LOAD`, `PICKUP`, `RETURNED`, … or a code of the merchant's own. */
  readonly code: string;
  readonly reason_code?: string;
  readonly facility_code?: string;
  readonly piece?: string;
  readonly note?: string;
  /** With `LOAD` or `PICKUP`: the colleague who held the parcel gave it to this courier. */
  readonly handover?: boolean;
}

/** A command to set a status; refused if the parcel's status does not allow it. */
interface StatusEvent extends Place {
  readonly type: 'status';
  readonly shipment_id?: string;
  readonly tracking_number?: string;
  readonly status: string;
  readonly sub_status?: string;
  readonly note?: string;
}

/** A note for whoever works on the parcel's case. */
interface NoteEvent {
  readonly type: 'note';
  readonly shipment_id?: string;
  readonly tracking_number?: string;
  readonly note: string;
}

export type DriverEvent = ScanEvent | StatusEvent | NoteEvent;

/**
 * A drawn signature: strokes of points `[x, y]`, in units of the pad. The hub renders the picture.
 */
export interface Signature {
  readonly width: number;
  readonly height: number;
  readonly strokes: readonly (readonly (readonly [x: number, y: number])[])[];
}

/**
 * A picture: the bytes to send or, in React Native, the file's location on the phone. Storages
 * store either unchanged.
 */
export type DriverFile =
  | { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: string; readonly uri: string; readonly name: string };

/** Evidence that the parcels were handed over, or that they are damaged. */
export interface Proof extends Place {
  readonly shipment_ids: readonly string[];
  /** The photos, at most five. */
  readonly photos?: readonly DriverFile[];
  readonly signature?: Signature;
  readonly received_by?: string;
  readonly pin?: string;
  readonly accuracy_m?: number;
}

/** Why the hub refused something. */
export interface Refusal {
  /** The error code, such as `forbidden_move` or `not_yours`; docs/driver-module.md lists them. */
  readonly code: string;
  /** The server's message. */
  readonly reason: string;
  /** What the courier can do, in the server's words; empty if the server says nothing. */
  readonly fix: string;
  /** For `forbidden_move`: the parcel's status, and those a command may request. */
  readonly current?: string;
  readonly allowed?: readonly string[];
  /** For `held_by_another`: the colleague's first name. */
  readonly holder?: string;
  /** For `proof_missing`: the kinds of proof that are missing. */
  readonly missing?: readonly string[];
  /** For `pin_wrong`: the remaining attempts. */
  readonly attemptsLeft?: number;
}
