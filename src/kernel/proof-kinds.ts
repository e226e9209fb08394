/** What may be asked for at the door before a parcel counts as handed over. */
export const PROOF_KINDS = ['photo', 'signature', 'name', 'pin'] as const;
export type ProofKind = (typeof PROOF_KINDS)[number];
