import type { Tenant } from '../../../kernel/tenant.ts';
import type { RoadVehicle } from '../../../prediction/index.ts';

/** A courier who is on the road with parcels. Times are epoch ms. */
export interface CourierUnderWay {
  readonly id: string;
  readonly tenant: Tenant;
  readonly vehicle: RoadVehicle;
  readonly held: number;
  readonly lastDoneMs: number | null;
}

/** The routes of own couriers, provided by `src/fleet`. */
export interface CourierRoutes {
  onRoute(nowMs: number): Promise<readonly CourierUnderWay[]>;
  ahead(
    courierId: string,
    nowMs: number,
  ): Promise<{
    readonly last: { readonly shipmentId: string; readonly doneMs: number } | null;
    readonly stops: readonly {
      readonly shipmentIds: readonly string[];
      readonly opensMs: number | null;
    }[];
  }>;
  finishedLegs(
    sinceMs: number,
    limit: number,
  ): Promise<
    readonly {
      readonly courierId: string;
      readonly fromShipmentId: string;
      readonly shipmentId: string;
      readonly leftMs: number;
      readonly doneMs: number;
      readonly parcels: number;
    }[]
  >;
}

/** Where a courier was at a moment. */
export interface CourierFix {
  readonly courierId: string;
  readonly lat: number;
  readonly lng: number;
  readonly atMs: number;
}

/** Returns the newest plausible positions of these couriers, as far as they are known. */
export type CourierPlaces = (courierIds: readonly string[]) => Promise<readonly CourierFix[]>;
