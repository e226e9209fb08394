import type { Mode } from '../../../kernel/tenant.ts';

/**
 * What a case is about. Reasons are many and an open set; a kind determines what can be done, and a
 * shipment has at most one open case of each kind.
 */
export const CASE_KINDS = [
  /** There were as many failed attempts as the policy allows. */
  'attempts',
  /** The address is wrong, or incomplete. */
  'address',
  /** The recipient does not accept the parcel. */
  'refused',
  'damaged',
  'lost',
  /** There was no update for too long. */
  'stalled',
  'customs',
  /** Any other exception. */
  'other',
  /** Nothing is wrong, but a recipient's request needs a person. */
  'request',
  /** The parcel was delivered by the merchant's own courier without the required proof. */
  'proof_missing',
  /** The courier who has the parcel is silent. */
  'custody',
] as const;
export type CaseKind = (typeof CASE_KINDS)[number];

export const CASE_OUTCOMES = ['resolved', 'returned', 'claimed'] as const;
export type CaseOutcome = (typeof CASE_OUTCOMES)[number];

/** Who has to act next. */
export const WAITING_FOR = ['merchant', 'recipient', 'carrier'] as const;
export type WaitingFor = (typeof WAITING_FOR)[number];

/** Who acted on a case. `hub` means that nobody did: one of our rules applied. */
const CASE_ACTORS = ['hub', 'carrier', 'courier', 'recipient', 'merchant', 'operator'] as const;
export type CaseActor = (typeof CASE_ACTORS)[number];

/** An exception in progress, as in the list and in the log. */
export interface ExceptionCase {
  readonly id: string;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly shipmentId: string;
  readonly carrier: string;
  /** Null: the shipment was deleted, and the case only counts in the figures. */
  readonly trackingNumber: string | null;
  readonly kind: CaseKind;
  /** The shipment's `sub_status` that caused the case. */
  readonly reason: string | null;
  readonly state: 'open' | 'closed';
  /** Null when it is closed. */
  readonly waitingFor: WaitingFor | null;
  readonly outcome: CaseOutcome | null;
  /** `retracted`: it turned out not to have happened. */
  readonly closedHow: 'facts' | 'person' | 'retracted' | null;
  /**
   * Who opened the case. Facts close the cases that facts or a recipient's request opened; a person
   * closes those that a person opened.
   */
  readonly openedBy: 'facts' | 'person' | 'recipient';
  /** The part of the shipment's state that opened it. */
  readonly trigger: string;
  /** The number of failed delivery attempts so far. */
  readonly attempts: number;
  readonly owner: string | null;
  readonly openedAtMs: number;
  readonly updatedAtMs: number;
  readonly deadlineAtMs: number | null;
  /** When it was announced that the deadline has passed; null: it was not. */
  readonly overdueAtMs: number | null;
  readonly closedAtMs: number | null;
  readonly returnCommandedAtMs: number | null;
  /**
   * The shipment that returns the parcel under its own tracking number; null: it returns under the
   * same number.
   */
  readonly returnShipmentId: string | null;
  /** The trade lane, such as `US-10 → US-94`; nothing finer than two areas. */
  readonly lane: string;
  /** The facility where the parcel was last seen when the case was opened; null: unknown. */
  readonly facility: string | null;
}

export const CLAIM_STATES = ['draft', 'submitted', 'accepted', 'rejected'] as const;
export type ClaimState = (typeof CLAIM_STATES)[number];
export const CLAIM_REASONS = ['damaged', 'lost', 'other'] as const;
export type ClaimReason = (typeof CLAIM_REASONS)[number];

/** Compensation demanded from a carrier for damage or loss. */
export interface Claim {
  readonly id: string;
  readonly caseId: string;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly shipmentId: string;
  readonly carrier: string;
  readonly reason: ClaimReason;
  readonly state: ClaimState;
  /** The amount in the currency's smallest unit; null together with the currency: not known yet. */
  readonly amountMinor: number | null;
  readonly grantedMinor: number | null;
  /** ISO 4217. */
  readonly currency: string | null;
  readonly description: string | null;
  /** The carrier's own reference number. */
  readonly reference: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly submitByMs: number;
  readonly submittedAtMs: number | null;
  readonly answerByMs: number | null;
  readonly settledAtMs: number | null;
  readonly overdueAtMs: number | null;
}
