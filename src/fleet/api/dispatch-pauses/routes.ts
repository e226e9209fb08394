import { BY_ID, readPage } from '../../../http/kit/paged.ts';
import { resource } from '../../../http/kit/resource.ts';
import { endPause, listPauses, pauseArea, type ViewDeps } from '../../deliveries/index.ts';
import { aroundFacility, pauseEnd, pauseJson, pauseUuid, tooManyPauses } from './read-pause.ts';
import { newPause, pause, pauseFilter, pausePage, RADIUS_M } from './schema.ts';

const PAUSES = { name: 'pauses', position: BY_ID };

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
      const body = await readPage(
        PAUSES,
        tenant,
        query,
        (after, limit) => listPauses(deliveries, tenant, { before: after?.id ?? null, limit }),
        { position: ({ id }) => ({ id }), json: pauseJson },
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
