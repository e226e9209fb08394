import type { Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  type CaseFilter,
  type CaseOutcomeOf,
  type CaseRefusal,
  type CaseView,
  caseJson,
  EVIDENCE_MAX,
  EVIDENCE_TYPES,
  type Evidence,
  type ExceptionCase,
  type Exceptions,
  type SelfServiceOutcome,
  type Worker,
} from '../../../reactions/exceptions/index.ts';
import { iso, shipmentJson, type TrackingDeps } from '../../../tracking/index.ts';
import type { Answer } from '../../kit/answer.ts';
import { changed, etagOf, expectedGeneration } from '../../kit/if-match.ts';
import { type MerchantApi, type MerchantCall, merchantRoute } from '../../kit/merchant-route.ts';
import type { Operation, QueryOf } from '../../kit/operation.ts';
import { BY_TIME, readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { namedCarrier } from '../shipments/new-shipment.ts';
import { noSuchShipment } from '../shipments/routes.ts';
import { claimJson } from './claim-routes.ts';
import {
  addEvidenceOperation,
  approveAddressOperation,
  deliveryRequestDoneOperation,
  exceptionStatsOperation,
  getEvidenceOperation,
  getExceptionOperation,
  getExceptionPolicyOperation,
  listExceptionsOperation,
  nameReturnOperation,
  noteExceptionOperation,
  openExceptionOperation,
  patchExceptionOperation,
  putExceptionPolicyOperation,
  refuseAddressOperation,
  removeEvidenceOperation,
  rescheduleOperation,
  resolveExceptionOperation,
  sendBackOperation,
} from './operations.ts';

/** In the order of their opening; as the console pages them too. */
export const CASES = { name: 'exceptions', position: BY_TIME };

export function casePosition(row: { openedAt: string; is: { id: string } }) {
  return { at: row.openedAt, id: row.is.id };
}

export interface ExceptionRoutesDeps {
  readonly exceptions: Exceptions;
  readonly tracking: TrackingDeps;
  readonly adapters: Registry;
}

/** Parcels in trouble, and everything a merchant can do about them. */
export function exceptionRoutes(
  api: MerchantApi,
  { exceptions, tracking, adapters }: ExceptionRoutesDeps,
): readonly Route[] {
  const { clock } = tracking;

  async function shown(tenant: Tenant, id: string, status = 200): Promise<Answer> {
    const view = await exceptions.show(tenant, id);
    if (view === null) throw noSuchException();
    return { status, body: await detail(exceptions, tenant, view, tracking.publicUrl()) };
  }

  async function done(tenant: Tenant, outcome: CaseOutcomeOf, status = 200): Promise<Answer> {
    if (outcome.kind !== 'done') throw refusal(outcome);
    return shown(tenant, outcome.is.id, status);
  }

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
    merchantRoute(api, getExceptionOperation, ({ tenant, param }) => shown(tenant, param('id'))),
    merchantRoute(api, openExceptionOperation, async (call) => {
      const { tenant, body } = call;
      const outcome = await exceptions.open(tenant, workerOf(call), {
        shipmentId: body.shipment_id.toLowerCase(),
        kind: body.kind,
        reason: body.reason ?? null,
        note: body.note ?? null,
      });
      if (outcome.kind === 'not_found') throw noSuchShipment();
      return done(tenant, outcome, 201);
    }),
    merchantRoute(api, patchExceptionOperation, async (call) => {
      const { tenant, body, param } = call;
      const { owner, deadline_at: due } = body;
      const outcome = await exceptions.change(tenant, param('id'), workerOf(call), {
        ...(owner === undefined ? {} : { owner }),
        ...(due === undefined ? {} : { deadlineAtMs: due === null ? null : Date.parse(due) }),
      });
      return done(tenant, outcome);
    }),
    merchantRoute(api, noteExceptionOperation, async (call) => {
      const { tenant, body, param } = call;
      return done(tenant, await exceptions.note(tenant, param('id'), workerOf(call), body.text));
    }),
    merchantRoute(api, resolveExceptionOperation, async (call) => {
      const { tenant, body, param } = call;
      const { outcome, to, note } = body;
      const how = { outcome, to: to ?? null, note: note ?? null };
      return done(tenant, await exceptions.resolve(tenant, param('id'), workerOf(call), how));
    }),
    merchantRoute(api, sendBackOperation, async (call) => {
      const { tenant, body, param } = call;
      const note = body.note ?? null;
      return done(tenant, await exceptions.sendBack(tenant, param('id'), workerOf(call), note));
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
        const reason = "It is the parcel's own number, or none of this carrier.";
        throw invalidMember('/tracking_number', reason, 'Send the number of the return label.');
      }
      const parcel = { carrier, trackingNumber };
      return done(tenant, await exceptions.nameReturn(tenant, view.is.id, workerOf(call), parcel));
    }),
    merchantRoute(api, rescheduleOperation, async ({ tenant, body, param }) => {
      const view = await exceptions.show(tenant, param('id'));
      if (view === null) throw noSuchException();
      if (view.is.state === 'closed') throw refusal({ kind: 'closed' });
      const outcome = await exceptions.selfService.as('merchant').reschedule(
        { tenant, shipmentId: view.shipment.id },
        {
          date: body.date,
          window: body.window ?? null,
          instructions: body.instructions ?? null,
        },
      );
      return deliveryRequestAnswer(view.is.id, outcome);
    }),
    merchantRoute(api, deliveryRequestDoneOperation, async (call) => {
      const { tenant, body, param } = call;
      const settled = { done: body.done, note: body.note ?? null };
      const deliveryRequestId = param('delivery_request_id').toLowerCase();
      const by = workerOf(call);
      return done(
        tenant,
        await exceptions.resolveDeliveryRequest(
          tenant,
          param('id'),
          deliveryRequestId,
          by,
          settled,
        ),
      );
    }),
    merchantRoute(api, approveAddressOperation, async (call) => {
      const { tenant, body, param } = call;
      const outcome = await exceptions.approveAddress(tenant, param('id'), workerOf(call), {
        address: body.address ?? null,
        askCarrier: body.ask_carrier,
        note: body.note ?? null,
      });
      switch (outcome.kind) {
        case 'approved': {
          const { carrier } = outcome;
          return { status: 200, body: { id: param('id'), outcome: 'approved', carrier } };
        }
        case 'nothing_proposed':
          throw nothingProposed();
        case 'later':
          throw new Problem('carrier_unavailable', 'The carrier lets the account wait.', outcome);
        default:
          throw refusal(outcome);
      }
    }),
    merchantRoute(api, refuseAddressOperation, async (call) => {
      const { tenant, body, param } = call;
      const note = body.note ?? null;
      const outcome = await exceptions.refuseAddress(tenant, param('id'), workerOf(call), note);
      if (outcome.kind === 'nothing_proposed') throw nothingProposed();
      return done(tenant, outcome);
    }),
    merchantRoute(api, addEvidenceOperation, async (call) => {
      const { tenant, param, bytes } = call;
      const outcome = await exceptions.addEvidence(tenant, param('id'), workerOf(call), bytes);
      switch (outcome.kind) {
        case 'done':
          return { status: 201, body: evidenceJson(outcome.evidence) };
        case 'not_found':
          throw noSuchException();
        case 'too_many':
          throw new Problem('conflict', `An exception takes ${EVIDENCE_MAX} photos and papers.`);
        case 'unknown_type':
          throw invalidMember(
            '',
            `Its bytes are none of ${EVIDENCE_TYPES.join(', ')}, whatever the header says.`,
            'Send a photo as JPEG, PNG or WebP, or a paper as PDF.',
          );
      }
    }),
    merchantRoute(api, getEvidenceOperation, async ({ tenant, param }) => {
      const found = await exceptions.readEvidence(tenant, param('id'), param('evidence_id'));
      if (found === null) throw noSuchEvidence();
      const { id, mediaType } = found.evidence;
      const extension = mediaType.replace(/^.*\//, '');
      return {
        status: 200,
        bytes: found.bytes,
        headers: {
          'content-type': mediaType,
          // What strangers sent is never shown in place: it would run with our origin's rights.
          'content-disposition': `attachment; filename="evidence-${id}.${extension}"`,
          'content-security-policy': "default-src 'none'; sandbox",
          'x-content-type-options': 'nosniff',
        },
      };
    }),
    merchantRoute(api, removeEvidenceOperation, async (call) => {
      const { tenant, param } = call;
      const [id, evidenceId] = [param('id'), param('evidence_id')];
      const removed = await exceptions.removeEvidence(tenant, id, evidenceId, workerOf(call));
      if (!removed) throw noSuchEvidence();
      return { status: 204 };
    }),
    merchantRoute(api, getExceptionPolicyOperation, async ({ tenant }) =>
      policyAnswer(await exceptions.policy(tenant)),
    ),
    merchantRoute(api, putExceptionPolicyOperation, async ({ tenant, body, request }) => {
      const { generation } = await exceptions.policy(tenant);
      const expected = expectedGeneration(request, generation);
      const stored = await exceptions.changePolicy(tenant, body, expected);
      if (stored === null) throw changed(generation + 1);
      return policyAnswer(stored);
    }),
  ];
}

function workerOf({ key }: Pick<MerchantCall<Operation>, 'key'>): Worker {
  return { actor: 'merchant', apiKeyId: key.id };
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

const DAY_MS = 86_400_000;
const STATS_DAYS = 90;
/** A table of years is a job for a warehouse. */
const STATS_DAYS_MAX = 731;

async function statsAnswer(
  exceptions: Exceptions,
  tenant: Tenant,
  query: QueryOf<typeof exceptionStatsOperation>,
  nowMs: number,
): Promise<Answer> {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const to = query.to ?? today;
  const untilMs = Date.parse(`${to}T00:00:00Z`) + DAY_MS;
  const fromMs =
    query.from === undefined
      ? untilMs - STATS_DAYS * DAY_MS
      : Date.parse(`${query.from}T00:00:00Z`);
  if (fromMs >= untilMs || untilMs - fromMs > STATS_DAYS_MAX * DAY_MS) {
    const reason = `It is not within ${STATS_DAYS_MAX} days before "to".`;
    throw invalidMember('?from', reason, 'Send a day before "to", at most two years.');
  }
  const { by, limit, carrier, kind } = query;
  const rows = await exceptions.stats(tenant, {
    by,
    fromMs,
    untilMs,
    limit,
    ...(carrier === undefined ? {} : { carrier }),
    ...(kind === undefined ? {} : { kind }),
  });
  return {
    status: 200,
    body: {
      from: new Date(fromMs).toISOString().slice(0, 10),
      to,
      data: rows.map(({ group, medianHours, ...counts }) => ({
        ...group,
        ...counts,
        median_hours: medianHours,
      })),
    },
  };
}

function listedJson(is: ExceptionCase) {
  const { options: _, ...json } = caseJson(is, 'created', false);
  return { ...json, ...placeOf(is) };
}

function placeOf(is: ExceptionCase) {
  return {
    shipment_id: is.shipmentId,
    carrier: is.carrier,
    tracking_number: is.trackingNumber,
    owner: is.owner,
    lane: is.lane,
    facility: is.facility,
  };
}

async function detail(exceptions: Exceptions, tenant: Tenant, view: CaseView, publicUrl: string) {
  const { is, json, shipment, deliveryRequests, returns, history } = view;
  const evidence = await exceptions.listEvidence(tenant, is.id);
  const claims = await exceptions.claims(tenant, { caseId: is.id, after: null, limit: 100 });
  return {
    ...json,
    ...placeOf(is),
    opened_by: is.openedBy,
    shipment: shipmentJson(shipment, publicUrl),
    delivery_requests: deliveryRequests.map(({ row, deliveryRequest }) => {
      const { kind: _, ...details } = deliveryRequest ?? { kind: null };
      return {
        id: row.id,
        kind: row.kind,
        state: row.state,
        by: row.actor,
        made_at: iso(row.createdAtMs),
        settled_at: iso(row.settledAtMs),
        reference: row.reference,
        details: deliveryRequest && details,
      };
    }),
    returns: returns.map(({ carrier, trackingNumber, shipmentId, status }) => ({
      carrier,
      tracking_number: trackingNumber,
      shipment_id: shipmentId,
      status,
    })),
    evidence: evidence.map(evidenceJson),
    claims: claims.map(({ claim }) => claimJson(claim)),
    history: history.map(({ atMs, type, actor, data, note }) => ({
      at: iso(atMs),
      type,
      by: actor,
      data,
      note,
    })),
  };
}

function evidenceJson({ id, mediaType, sizeBytes, actor, addedAtMs }: Evidence) {
  return { id, media_type: mediaType, size_bytes: sizeBytes, by: actor, added_at: iso(addedAtMs) };
}

function policyAnswer({
  policy,
  own,
  generation,
}: Awaited<ReturnType<Exceptions['policy']>>): Answer {
  const headers = generation === 0 ? {} : { etag: etagOf(generation) };
  return { status: 200, body: { policy, own }, headers };
}

function deliveryRequestAnswer(id: string, outcome: SelfServiceOutcome): Answer {
  switch (outcome.outcome) {
    case 'accepted':
      return { status: 202, body: { id, outcome: 'accepted', by: outcome.by } };
    case 'refused':
      throw new Problem('redirect_refused', `The carrier will not do it: ${outcome.reason}.`);
    case 'not_offered':
      throw new Problem('not_offered', outcome.reason);
    case 'invalid':
      throw invalidMember(outcome.pointer, outcome.reason, outcome.fix);
    case 'already_accepted':
    case 'too_late':
      throw new Problem('conflict', outcome.reason);
    case 'not_found':
      throw noSuchException();
    case 'unavailable':
      throw new Problem('carrier_unavailable', 'The carrier cannot be asked right now.', {
        retryAfterS: outcome.retryAfterS,
      });
  }
}

export function refusal(outcome: CaseRefusal | { readonly kind: 'not_found' }): Problem {
  switch (outcome.kind) {
    case 'not_found':
      return noSuchException();
    case 'closed':
      return new Problem('conflict', 'The exception is closed.');
    case 'open_already': {
      const { caseId } = outcome;
      const detail = 'One of that kind is open for the shipment already.';
      return new Problem('conflict', detail, { extra: { exception_id: caseId } });
    }
    case 'claimed': {
      const { claimId } = outcome;
      const detail =
        'A claim of it is under way: drop the draft, or say what the carrier answered.';
      return new Problem('conflict', detail, { extra: { claim_id: claimId } });
    }
    case 'forbidden': {
      const { current, allowed } = outcome;
      const where = allowed.length === 0 ? 'nowhere any more' : `to ${allowed.join(', ')}`;
      const detail = `The shipment is ${current}; it can move ${where}.`;
      return new Problem('forbidden_move', detail, { extra: { current, allowed } });
    }
    case 'overtaken': {
      const { current } = outcome;
      const detail = `Something later is already known; the shipment stays ${current}.`;
      return new Problem('conflict', detail, { extra: { current } });
    }
    case 'no_claim': {
      const detail =
        'No claim of it was accepted: draft and submit one, and accepting it ends the exception; or end it as resolved or returned.';
      return new Problem('conflict', detail);
    }
    case 'no_such_request':
      return new Problem(
        'not_found',
        'The exception has no such delivery request that waits for you.',
      );
    case 'too_many':
      return new Problem('conflict', `An exception takes ${outcome.most} entries of history.`);
  }
}

function noSuchException(): Problem {
  return new Problem('not_found', 'There is no such exception.');
}

function noSuchEvidence(): Problem {
  return new Problem('not_found', 'The exception has no such photo or paper.');
}

function nothingProposed(): Problem {
  return new Problem('conflict', 'The recipient has confirmed or corrected nothing that waits.');
}
