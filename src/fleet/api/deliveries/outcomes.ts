import { Problem } from '../../../kernel/errors.ts';
import type { Status } from '../../../kernel/status.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { AssignDeliveryOutcome, DeliveryCommandOutcome } from '../../deliveries/index.ts';
import { noSuchCourier } from '../couriers/routes.ts';
import { noSuchDelivery } from './read-delivery.ts';

/** Returns the time of an assignment. Throws the `Problem` if the delivery was not assigned. */
export function assignedAt(outcome: AssignDeliveryOutcome | { readonly kind: 'held' }): string {
  switch (outcome.kind) {
    case 'assigned':
      return iso(outcome.atMs);
    case 'not_found':
      throw noSuchDelivery();
    case 'no_such_courier':
      throw noSuchCourier();
    case 'already_assigned':
      throw new Problem('already-assigned', 'deliveries.claimedByAnotherCourier');
    case 'ended':
      throw new Problem('delivery_ended', 'deliveries.courierNoLongerNeeded');
    case 'off_shift':
      throw offShift();
    case 'full':
      throw new Problem(
        'conflict',
        { 'deliveries.courierAtCapacity': { has: outcome.has, capacity: outcome.capacity } },
        { fix: 'deliveries.deliverOrRaiseCapacity' },
      );
    case 'held':
      throw heldByCourier();
  }
}

export function offShift(): Problem {
  return new Problem('conflict', 'deliveries.courierOffShift', {
    fix: 'deliveries.beginShiftFirst',
  });
}

export function heldByCourier(): Problem {
  return new Problem('conflict', 'deliveries.alreadyWithCourier', {
    fix: 'deliveries.handOverOrRecall',
  });
}

/** Always throws: the `Problem` that says why a command was not executed. */
export function throwNotExecuted(
  outcome: Exclude<DeliveryCommandOutcome, { kind: 'done' }>,
  requested: Status,
  deliveryId: string,
): never {
  switch (outcome.kind) {
    case 'not_found':
      throw noSuchDelivery();
    case 'no_courier':
      throw new Problem('conflict', 'deliveries.notYetAssigned', {
        fix: 'deliveries.assignCourierFirst',
      });
    case 'forbidden': {
      const { current, allowed } = outcome;
      const to = allowed.join(', ') || 'none';
      throw new Problem(
        'forbidden_move',
        { 'deliveries.deliveryTransitionNotAllowed': { current, requested, to } },
        { extra: { current, requested, allowed } },
      );
    }
    case 'proof_missing': {
      const { missing } = outcome;
      throw new Problem(
        'proof_missing',
        { 'deliveries.needsProofFirst': { missing: missing.join(', ') } },
        {
          extra: { missing, proof_url: `/v1/deliveries/${deliveryId}/proof` },
        },
      );
    }
    case 'overtaken':
      throw new Problem(
        'conflict',
        { 'deliveries.newerStatusKnown': { current: outcome.current } },
        {
          extra: { current: outcome.current, requested, latest_at: iso(outcome.latestAtMs) },
        },
      );
  }
}
