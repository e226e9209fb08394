import type { Registry } from '../../../adapters/index.ts';
import type { Proofs } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  type ProofDeps,
  proofsOfShipment,
  renewPin,
  type ShownProof,
} from '../../../tracking/ports/proofs.ts';
import { findShipment, iso } from '../../../tracking/ports/shipments.ts';
import { resource } from '../../kit/resource.ts';
import { proofFileJson } from '../shipments/answers.ts';
import { noSuchShipment } from '../shipments/routes.ts';
import { makeProofDocument, type ProofDocumentDeps } from './make-proof-document.ts';
import { receiveProof } from './read-proof.ts';
import {
  addedProofs,
  PROOF_FORM,
  proofDocumentQuery,
  proofOfDelivery,
  renewedPin,
} from './schema.ts';

interface ProofRoutesDeps extends ProofDeps {
  readonly proofs: Proofs;
  readonly adapters: Registry;
}

/** Proofs that a merchant's own parcels were handed over. */
export const proofs = resource(
  { noun: 'shipment', tag: 'Own couriers' },
  {
    add: {
      id: 'addShipmentProof',
      method: 'POST',
      path: '/shipments/:id/proof',
      summary: 'Add proof of delivery',
      description:
        'Photos, a signature, a name, the PIN, and where it was: for parcels of your own couriers. A wrong PIN loses nothing else: the rest is kept, and the answer says what is missing.',
      scope: 'shipments:write',
      multipart: PROOF_FORM,
      answers: {
        201: { description: 'Kept.', schema: addedProofs },
        200: { description: 'It was here already, by its `id`.', schema: addedProofs },
      },
      errors: ['not_offered', 'conflict'],
    },
    get: {
      id: 'getProofOfDelivery',
      method: 'GET',
      path: '/shipments/:id/proof',
      summary: 'Get the proof of delivery: required, given and missing',
      scope: 'shipments:read',
      answers: { 200: { description: 'What was given, oldest first.', schema: proofOfDelivery } },
    },
    renew: {
      id: 'renewDeliveryPin',
      method: 'POST',
      path: '/shipments/:id/pin',
      summary: "Renew the recipient's PIN",
      description:
        'For a recipient who cannot find the PIN, or after too many wrong ones. The old one no longer works; personal links show the new one.',
      scope: 'shipments:write',
      answers: { 200: { description: 'The new PIN.', schema: renewedPin } },
      errors: ['conflict'],
    },
  },
  (deps: ProofRoutesDeps) => ({
    add: async ({ tenant, key, form, request, id }) => {
      const header = request.headers['idempotency-key'];
      return receiveProof(deps, form, {
        tenant,
        by: { givenBy: 'merchant', giverId: key.id },
        shipmentId: id,
        fallbackId: typeof header === 'string' ? header.slice(0, 64) : freshId(deps),
        clockAheadMs: 0,
        permit: (ids) => assertOwnCarrier(deps, tenant, ids),
      });
    },
    get: async ({ tenant, id, found }) => {
      const known = found(await proofsOfShipment(deps, tenant, id));
      const { shipment, required, missing } = known;
      const proofs = known.proofs.map((each) => proofJson(shipment.id, each));
      return { status: 200, body: { required, missing, proofs } };
    },
    renew: async ({ tenant, id, found }) => {
      found(await findShipment(deps.tracking, tenant, id));
      const pin = await renewPin(deps.tracking, tenant, id);
      if (pin !== null) return { status: 200, body: { pin } };
      throw new Problem('conflict', 'shipments.pinNotNeeded', {
        fix: 'shipments.requirePinProof',
      });
    },
  }),
);

function freshId({ tracking: { clock, randomBytes } }: ProofRoutesDeps): string {
  return uuidV7(clock.nowMs(), randomBytes(10));
}

/** Throws when a shipment does not exist, or belongs to a carrier that supplies its own proofs. */
async function assertOwnCarrier(
  { tracking, adapters }: ProofRoutesDeps,
  tenant: Tenant,
  ids: readonly string[],
): Promise<void> {
  for (const id of new Set(ids)) {
    const shipment = await findShipment(tracking, tenant, id);
    if (shipment === null) throw noSuchShipment();
    if (adapters.get(shipment.carrier)?.scans !== undefined) continue;
    throw new Problem('not_offered', 'shipments.proofForOwnCouriers', {
      fix: 'shipments.checkCarrierProofs',
    });
  }
}

function proofJson(shipmentId: string, proof: ShownProof) {
  const { place, signature } = proof;
  return {
    id: proof.id,
    client_id: proof.clientId,
    given_by: proof.givenBy,
    giver_id: proof.giverId,
    kinds: proof.kinds,
    received_by: proof.receivedBy,
    pin: proof.pinOutcome,
    place: place && {
      lat: place.lat,
      lng: place.lng,
      accuracy_m: place.accuracyM,
      distance_m: place.distanceM,
    },
    signature,
    captured_at: iso(proof.capturedAtMs),
    received_at: iso(proof.receivedAtMs),
    erased: proof.isErased,
    files: proof.files.map((file) => proofFileJson(shipmentId, file)),
  };
}

/** The proof document of a merchant's parcel, as a PDF. */
export const proofDocument = resource(
  { noun: 'shipment', tag: 'Own couriers' },
  {
    get: {
      id: 'getProofOfDeliveryPdf',
      method: 'GET',
      path: '/shipments/:id/proof.pdf',
      summary: 'Get the proof of delivery as a PDF',
      description:
        "Number, time with its zone, name, place, photos and signature, in the recipient's language (`recipient.locale`) unless you name another.",
      scope: 'shipments:read',
      query: proofDocumentQuery,
      answers: {
        200: { description: 'The proof of delivery, as a PDF.', mediaType: 'application/pdf' },
      },
    },
  },
  (deps: ProofDocumentDeps) => ({
    get: async ({ tenant, query, id, missing }) => {
      const language = { wanted: query.language ?? null };
      const made = await makeProofDocument(deps, tenant, id, language);
      switch (made.kind) {
        case 'no_such_shipment':
          throw missing();
        case 'no_proof':
          throw new Problem('not_found', 'shipments.noProofYet', {
            fix: 'shipments.checkMissingProof',
          });
        case 'made':
          return {
            status: 200,
            bytes: made.bytes,
            headers: {
              'content-type': 'application/pdf',
              'content-disposition': `attachment; filename="${made.fileName}.pdf"`,
              'content-security-policy': "default-src 'none'; sandbox",
              'cache-control': 'private, no-store',
            },
          };
      }
    },
  }),
);
