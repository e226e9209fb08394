import { readPageById } from '../../../http/kit/paged.ts';
import { resource } from '../../../http/kit/resource.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import { facilityByCode } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { LatLng } from '../../../kernel/places/distance.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import {
  type AreaToPause,
  endPause,
  listPauses,
  type PausedArea,
  pauseArea,
  type ViewDeps,
} from '../../deliveries/index.ts';
import { newPause, pause, pauseFilter, pausePage, RADIUS_M } from './schema.ts';

/** Areas in which no courier gets a merchant's offers now. */
export const dispatchPauses = resource(
  { noun: 'paused area', tag: 'Deliveries' },
  {
    create: {
      id: 'createDispatchPause',
      method: 'POST',
      path: '/dispatch/pauses',
      summary: 'Pause dispatch in an area',
      description:
        'What is to be fetched there waits, and says so (`pause` of the delivery). Offers that are open stay open, and a dispatcher can still assign.',
      scope: 'deliveries:write',
      body: newPause,
      answers: { 201: { description: 'It is paused.', schema: pause } },
      errors: ['conflict'],
      example: {
        cells: ['u1x0e', 'u1x0s'],
        until: '2026-03-10T15:00:00Z',
        reason: 'Storm warning',
      },
    },
    list: {
      id: 'listDispatchPauses',
      method: 'GET',
      path: '/dispatch/pauses',
      summary: 'List paused areas of the last 90 days',
      scope: 'deliveries:read',
      query: pauseFilter,
      answers: { 200: { description: 'A page, newest first.', schema: pausePage } },
    },
    end: {
      id: 'endDispatchPause',
      method: 'DELETE',
      path: '/dispatch/pauses/:id',
      summary: 'Resume dispatch in an area',
      description: 'What waited is offered at once. Sent again, the answer is the same.',
      scope: 'deliveries:write',
      answers: { 200: { description: 'It is over.', schema: pause } },
    },
  },
  (deliveries: ViewDeps) => ({
    create: async ({ tenant, key, body }) => {
      const untilMs = pauseEnd(body.until, deliveries.clock.nowMs());
      const radiusM = body.radius_m ?? RADIUS_M.default;
      const where = body.cells
        ? { cells: body.cells }
        : body.center
          ? { center: body.center, radiusM, facilityCode: null }
          : await aroundFacility(deliveries, tenant, body.facility_code ?? '', radiusM);
      const reason = body.reason ?? null;
      const made = await pauseArea(deliveries, tenant, { where, untilMs, reason, by: key.id });
      if (made === null) throw tooManyPauses();
      return { status: 201, body: pauseJson(made) };
    },
    list: async ({ tenant, query }) => {
      const body = await readPageById(
        'pauses',
        tenant,
        query,
        (before, limit) => listPauses(deliveries, tenant, { before, limit }),
        pauseJson,
      );
      return { status: 200, body };
    },
    end: async ({ tenant, key, param, missing }) => {
      const id = pauseUuid(param('id'));
      const outcome = await endPause(deliveries, tenant, id, key.id);
      if (outcome.kind === 'not_found') throw missing();
      return { status: 200, body: pauseJson(outcome.pause) };
    },
  }),
);

/** The JSON of a paused area. */
function pauseJson(area: PausedArea) {
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
function pauseEnd(until: string | null | undefined, nowMs: number): number | null {
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
