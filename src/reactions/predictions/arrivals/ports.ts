import type { Tenant } from '../../../kernel/tenant.ts';
import type { RoadVehicle } from '../../../prediction/index.ts';

/** A courier who is under way with parcels. Times are epoch ms. */
export interface CourierUnderWay {
  readonly id: string;
  readonly tenant: Tenant;
  readonly vehicle: RoadVehicle;
  readonly held: number;
  readonly lastDoneMs: number | null;
}

/** What own couriers' stage knows of their work. */
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

/** The newest believed places of these couriers, as far as they are known. */
export type CourierPlaces = (courierIds: readonly string[]) => Promise<readonly CourierFix[]>;
