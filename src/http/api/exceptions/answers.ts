import type { CourierNote, CustodyRecords } from '../../../kernel/custody.ts';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type {
  CaseOutcomeOf,
  CaseRefusal,
  CaseView,
  Evidence,
  ExceptionCase,
  Exceptions,
  Worker,
} from '../../../reactions/exceptions/index.ts';
import { iso, shipmentJson, type TrackingDeps } from '../../../tracking/ports/shipments.ts';
import type { Answer } from '../../kit/answer.ts';
import type { MerchantCall } from '../../kit/merchant-route.ts';
import type { Operation } from '../../kit/operation.ts';
import { claimJson } from './claim-routes.ts';

export interface ExceptionDeps {
  readonly exceptions: Exceptions;
  readonly tracking: Pick<TrackingDeps, 'publicUrl'>;
  /** Couriers' notes about a parcel; absent: no own couriers. */
  readonly courierNotes?: CustodyRecords['notes'] | undefined;
}

/** Answers with the current case and its related data; throws a 404 if there is none. */
export async function caseAnswer(
  { exceptions, tracking, courierNotes }: ExceptionDeps,
  tenant: Tenant,
  id: string,
  status = 200,
): Promise<Answer> {
  const view = await exceptions.show(tenant, id);
  if (view === null) throw noSuchException();
  const notes = (await courierNotes?.(tenant, view.shipment.id)) ?? [];
  const body = await caseDetailJson(exceptions, tenant, view, tracking.publicUrl());
  return { status, body: { ...body, courier_notes: notes.map(noteJson) } };
}

/** Answers with the case after an action; throws if the action was refused. */
export async function changedCaseAnswer(
  deps: ExceptionDeps,
  tenant: Tenant,
  outcome: CaseOutcomeOf,
  status = 200,
): Promise<Answer> {
  if (outcome.kind !== 'done') throw refusal(outcome);
  return caseAnswer(deps, tenant, outcome.exceptionCase.id, status);
}

export function workerOf({ key }: Pick<MerchantCall<Operation>, 'key'>): Worker {
  const { id, program } = key;
  return { actor: 'merchant', apiKeyId: program === undefined ? id : null, program };
}

export function caseSubjectJson(exceptionCase: ExceptionCase) {
  return {
    shipment_id: exceptionCase.shipmentId,
    carrier: exceptionCase.carrier,
    tracking_number: exceptionCase.trackingNumber,
    owner: exceptionCase.owner,
    lane: exceptionCase.lane,
    facility: exceptionCase.facility,
  };
}

async function caseDetailJson(
  exceptions: Exceptions,
  tenant: Tenant,
  view: CaseView,
  publicUrl: string,
) {
  const { exceptionCase, json, shipment, deliveryRequests, returns, history } = view;
  const evidence = await exceptions.listEvidence(tenant, exceptionCase.id);
  const claims = await exceptions.claims(tenant, {
    caseId: exceptionCase.id,
    after: null,
    limit: 100,
  });
  return {
    ...json,
    ...caseSubjectJson(exceptionCase),
    opened_by: exceptionCase.openedBy,
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

function noteJson({ atMs, firstName, text }: CourierNote) {
  return { at: iso(atMs), courier_name: firstName, text };
}

export function evidenceJson({ id, mediaType, sizeBytes, actor, addedAtMs }: Evidence) {
  return { id, media_type: mediaType, size_bytes: sizeBytes, by: actor, added_at: iso(addedAtMs) };
}

/** The problem for a refused action on a case. */
export function refusal(outcome: CaseRefusal | { readonly kind: 'not_found' }): Problem {
  switch (outcome.kind) {
    case 'not_found':
      return noSuchException();
    case 'closed':
      return new Problem('conflict', 'exceptions.exceptionClosed');
    case 'open':
      return new Problem('conflict', 'exceptions.exceptionOpen');
    case 'open_already': {
      const { caseId } = outcome;
      const detail = 'exceptions.exceptionAlreadyOpen';
      return new Problem('conflict', detail, { extra: { exception_id: caseId } });
    }
    case 'claimed': {
      const { claimId } = outcome;
      const detail = 'exceptions.openClaimBlocksClosing';
      return new Problem('conflict', detail, { extra: { claim_id: claimId } });
    }
    case 'forbidden': {
      const { current, allowed } = outcome;
      const to = allowed.join(', ') || 'none';
      const detail: ErrorText = { 'exceptions.transitionNotAllowed': { current, to } };
      return new Problem('forbidden_move', detail, { extra: { current, allowed } });
    }
    case 'overtaken': {
      const { current } = outcome;
      const detail: ErrorText = { 'exceptions.newerStatusKnown': { current } };
      return new Problem('conflict', detail, { extra: { current } });
    }
    case 'no_claim': {
      const detail = 'exceptions.noAcceptedClaim';
      return new Problem('conflict', detail);
    }
    case 'no_such_request':
      return new Problem('not_found', 'exceptions.noOpenDeliveryRequest');
    case 'too_many':
      return new Problem('conflict', {
        'exceptions.tooManyHistoryEntries': { most: outcome.most },
      });
  }
}

export function noSuchException(): Problem {
  return new Problem('not_found', 'exceptions.noSuchException');
}
