import { invalidMember } from '../../../http/kit/validation.ts';
import { facilityByCode } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { LatLng } from '../../../kernel/places/distance.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { AreaToPause, PausedArea, ViewDeps } from '../../deliveries/index.ts';

/** The JSON of a paused area. */
export function pauseJson(area: PausedArea) {
  return {
    id: wireId('pause', area.id),
    cells: [...area.cells],
    facility_code: area.facilityCode,
    center: area.lat === null || area.lng === null ? null : { lat: area.lat, lng: area.lng },
    radius_m: area.radiusM,
    reason: area.reason,
    created_at: iso(area.createdAtMs),
    created_by: area.createdBy,
    until: iso(area.untilMs),
    ended_at: iso(area.endedAtMs),
    ended_by: area.endedBy,
  };
}

/** Throws the same 404 for an invalid id as for an unknown one. */
export function pauseUuid(text: string): string {
  const uuid = uuidOfWireId('pause', text);
  if (uuid === null) throw noSuchPause();
  return uuid;
}

export function noSuchPause(): Problem {
  return new Problem('not_found', 'dispatch.noSuchPausedArea');
}

export function tooManyPauses(): Problem {
  return new Problem('conflict', 'dispatch.tooManyPausedAreas', {
    fix: 'dispatch.endPauseFirst',
  });
}

/** Throws `Problem` for a time in the past. */
export function pauseEnd(until: string | null | undefined, nowMs: number): number | null {
  if (!until) return null;
  const untilMs = Date.parse(until);
  if (untilMs > nowMs) return untilMs;
  throw invalidMember('/until', 'dispatch.inPast', 'dispatch.sendFutureTime');
}

/** The circle around a facility of the tenant's; throws `Problem` when its place is unknown. */
export async function aroundFacility(
  { db, ownCarrier }: Pick<ViewDeps, 'db' | 'ownCarrier'>,
  tenant: Tenant,
  code: string,
  radiusM: number,
): Promise<AreaToPause['where']> {
  const center = await withTenant(db.app, tenant, async (tx): Promise<LatLng | null> => {
    const found =
      (await facilityByCode(tx, tenant, { carrier: null, code })) ??
      (await facilityByCode(tx, tenant, { carrier: ownCarrier, code }));
    const { lat = null, lng = null } = found ?? {};
    return lat === null || lng === null ? null : { lat, lng };
  });
  if (center !== null) return { center, radiusM, facilityCode: code };
  throw invalidMember(
    '/facility_code',
    'dispatch.noFacilityWithCoordinates',
    'dispatch.useFacilityWithCoordinates',
  );
}
