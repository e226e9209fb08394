import { endPause, listPauses, pauseArea, type ViewDeps } from '../../../deliveries/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import { BY_ID, readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { createPauseOperation, endPauseOperation, listPausesOperation } from './operations.ts';
import {
  aroundFacility,
  noSuchPause,
  pauseEnd,
  pauseJson,
  pauseUuid,
  tooManyPauses,
} from './read-pause.ts';
import { RADIUS_M } from './schema.ts';

const PAUSES = { name: 'pauses', position: BY_ID };

/** Areas in which a merchant has nobody asked for now. */
export function pauseRoutes(api: MerchantApi, deliveries: ViewDeps): readonly Route[] {
  return [
    merchantRoute(api, createPauseOperation, async ({ tenant, key, body }) => {
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
    }),
    merchantRoute(api, listPausesOperation, async ({ tenant, query }) => {
      const body = await readPage(
        PAUSES,
        tenant,
        query,
        (after, limit) => listPauses(deliveries, tenant, { before: after?.id ?? null, limit }),
        { position: ({ id }) => ({ id }), json: pauseJson },
      );
      return { status: 200, body };
    }),
    merchantRoute(api, endPauseOperation, async ({ tenant, key, param }) => {
      const id = pauseUuid(param('id'));
      const outcome = await endPause(deliveries, tenant, id, key.id);
      if (outcome.kind === 'not_found') throw noSuchPause();
      return { status: 200, body: pauseJson(outcome.pause) };
    }),
  ];
}
