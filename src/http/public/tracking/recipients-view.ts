import type { LatLng } from '../../../kernel/places/distance.ts';

/** A location, as in `GET /shipments/:id/location` and the live streams. */
export interface LocationJson {
  readonly tracking_number: string;
  readonly shipment_id?: string;
  readonly courier: { readonly id?: string; readonly name: string; readonly vehicle: string };
  readonly lat: number;
  readonly lng: number;
  readonly precision: 'exact' | 'coarse';
  readonly accuracy_m: number | null;
  readonly heading: number | null;
  readonly updated_at: string;
  readonly is_old: boolean;
  readonly stops_before: number | null;
}

/** Couriers as visible on recipients' pages. */
export interface RecipientsView {
  /** Only this carrier's parcels are brought by the installation's couriers. */
  readonly ownCarrier: string;
  /**
   * The location with the parcel's destination, for a page to show both; null: nothing is visible.
   */
  find(
    shipmentId: string,
  ): Promise<{ readonly location: LocationJson; readonly door: LatLng | null } | null>;
  /**
   * When a delivery is expected while no position of its courier says so; null: unknown. Instants
   * in epoch ms.
   */
  window(shipmentId: string): Promise<{ readonly fromMs: number; readonly toMs: number } | null>;
  /** Calls back soon, then on changes, at most once a second; null: nothing is visible. */
  watch(
    shipmentId: string,
    onLocation: (location: LocationJson | null) => void,
  ): { readonly refresh: () => void; readonly end: () => void };
}
