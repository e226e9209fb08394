import type { Registry } from '../../../adapters/index.ts';
import type { Proofs } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  findShipment,
  iso,
  type ProofDeps,
  proofsOfShipment,
  renewPin,
  type ShownProof,
} from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { proofAnswer } from '../shipments/answers.ts';
import { noSuchShipment, shipmentId } from '../shipments/routes.ts';
import { addProofOperation, getProofOfDeliveryOperation, renewPinOperation } from './operations.ts';
import { receiveProof } from './read-proof.ts';

export interface ProofRoutesDeps extends ProofDeps {
  readonly proofs: Proofs;
  readonly adapters: Registry;
}

/** Proofs that a merchant's own parcels were handed over. */
export function proofRoutes(api: MerchantApi, deps: ProofRoutesDeps): readonly Route[] {
  return [
    merchantRoute(api, addProofOperation, async ({ tenant, key, param, form, request }) => {
      const id = shipmentId(param('id'));
      const header = request.headers['idempotency-key'];
      return receiveProof(deps, form, {
        tenant,
        by: { givenBy: 'merchant', giverId: key.id },
        shipmentId: id,
        fallbackId: typeof header === 'string' ? header.slice(0, 64) : freshId(deps),
        clockAheadMs: 0,
        permit: (ids) => assertOwn(deps, tenant, ids),
      });
    }),
    merchantRoute(api, getProofOfDeliveryOperation, async ({ tenant, param }) => {
      const found = await proofsOfShipment(deps, tenant, shipmentId(param('id')));
      if (found === null) throw noSuchShipment();
      const { shipment, required, missing } = found;
      const proofs = found.proofs.map((each) => shownJson(shipment.id, each));
      return { status: 200, body: { required, missing, proofs } };
    }),
    merchantRoute(api, renewPinOperation, async ({ tenant, param }) => {
      const id = shipmentId(param('id'));
      if ((await findShipment(deps.tracking, tenant, id)) === null) throw noSuchShipment();
      const pin = await renewPin(deps.tracking, tenant, id);
      if (pin !== null) return { status: 200, body: { pin } };
      throw new Problem('conflict', 'This shipment needs no PIN.', {
        fix: 'Add pin to require_proof (PATCH /v1/shipments/{id}).',
      });
    }),
  ];
}

function freshId({ tracking: { clock, randomBytes } }: ProofRoutesDeps): string {
  return uuidV7(clock.nowMs(), randomBytes(10));
}

/** Throws when a shipment does not exist, or belongs to a carrier that supplies its own proofs. */
async function assertOwn(
  { tracking, adapters }: ProofRoutesDeps,
  tenant: Tenant,
  ids: readonly string[],
): Promise<void> {
  for (const id of new Set(ids)) {
    const shipment = await findShipment(tracking, tenant, id);
    if (shipment === null) throw noSuchShipment();
    if (adapters.get(shipment.carrier)?.scans !== undefined) continue;
    throw new Problem(
      'not_offered',
      'Proof can be added to parcels of your own couriers; other carriers give their own.',
      { fix: 'See proofs in GET /v1/shipments/{id} for what the carrier gave.' },
    );
  }
}

function shownJson(shipmentOfIt: string, proof: ShownProof) {
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
    files: proof.files.map((file) => proofAnswer(shipmentOfIt, file)),
  };
}
