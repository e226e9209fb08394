import type { ReadStatus, Status } from '../../kernel/status.ts';
import type { Interval, ZoneSource } from '../../kernel/time/place-time.ts';
import type { InboundMessagesource, Trust } from '../../kernel/trust.ts';

/**
 * The fold's complete input: plain values, no clock, no database. All instants are epoch
 * milliseconds. Each list is a set: its order means nothing.
 */
export interface FoldInput {
  readonly policy: FoldPolicy;
  /**
   * When the merchant registered the parcel: selects one of several parcels under a reused number
   * (rule `instance`). +Infinity: the newest; −Infinity: the first.
   */
  readonly registeredAtMs: number;
  readonly facts: readonly FoldFact[];
  readonly snapshots: readonly FoldSnapshot[];
  readonly pulls: readonly FoldPull[];
}

/** From the adapter's manifest. */
export interface FoldPolicy {
  /** Absence from a pull means something for this carrier (rule 2). */
  readonly pullsFullHistory: boolean;
  readonly historyMaxEvents: number | null;
  readonly historyMaxAgeMs: number | null;
}

export type FactSource =
  | 'carrier'
  /** The merchant's own scan of another carrier's parcel. */
  | 'scan'
  | 'command'
  | 'confirmation_timed_out'
  | 'stalled'
  | 'expired'
  | 'not_found';

export interface FoldFact {
  /** Hex hash of the identity; unique within the shipment; the last tie-breaker. */
  readonly identity: string;
  readonly source: FactSource;
  readonly piece: string | null;
  /**
   * Internal facts only: `FoldState.steering` when the fact was appended, so that a timer's
   * statement never outlives the state it was about. Null for carrier facts and commands.
   */
  readonly about: string | null;
  /** A shipment-level summary without an event of its own (steers only while no event fact is there). */
  readonly summary: boolean;
  readonly reading: FoldReading;
  /** At least one; a fact without any was never received and steers nothing. */
  readonly observations: readonly FoldObservation[];
}

export interface FoldReading {
  readonly status: ReadStatus;
  readonly reason: string | null;
  readonly logical: boolean;
  readonly hidden: boolean;
  readonly correction: boolean;
  readonly returnCancelled: boolean;
}

/** One ingestion of a fact. Its attributes count only as a whole (the winning observation). */
export interface FoldObservation {
  readonly inboundMessageId: string;
  /** The carrier's piece id in that report; null when it gave none, and for facts of our own. */
  readonly carrierPieceId: string | null;
  readonly source: InboundMessagesource;
  readonly trust: Trust;
  /** +Infinity for a file parsed without inbound messages: then no time is too late (rule 1). */
  readonly receivedAtMs: number;
  readonly zoneSource: ZoneSource;
  /** The facility that provided the zone, for explanations; absent or null: none. */
  readonly zoneFacilityId?: string | null;
  /** As read from this observation alone; −Infinity for "no time". */
  readonly interval: Interval;
}

/** What one report says about the whole parcel, whichever piece its facts are about. */
export interface FoldSnapshot {
  readonly inboundMessageId: string;
  /** The carrier's piece id in that report; null when it gave none, and for facts of our own. */
  readonly carrierPieceId: string | null;
  /** How far its return flag can be trusted when no fact confirms it. */
  readonly trust: Trust;
  readonly receivedAtMs: number;
  /** The carrier's own as-of, else the newest fact in that report; null when it has neither. */
  readonly asOfMs: number | null;
  readonly returnFlag: boolean | null;
  readonly estimatedDelivery: FoldEstimate | null;
  readonly piecesTotal: number | null;
}

export interface FoldEstimate {
  readonly date: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** A successful pull of the instance, full or confirmed as unchanged. */
export interface FoldPull {
  readonly inboundMessageId: string;
  /** The carrier's piece id in that report; null when it gave none, and for facts of our own. */
  readonly carrierPieceId: string | null;
  readonly atMs: number;
  /** Lists the whole history, so that absence counts. */
  readonly full: boolean;
  /** Identities it contained. */
  readonly identities: ReadonlySet<string>;
  /** Instant of its oldest fact: the absence of anything older means nothing. */
  readonly reachesBackToMs: number | null;
}

// ---------------------------------------------------------------- output

/** `standing` steers or could have; the others name the rule that took the fact out. */
export const VERDICTS = [
  'standing',
  'steering',
  'other_instance',
  'implausible',
  'retracted',
  'refuted',
  'cancelled_ignored',
  'corrected',
  'superseded',
  'returning_place_only',
  'does_not_steer',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/**
 * The rules, in the order `fold.ts` runs them; each leaves its name on the facts it touches.
 * `instance` comes first: the carrier's piece id shows that a fact is about another parcel with the
 * same number; such a fact takes part in nothing else.
 */
export const FOLD_RULES = [
  'instance',
  'unobserved',
  'implausible',
  'retracted',
  'refuted',
  'none',
  'summary',
  'cancelled',
  'correction',
  'delivered',
  'return_latch',
  'superseded',
  'status',
  'pieces',
  'not_found',
  'stalled',
  'trust',
  'expired',
] as const;
export type FoldRule = (typeof FOLD_RULES)[number];

export interface FactVerdict {
  readonly identity: string;
  readonly verdict: Verdict;
  /** The rule that decided, for `explain`. */
  readonly rule: FoldRule;
  /** The fact that excluded this one, if any. */
  readonly by: string | null;
  readonly interval: Interval;
  /** Inbound message of the winning observation; null for a fact without observations. */
  readonly winningInboundMessageId: string | null;
  /** Customers see it (rule "What customers see"). */
  readonly shown: boolean;
}

export interface FoldState {
  /** Which of the parcels under this number it is, by the carrier's id; null: it gave none. */
  readonly carrierPieceId: string | null;
  readonly status: Status;
  readonly reason: string | null;
  readonly confirmed: boolean;
  /**
   * Identity of the fact that set the status; null while nothing steers (`created`) and when only a
   * snapshot's return flag says `returning`.
   */
  readonly steering: string | null;
  /** On its way back to the sender, or there. */
  readonly returning: boolean;
  /** Null when the carrier reports a single parcel only. */
  readonly pieces: { readonly total: number; readonly delivered: number } | null;
  /** State of each piece that the facts name, by name. */
  readonly pieceStates: readonly PieceState[];
  readonly estimatedDelivery: FoldEstimate | null;
  /** One for each fact, by (interval, identity). */
  readonly verdicts: readonly FactVerdict[];
  /** Facts absent from full pulls exactly once: a confirming pull is due. */
  readonly needsConfirmingPull: boolean;
  /**
   * Followed for too long without an update: an `expired` fact refers to the current steering fact.
   */
  readonly expired: boolean;
}

export interface PieceState {
  readonly piece: string;
  readonly status: Status;
  readonly reason: string | null;
}
