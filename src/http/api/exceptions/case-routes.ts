import type { Registry } from '../../../adapters/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import {
  type CaseFilter,
  caseJson,
  type ExceptionCase,
} from '../../../reactions/exceptions/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { QueryOf } from '../../kit/operation.ts';
import { BY_TIME, readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { namedCarrier } from '../shipments/new-shipment.ts';
import { noSuchShipment } from '../shipments/routes.ts';
import { done, type ExceptionDeps, noSuchException, placeOf, shown, workerOf } from './answers.ts';
import {
  exceptionStatsOperation,
  getExceptionOperation,
  listExceptionsOperation,
  nameReturnOperation,
  noteExceptionOperation,
  openExceptionOperation,
  patchExceptionOperation,
  resolveExceptionOperation,
  sendBackOperation,
} from './operations.ts';
import { statsAnswer } from './stats.ts';

/** In order of opening; the console uses the same paging. */
export const CASES = { name: 'exceptions', position: BY_TIME };

export function casePosition(row: { openedAt: string; is: { id: string } }) {
  return { at: row.openedAt, id: row.is.id };
}

export interface CaseRoutesDeps extends ExceptionDeps {
  readonly adapters: Registry;
  readonly clock: Clock;
}

/** Problem parcels: listing cases, and working on one to its end. */
export function caseRoutes(api: MerchantApi, deps: CaseRoutesDeps): readonly Route[] {
  const { exceptions, adapters, clock } = deps;
  return [
    merchantRoute(api, listExceptionsOperation, async ({ tenant, query }) => {
      const filter = filterOf(query, clock.nowMs());
      const body = await readPage(
        CASES,
        tenant,
        query,
        (after, limit) =>
          exceptions.list(tenant, {
            filter,
            after: after && { openedAt: after.at, id: after.id },
            limit,
          }),
        { position: casePosition, json: ({ is }) => listedJson(is) },
      );
      return { status: 200, body };
    }),
    merchantRoute(api, exceptionStatsOperation, async ({ tenant, query }) =>
      statsAnswer(exceptions, tenant, query, clock.nowMs()),
    ),
    merchantRoute(api, getExceptionOperation, ({ tenant, param }) =>
      shown(deps, tenant, param('id')),
    ),
    merchantRoute(api, openExceptionOperation, async (call) => {
      const { tenant, body } = call;
      const outcome = await exceptions.open(tenant, workerOf(call), {
        shipmentId: body.shipment_id.toLowerCase(),
        kind: body.kind,
        reason: body.reason ?? null,
        note: body.note ?? null,
      });
      if (outcome.kind === 'not_found') throw noSuchShipment();
      return done(deps, tenant, outcome, 201);
    }),
    merchantRoute(api, patchExceptionOperation, async (call) => {
      const { tenant, body, param } = call;
      const { owner, deadline_at: due } = body;
      const outcome = await exceptions.change(tenant, param('id'), workerOf(call), {
        ...(owner === undefined ? {} : { owner }),
        ...(due === undefined ? {} : { deadlineAtMs: due === null ? null : Date.parse(due) }),
      });
      return done(deps, tenant, outcome);
    }),
    merchantRoute(api, noteExceptionOperation, async (call) => {
      const { tenant, body, param } = call;
      return done(
        deps,
        tenant,
        await exceptions.note(tenant, param('id'), workerOf(call), body.text),
      );
    }),
    merchantRoute(api, resolveExceptionOperation, async (call) => {
      const { tenant, body, param } = call;
      const { outcome, to, note } = body;
      const how = { outcome, to: to ?? null, note: note ?? null };
      return done(deps, tenant, await exceptions.resolve(tenant, param('id'), workerOf(call), how));
    }),
    merchantRoute(api, sendBackOperation, async (call) => {
      const { tenant, body, param } = call;
      const note = body.note ?? null;
      return done(
        deps,
        tenant,
        await exceptions.sendBack(tenant, param('id'), workerOf(call), note),
      );
    }),
    merchantRoute(api, nameReturnOperation, async (call) => {
      const { tenant, body, param } = call;
      const view = await exceptions.show(tenant, param('id'));
      if (view === null) throw noSuchException();
      const adapter = namedCarrier(adapters, body.carrier ?? view.shipment.carrier);
      const carrier = adapter.manifest.name;
      const trackingNumber = adapter.numbers.normalize(body.tracking_number);
      const { carrier: own, trackingNumber: ownNumber } = view.shipment;
      if (trackingNumber === '' || (carrier === own && trackingNumber === ownNumber)) {
        const reason = "It is the parcel's own number, or not a number of this carrier.";
        throw invalidMember('/tracking_number', reason, 'Send the number of the return label.');
      }
      const parcel = { carrier, trackingNumber };
      return done(
        deps,
        tenant,
        await exceptions.nameReturn(tenant, view.is.id, workerOf(call), parcel),
      );
    }),
  ];
}

function filterOf(query: QueryOf<typeof listExceptionsOperation>, nowMs: number): CaseFilter {
  const { state, kind, reason, carrier, owner } = query;
  const given = { state, kind, reason, carrier, owner, waitingFor: query.waiting_for };
  return {
    ...(Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ) as CaseFilter),
    ...(query.shipment_id === undefined ? {} : { shipmentId: query.shipment_id }),
    ...(query.overdue === undefined ? {} : { dueBeforeMs: nowMs }),
  };
}

function listedJson(is: ExceptionCase) {
  const { options: _, ...json } = caseJson(is, 'created', false);
  return { ...json, ...placeOf(is) };
}
