import type { Mode } from '../../kernel/tenant.ts';
import type { PhoneLocation } from '../devices/devices.sql.ts';

export const VEHICLES = ['foot', 'bike', 'scooter', 'car', 'van'] as const;
export type Vehicle = (typeof VEHICLES)[number];

/** Characters at most. */
export const COURIER_CHARS = { name: 100, externalId: 100, facility: 120 } as const;

/** A merchant's courier, as the merchant sees it. */
export interface Courier extends CourierFields {
  readonly id: string;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly onShift: boolean;
  /** Since when it has been on or off; null: never on. */
  readonly shiftSinceMs: number | null;
  readonly shiftEndsAtMs: number | null;
  /** Parcels in hand, and those on the route that are not done. */
  readonly holds: number;
  readonly assigned: number;
  /** Null: no device is enrolled. */
  readonly device: PhoneState | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** A phone in use, in its last known state. */
export interface PhoneState {
  readonly lastSeenMs: number | null;
  /** Whether it can tell where it is; null: it never said. */
  readonly location: PhoneLocation | null;
  /** When it said that, and its battery; null: never. */
  readonly saidAtMs: number | null;
  /** Percent. */
  readonly battery: number | null;
}

/** What a merchant says of a courier. */
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
  /** Epoch ms; null: until somebody ends it. */
  readonly endsAtMs: number | null;
  /** When the phone says that it was, epoch ms, not in the future; absent: now. */
  readonly atMs?: number;
}

/** How couriers are called among colleagues and recipients: nobody needs more. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? '';
}

/** Why a change was not made. */
export type CourierRefusal =
  | { readonly kind: 'not_found' }
  | { readonly kind: 'external_id_taken' }
  | { readonly kind: 'shift_ends_in_past' }
  | { readonly kind: 'has_parcels'; readonly holds: number };
