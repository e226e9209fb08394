import { z } from 'zod';

/** What may be required at the door before a parcel counts as handed over. */
export const PROOF_KINDS = ['photo', 'signature', 'name', 'pin'] as const;
export const proofKind = z.enum(PROOF_KINDS).meta({ id: 'ProofKind' });
export type ProofKind = (typeof PROOF_KINDS)[number];

/** The required proofs that are missing; in the order of `PROOF_KINDS`. Pure. */
export function missingProofs(
  required: readonly ProofKind[],
  given: Iterable<ProofKind>,
): readonly ProofKind[] {
  const has = new Set(given);
  return PROOF_KINDS.filter((kind) => required.includes(kind) && !has.has(kind));
}
