// Proofs of delivery: give, show and photograph them.

export { addProof, FILES_MAX, type GivenProof, type ProofDeps } from '../proofs/add-proof.ts';
export {
  type CourierPhotos,
  courierPhotos,
  type ProofsOfShipment,
  pinOf,
  proofsOfShipment,
  renewPin,
  type ShownProof,
} from '../proofs/proofs-of-shipment.ts';
export type { Signature } from '../proofs/signature.ts';
