import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  addProof,
  FILES_MAX,
  type GivenProof,
  type ProofDeps,
} from '../../../tracking/ports/proofs.ts';
import type { Answer } from '../../kit/answer.ts';
import type { SentForm } from '../../kit/bodies/multipart-body.ts';
import { invalidMember, parseBody } from '../../kit/validation.ts';
import { noSuchShipment } from '../shipments/routes.ts';
import { proofFields } from './schema.ts';

/** The sender of a form, and values fixed by the request. */
interface ProofSender {
  readonly tenant: Tenant;
  readonly by: GivenProof['by'];
  /** Always among the proof's parcels; null: the form must name them. */
  readonly shipmentId: string | null;
  /** Used when no `id` was sent. */
  readonly fallbackId: string;
  /** How far the sender's clock is ahead of ours, in milliseconds. */
  readonly clockAheadMs: number;
  /**
   * Throws `Problem` unless the sender may prove the delivery of these parcels.
   *
   * @param capturedMs when the proof was recorded, by our clock; null: not in the form.
   */
  readonly permit: (shipmentIds: readonly string[], capturedMs: number | null) => Promise<void>;
}

/** Stores a proof's form and returns the response. Throws `Problem`. */
export async function receiveProof(
  deps: ProofDeps,
  form: SentForm,
  sender: ProofSender,
): Promise<Answer> {
  const fields = parseBody(proofFields, form.fields);
  const shipmentIds = [
    ...(sender.shipmentId === null ? [] : [sender.shipmentId]),
    ...(fields.shipment_ids ?? []),
  ];
  if (shipmentIds.length === 0) {
    throw invalidMember('/shipment_ids', 'values.isMissing', 'shipments.listParcels');
  }
  const { lat, lng, at, accuracy_m: accuracyM = null } = fields;
  const capturedAtMs = at === undefined ? null : Date.parse(at) - sender.clockAheadMs;
  await sender.permit(shipmentIds, capturedAtMs);
  const outcome = await addProof(deps, sender.tenant, {
    clientId: fields.id ?? sender.fallbackId,
    shipmentIds,
    by: sender.by,
    photos: form.files['photo'] ?? [],
    signature: form.files['signature']?.[0] ?? null,
    receivedBy: fields.received_by ?? null,
    pin: fields.pin ?? null,
    place: lat === undefined || lng === undefined ? null : { lat, lng, accuracyM },
    capturedAtMs,
  });
  return answerOf(outcome);
}

function answerOf(outcome: Awaited<ReturnType<typeof addProof>>): Answer {
  switch (outcome.kind) {
    case 'added': {
      const proofs = outcome.proofs.map((each) => ({
        shipment_id: each.shipmentId,
        id: each.proofId,
        duplicate: !each.isNew,
        kinds: each.kinds,
        missing: each.missing,
        pin: each.pin && { outcome: each.pin.outcome, attempts_left: each.pin.attemptsLeft },
      }));
      const isNew = outcome.proofs.some((each) => each.isNew);
      return { status: isNew ? 201 : 200, body: { proofs } };
    }
    case 'not_found':
      throw noSuchShipment();
    case 'nothing':
      throw invalidMember('', 'shipments.noProofInForm', 'shipments.sendAnyProof');
    case 'too_many':
      throw new Problem('conflict', { 'shipments.tooManyProofFiles': { filesMax: FILES_MAX } });
    case 'unusable': {
      const { code, part, reason, fix } = outcome.fault;
      if (code === 'invalid') throw invalidMember(`/${part}`, reason, fix);
      if (code === 'too_large')
        throw new Problem(
          'too_large',
          { 'values.atPointer': { pointer: `/${part}`, reason: { text: reason } } },
          { fix },
        );
      throw new Problem('rate_limited', reason, { retryAfterS: 2, fix });
    }
  }
}
