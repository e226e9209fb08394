import type { Mode } from '../../../kernel/tenant.ts';
import type { PhoneLocation } from '../devices/devices.sql.ts';

export const VEHICLES = ['foot', 'bike', 'scooter', 'car', 'van'] as const;

export type Vehicle = (typeof VEHICLES)[number];

/** Maximum lengths in characters. */
export const COURIER_CHARS = { name: 100, externalId: 100, facility: 120 } as const;

/** A courier as the merchant sees it. */
export interface Courier extends CourierFields {
  readonly id: string;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly onShift: boolean;
  /** Start of the current on or off period, epoch ms; null: never on shift. */
  readonly shiftSinceMs: number | null;
  readonly shiftEndsAtMs: number | null;
  /** While the courier is on shift but takes no offers; null: not paused. */
  readonly pause: Pause | null;
  /** The number of parcels in hand. `assigned` includes those on the route that are not done. */
  readonly holds: number;
  readonly assigned: number;
  /** The state of the active phone; null: no device is enrolled. */
  readonly device: PhoneState | null;
  /** Whether the phone is silent, as far as the database knows: positions may be newer. */
  readonly isOutOfContact: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** A pause within a shift: no offers, but the route stays. */
export interface Pause {
  /** Epoch ms; null: until somebody resumes the courier. */
  readonly endsAtMs: number | null;
}

/** The last known state of an active phone. */
export interface PhoneState {
  readonly lastSeenMs: number | null;
  /** Whether it can report its location; null: never reported. */
  readonly location: PhoneLocation | null;
  /** When it last reported location and battery, epoch ms; null: never. */
  readonly reportedAtMs: number | null;
  /** Percent. */
  readonly battery: number | null;
}

/** What a merchant sets on a courier. */
export interface CourierFields {
  readonly name: string;
  readonly phone: string | null;
  readonly vehicle: Vehicle;
  readonly capacityParcels: number | null;
  /** Grams. */
  readonly capacityWeightG: number | null;
  readonly externalId: string | null;
  readonly timeZone: string | null;
  readonly homeFacility: string | null;
}

export interface ShiftChange {
  readonly on: boolean;
  /** When the shift ends, epoch ms; null: open-ended. */
  readonly endsAtMs: number | null;
  /** When it happened by the phone's clock, epoch ms, not in the future; absent: now. */
  readonly atMs?: number;
}

/** A change of the shift, of a pause within it (null: it ends), or of both. */
export type WorkChange = Partial<ShiftChange> & { readonly pause?: Pause | null };

/** The first name, which is all that colleagues and recipients see. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? '';
}

/** Why a change was refused. */
export type CourierRefusal =
  | { readonly kind: 'not_found' }
  | { readonly kind: 'external_id_taken' }
  | { readonly kind: 'shift_ends_in_past' }
  | { readonly kind: 'pause_ends_in_past' }
  /** Only who is on shift can pause. */
  | { readonly kind: 'off_shift' }
  | { readonly kind: 'has_parcels'; readonly holds: number };
