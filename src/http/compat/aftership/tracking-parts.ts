import { type Registry, trackingPageOf } from '../../../adapters/index.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import {
  type ExternalId,
  externalId,
  externalIdsOf,
  type ListedView,
  shipmentJson,
  type TrackingDeps,
  viewShipment,
} from '../../../tracking/ports/shipments.ts';
import type { Polling } from '../../api/pulling/routes.ts';
import { ServiceProblem } from '../service-problem.ts';
import { type Tracking, toTracking } from './tracking.ts';

/** The service's name in `external_ids`. */
export const SERVICE = 'aftership';

export interface TrackingParts {
  readonly tracking: TrackingDeps;
  readonly adapters: Registry;
  /** Null when this hub polls no carriers. */
  readonly polling: Polling | null;
}

/** Returns shipments as trackings, in the given order. */
export async function trackingsOf(
  { tracking, adapters }: TrackingParts,
  tenant: Tenant,
  views: readonly ListedView[],
): Promise<readonly Tracking[]> {
  const rows = await withTenant(tracking.db.app, tenant, (tx) =>
    externalIdsOf(
      tx,
      SERVICE,
      views.map(({ shipment }) => shipment.id),
    ),
  );
  const terms = {
    describe: tracking.context().describe,
    nowMs: tracking.clock.nowMs(),
    trackingPageOf: (carrier: string) => trackingPageOf(adapters, carrier),
  };
  return views.map(({ shipment, ...view }) => {
    const json = shipmentJson(shipment, tracking.publicUrl());
    return toTracking({ ...view, shipment: json, ids: idsAmong(rows, shipment.id) }, terms);
  });
}

/** Returns the ids of a shipment that were not deleted, among those of several. */
export function idsAmong(rows: readonly ExternalId[], id: string): readonly string[] {
  return rows.flatMap(({ shipmentId, deletedAtMs, externalId: own }) =>
    shipmentId === id && deletedAtMs === null ? [own] : [],
  );
}

/** Returns the tenant's tracking of a shipment. Throws a 404 (4004) if there is none. */
export async function foundTracking(
  parts: TrackingParts,
  tenant: Tenant,
  shipmentId: string,
): Promise<Tracking> {
  const view = await viewShipment(parts.tracking, tenant, shipmentId);
  const [found] = view === null ? [] : await trackingsOf(parts, tenant, [view]);
  if (found === undefined) throw noSuchTracking();
  return found;
}

const HEX_ID = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/**
 * Returns the shipment behind an id of a client: its UUID, the digits of it, or an id that came from
 * AfterShip or with the tracking. Throws a 404 (4004) for any other.
 */
export async function shipmentIdOf(
  { tracking }: TrackingParts,
  tenant: Tenant,
  id: string,
): Promise<string> {
  const known = await withTenant(tracking.db.app, tenant, (tx) =>
    externalId(tx, tenant, SERVICE, id),
  );
  if (known?.deletedAtMs === null) return known.shipmentId;
  const uuid = id.toLowerCase().replace(HEX_ID, '$1-$2-$3-$4-$5');
  if (known === null && isUuid(uuid)) return uuid;
  throw noSuchTracking();
}

/** AfterShip's own error for an unknown tracking. */
export function noSuchTracking(): ServiceProblem {
  return new ServiceProblem('not_found', 'aftership.noTracking', { code: 4004 });
}
