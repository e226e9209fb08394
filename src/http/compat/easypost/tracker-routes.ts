import { Problem } from '../../../kernel/errors.ts';
import type { Answer } from '../../kit/answer.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import { operation } from '../../kit/operation.ts';
import type { Route } from '../../kit/route.ts';
import { createTracker } from './create-tracker.ts';
import { deleteTracker, findTracker, trackersByCode } from './find-trackers.ts';
import { listTrackers } from './list-trackers.ts';
import { type FoundTracker, presentTrackers, type TrackerDeps } from './present.ts';
import { easypostJson } from './tracker.ts';
import { newTracker, trackerBatch, trackerFilter } from './tracker-schema.ts';

const TRACKERS = '/compat/easypost/v2/trackers';
const tag = 'Drop-in API';
const TRACKER = { 200: { description: 'The tracker.' } };
const LIST = { 200: { description: 'Trackers, newest first.' } };

const create = operation({
  id: 'easypostCreateTracker',
  method: 'POST',
  path: TRACKERS,
  tag,
  summary: 'Create a tracker',
  scope: 'shipments:write',
  body: newTracker,
  answers: TRACKER,
});
const list = operation({
  id: 'easypostListTrackers',
  method: 'GET',
  path: TRACKERS,
  tag,
  summary: 'List trackers',
  scope: 'shipments:read',
  query: trackerFilter,
  shed: { except: ['tracking_code'] },
  answers: LIST,
});
const batch = operation({
  id: 'easypostRetrieveTrackers',
  method: 'POST',
  path: `${TRACKERS}/batch`,
  tag,
  summary: 'Retrieve trackers by their codes',
  scope: 'shipments:read',
  body: trackerBatch,
  answers: LIST,
});
const retrieve = operation({
  id: 'easypostRetrieveTracker',
  method: 'GET',
  path: `${TRACKERS}/:id`,
  params: { id: 'The tracker.' },
  tag,
  summary: 'Retrieve a tracker',
  scope: 'shipments:read',
  answers: TRACKER,
});
const remove = operation({
  id: 'easypostDeleteTracker',
  method: 'DELETE',
  path: `${TRACKERS}/:id`,
  params: { id: 'The tracker.' },
  tag,
  summary: 'Delete a tracker',
  scope: 'shipments:write',
  answers: { 200: { description: 'Deleted.' } },
});

export const trackerOperations = [create, list, batch, retrieve, remove];

/** EasyPost's trackers; `api` reads the key from HTTP Basic. */
export function trackerRoutes(api: MerchantApi, deps: TrackerDeps): readonly Route[] {
  return [
    merchantRoute(api, create, async ({ tenant, body, requestId }) => {
      const found = await createTracker(deps, tenant, body.tracker);
      const [tracker] = await presentTrackers(deps, tenant, [found]);
      const location = `${TRACKERS}/${tracker?.id}`;
      return { ...easypostAnswer(tracker, requestId, { location }), subjects: subjectsOf([found]) };
    }),
    merchantRoute(api, list, async ({ tenant, query, requestId }) => {
      const { found, hasMore } = await listTrackers(deps, tenant, query);
      const trackers = await presentTrackers(deps, tenant, found);
      return easypostAnswer({ trackers, has_more: hasMore }, requestId);
    }),
    merchantRoute(api, batch, async ({ tenant, body, requestId }) => {
      const found = await trackersByCode(deps, tenant, body.tracking_codes);
      const trackers = await presentTrackers(deps, tenant, found);
      const answer = easypostAnswer({ trackers, has_more: false }, requestId);
      return { ...answer, subjects: subjectsOf(found) };
    }),
    merchantRoute(api, retrieve, async ({ tenant, param, requestId }) => {
      const found = await findTracker(deps, tenant, param('id'));
      if (found === null) throw noSuchTracker();
      const [tracker] = await presentTrackers(deps, tenant, [found]);
      return easypostAnswer(tracker, requestId);
    }),
    merchantRoute(api, remove, async ({ tenant, param, requestId }) => {
      if (!(await deleteTracker(deps, tenant, param('id')))) throw noSuchTracker();
      return easypostAnswer({ success: true }, requestId);
    }),
  ];
}

function subjectsOf(found: readonly FoundTracker[]): readonly string[] {
  return found.map(({ shipment }) => shipment.id);
}

function noSuchTracker(): Problem {
  return new Problem('not_found', 'easypost.noTracker');
}

/** Returns an answer as EasyPost sends it. */
export function easypostAnswer(
  body: unknown,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): Answer {
  return {
    status,
    bytes: Buffer.from(easypostJson(body)),
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-ep-request-uuid': requestId,
      ...headers,
    },
  };
}
