/** What the app and the hub say to each other: `/v1/driver/…`, as docs/openapi.json describes it. */

export type ProofKind = 'photo' | 'signature' | 'pin';
export type Shift = 'on' | 'off';

/** As `POST /v1/driver/enrol` and `GET /v1/driver/route` tell it; only what an app shows. */
export interface Courier {
  readonly id: string;
  readonly name: string;
  readonly vehicle: string;
  readonly time_zone: string | null;
  /** Code of the building where the day begins and ends; absent or null: not known. */
  readonly home_facility?: string | null;
  readonly shift: Shift;
  readonly shift_ends_at: string | null;
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
  /** Several people may live at one address; absent: the stop's. */
  readonly recipient?: { readonly name: string | null; readonly phone: string | null };
  /** Deliveries attempted so far. */
  readonly attempts: number;
  /** Where it is fetched; null or absent: at one's own building. */
  readonly pickup?: RouteStop['address'] | null;
}

export interface RouteStop {
  readonly id: string;
  /** From 1, in the order to drive. */
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

/** Something changed on the route that was not the courier's own doing. */
export interface RouteNotice {
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly tracking_number: string;
  /** In the language that was asked for. */
  readonly text: string;
}

export interface Route {
  readonly courier: Courier;
  readonly revision: string;
  readonly generated_at: string;
  readonly stops: readonly RouteStop[];
  readonly notices: readonly RouteNotice[];
}

/** A delivery that the courier may take, as `GET /v1/driver/offers` tells it. */
export interface Offer {
  readonly id: string;
  /** Where it is fetched. */
  readonly origin: { readonly lat: number; readonly lng: number; readonly address: string | null };
  /** Roughly: the door is told to whoever has taken it. */
  readonly destination: {
    readonly lat: number;
    readonly lng: number;
    readonly address: string | null;
  };
  /** To the pickup, straight; null: nobody knows from where. */
  readonly distance_km: number | null;
  /** From the pickup to the door, straight. */
  readonly trip_km: number;
  readonly package_size: 'small' | 'medium' | 'large';
  readonly weight_g: number | null;
  readonly estimated_pickup_time: string;
  readonly ready_at: string;
  readonly deliver_by: string | null;
  /** Null: the courier was not asked, and may take it all the same. */
  readonly offer: { readonly offered_at: string; readonly alone_until: string } | null;
}

/** Where it happened; left out where the phone does not know. */
export interface Place {
  readonly lat?: number;
  readonly lng?: number;
}

/** A fact: a parcel was scanned. Refused only for its form and for who has the parcel. */
export interface ScanEvent extends Place {
  readonly type: 'scan';
  readonly tracking_number: string;
  /** `LOAD`, `PICKUP`, `RETURNED`, … or a code of the merchant's own. */
  readonly code: string;
  readonly reason_code?: string;
  readonly facility_code?: string;
  readonly piece?: string;
  readonly note?: string;
  /** With `LOAD` or `PICKUP`: the colleague who has the parcel gave it to this courier. */
  readonly handover?: boolean;
}

/** A command: refused where the parcel's status does not allow it. */
export interface StatusEvent extends Place {
  readonly type: 'status';
  readonly shipment_id?: string;
  readonly tracking_number?: string;
  readonly status: string;
  readonly sub_status?: string;
  readonly note?: string;
}

/** For whoever works on the parcel's case. */
export interface NoteEvent {
  readonly type: 'note';
  readonly shipment_id?: string;
  readonly tracking_number?: string;
  readonly note: string;
}

export type DriverEvent = ScanEvent | StatusEvent | NoteEvent;

/** What a pen drew: strokes of points `[x, y]`, in units of the pad. The hub makes the picture. */
export interface Signature {
  readonly width: number;
  readonly height: number;
  readonly strokes: readonly (readonly (readonly [x: number, y: number])[])[];
}

/**
 * Bytes to send: as they are, or, in React Native, where they lie on the phone. Storages keep either
 * as it is.
 */
export type DriverFile =
  | { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: string; readonly uri: string; readonly name: string };

/** What shows that the parcels were handed over, or that they are damaged. */
export interface Proof extends Place {
  readonly shipment_ids: readonly string[];
  /** Five at most. */
  readonly photos?: readonly DriverFile[];
  readonly signature?: Signature;
  readonly received_by?: string;
  readonly pin?: string;
  readonly accuracy_m?: number;
}

/** What the hub says of something that it refused. */
export interface Refusal {
  /** `forbidden_move`, `not_yours`, …: docs/driver-module.md lists them. */
  readonly code: string;
  /** In the server's words. */
  readonly reason: string;
  /** What the courier can do, in the server's words; empty where it says nothing. */
  readonly fix: string;
  /** Of `forbidden_move`: the parcel's status, and those a command may ask for. */
  readonly current?: string;
  readonly allowed?: readonly string[];
  /** Of `held_by_another`: the colleague's first name. */
  readonly holder?: string;
  /** Of `proof_missing`. */
  readonly missing?: readonly string[];
  /** Of `pin_wrong`: how many wrong ones may follow. */
  readonly attemptsLeft?: number;
}
