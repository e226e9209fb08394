import { Problem } from '../../../kernel/errors.ts';
import type { SelfServiceOutcome } from '../../../reactions/exceptions/index.ts';
import type { Answer } from '../../kit/answer.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { done, type ExceptionDeps, noSuchException, refusal, workerOf } from './answers.ts';
import {
  approveAddressOperation,
  deliveryRequestDoneOperation,
  refuseAddressOperation,
  rescheduleOperation,
} from './operations.ts';

/** Delivery requests: making one for the recipient, and deciding on one. */
export function requestRoutes(api: MerchantApi, deps: ExceptionDeps): readonly Route[] {
  const { exceptions } = deps;
  return [
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
        deps,
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
          throw new Problem('carrier_unavailable', 'The carrier is limiting the account.', outcome);
        default:
          throw refusal(outcome);
      }
    }),
    merchantRoute(api, refuseAddressOperation, async (call) => {
      const { tenant, body, param } = call;
      const note = body.note ?? null;
      const outcome = await exceptions.refuseAddress(tenant, param('id'), workerOf(call), note);
      if (outcome.kind === 'nothing_proposed') throw nothingProposed();
      return done(deps, tenant, outcome);
    }),
  ];
}

function deliveryRequestAnswer(id: string, outcome: SelfServiceOutcome): Answer {
  switch (outcome.outcome) {
    case 'accepted':
      return { status: 202, body: { id, outcome: 'accepted', by: outcome.by } };
    case 'refused':
      throw new Problem('redirect_refused', `The carrier refused: ${outcome.reason}.`);
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
      throw new Problem('carrier_unavailable', 'The carrier cannot be reached right now.', {
        retryAfterS: outcome.retryAfterS,
      });
  }
}

function nothingProposed(): Problem {
  return new Problem('conflict', 'The recipient has not confirmed or corrected an address.');
}
