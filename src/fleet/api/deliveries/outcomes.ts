import { Problem } from '../../../kernel/errors.ts';
import type { Status } from '../../../kernel/status.ts';
import { iso } from '../../../tracking/index.ts';
import type { AssignDeliveryOutcome, DeliveryCommandOutcome } from '../../deliveries/index.ts';
import { noSuchCourier } from '../couriers/routes.ts';
import { noSuchDelivery } from './read-delivery.ts';

/** The time of assignment; throws `Problem` when it was not assigned. */
export function assignedAt(outcome: AssignDeliveryOutcome | { readonly kind: 'held' }): string {
  switch (outcome.kind) {
    case 'assigned':
      return iso(outcome.atMs);
    case 'not_found':
      throw noSuchDelivery();
    case 'no_such_courier':
      throw noSuchCourier();
    case 'already_assigned':
      throw new Problem('already-assigned', 'Another courier was faster.');
    case 'ended':
      throw new Problem('delivery_ended', 'The delivery needs no courier any more.');
    case 'off_shift':
      throw offShift();
    case 'full':
      throw new Problem(
        'conflict',
        `The courier has ${outcome.has} of at most ${outcome.capacity} parcels.`,
        { fix: 'Bring one first, or change the capacity (PATCH /v1/couriers/{id}).' },
      );
    case 'held':
      throw inABag();
  }
}

export function offShift(): Problem {
  return new Problem('conflict', 'The courier is off shift.', {
    fix: 'Begin the shift first: POST /v1/driver/shift, or PATCH /v1/couriers/{id}.',
  });
}

export function inABag(): Problem {
  return new Problem('conflict', 'The courier has it already.', {
    fix: 'Hand it over by scan, or with POST /v1/couriers/{id}/handover; or recall it with POST /v1/deliveries/{id}/cancel.',
  });
}

/** Throws `Problem` when a command was not executed. */
export function assertObeyed(
  outcome: Exclude<DeliveryCommandOutcome, { kind: 'done' }>,
  requested: Status,
  deliveryId: string,
): never {
  switch (outcome.kind) {
    case 'not_found':
      throw noSuchDelivery();
    case 'no_courier':
      throw new Problem('conflict', 'Nobody is to bring it yet, so nobody can have fetched it.', {
        fix: 'Assign a courier first: POST /v1/deliveries/{id}/reassign.',
      });
    case 'forbidden': {
      const { current, allowed } = outcome;
      const where = allowed.length === 0 ? 'to no other status' : `to ${allowed.join(', ')}`;
      throw new Problem(
        'forbidden_move',
        `A delivery with status ${current} cannot become ${requested}; it can move ${where}.`,
        { extra: { current, requested, allowed } },
      );
    }
    case 'proof_missing': {
      const { missing } = outcome;
      throw new Problem('proof_missing', `The delivery needs proof first: ${missing.join(', ')}.`, {
        extra: { missing, proof_url: `/v1/deliveries/${deliveryId}/proof` },
      });
    }
    case 'overtaken':
      throw new Problem(
        'conflict',
        `Something later than this is already known; the status stays ${outcome.current}.`,
        { extra: { current: outcome.current, requested, latest_at: iso(outcome.latestAtMs) } },
      );
  }
}
