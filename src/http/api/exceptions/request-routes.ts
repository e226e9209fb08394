import { Problem } from '../../../kernel/errors.ts';
import type { SelfServiceOutcome } from '../../../reactions/exceptions/index.ts';
import type { Answer } from '../../kit/answer.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import {
  changedCaseAnswer,
  type ExceptionDeps,
  noSuchException,
  refusal,
  workerOf,
} from './answers.ts';
import {
  approval,
  approved,
  deliveryRequestDone,
  exceptionCase,
  rescheduled,
  rescheduling,
  withNote,
} from './schema.ts';

const CHANGED = { 200: { description: 'The changed object.', schema: exceptionCase } };

/** Delivery requests: making one for the recipient, and deciding on one. */
export const exceptionRequests = resource(
  { noun: 'exception', tag: 'Exceptions' },
  {
    reschedule: {
      id: 'rescheduleException',
      method: 'POST',
      path: '/exceptions/:id/reschedule',
      summary: 'Request another delivery day for the recipient',
      scope: 'exceptions:write',
      body: rescheduling,
      answers: { 202: { description: 'Accepted.', schema: rescheduled } },
      errors: ['conflict', 'not_offered', 'redirect_refused', 'carrier_unavailable'],
      example: { date: '2026-03-14', window: 'evening' },
    },
    resolve: {
      id: 'resolveDeliveryRequest',
      method: 'POST',
      path: '/exceptions/:id/delivery-requests/:delivery_request_id',
      summary: "Close a recipient's delivery request",
      scope: 'exceptions:write',
      params: { delivery_request_id: 'The request.' },
      body: deliveryRequestDone,
      answers: CHANGED,
      example: { done: true },
    },
    approve: {
      id: 'approveRecipientAddress',
      method: 'POST',
      path: '/exceptions/:id/approve-address',
      summary: 'Approve the address that a recipient entered',
      description:
        "It becomes the shipment's destination. If the carrier supports it, the parcel is redirected there. The parcel is then under way again.",
      scope: 'exceptions:write',
      body: approval,
      answers: { 200: { description: 'Accepted.', schema: approved } },
      errors: ['conflict', 'forbidden_move', 'carrier_unavailable'],
    },
    reject: {
      id: 'rejectRecipientAddress',
      method: 'POST',
      path: '/exceptions/:id/refuse-address',
      summary: "Reject the recipient's address and ask again",
      scope: 'exceptions:write',
      body: withNote,
      answers: CHANGED,
      errors: ['conflict'],
    },
  },
  (deps: ExceptionDeps) => {
    const { exceptions } = deps;
    return {
      reschedule: async ({ tenant, body, id, found }) => {
        const view = found(await exceptions.show(tenant, id));
        if (view.exceptionCase.state === 'closed') throw refusal({ kind: 'closed' });
        const outcome = await exceptions.selfService.as('merchant').reschedule(
          { tenant, shipmentId: view.shipment.id },
          {
            date: body.date,
            window: body.window ?? null,
            instructions: body.instructions ?? null,
          },
        );
        return deliveryRequestAnswer(view.exceptionCase.id, outcome);
      },
      resolve: async (call) => {
        const { tenant, body, param, id } = call;
        const settled = { done: body.done, note: body.note ?? null };
        const deliveryRequestId = param('delivery_request_id').toLowerCase();
        const by = workerOf(call);
        return changedCaseAnswer(
          deps,
          tenant,
          await exceptions.resolveDeliveryRequest(tenant, id, deliveryRequestId, by, settled),
        );
      },
      approve: async (call) => {
        const { tenant, body, id } = call;
        const outcome = await exceptions.approveAddress(tenant, id, workerOf(call), {
          address: body.address ?? null,
          askCarrier: body.ask_carrier,
          note: body.note ?? null,
        });
        switch (outcome.kind) {
          case 'approved': {
            const { carrier } = outcome;
            return { status: 200, body: { id: id, outcome: 'approved', carrier } };
          }
          case 'nothing_proposed':
            throw nothingProposed();
          case 'later':
            throw new Problem('carrier_unavailable', 'exceptions.accountRateLimited', outcome);
          default:
            throw refusal(outcome);
        }
      },
      reject: async (call) => {
        const { tenant, body, id } = call;
        const note = body.note ?? null;
        const outcome = await exceptions.refuseAddress(tenant, id, workerOf(call), note);
        if (outcome.kind === 'nothing_proposed') throw nothingProposed();
        return changedCaseAnswer(deps, tenant, outcome);
      },
    };
  },
);

function deliveryRequestAnswer(id: string, outcome: SelfServiceOutcome): Answer {
  switch (outcome.outcome) {
    case 'accepted':
      return { status: 202, body: { id, outcome: 'accepted', by: outcome.by } };
    case 'refused':
      throw new Problem('redirect_refused', {
        'exceptions.carrierRefused': { reason: outcome.reason },
      });
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
      throw new Problem('carrier_unavailable', 'exceptions.carrierUnreachable', {
        retryAfterS: outcome.retryAfterS,
      });
  }
}

function nothingProposed(): Problem {
  return new Problem('conflict', 'exceptions.addressNotConfirmed');
}
