import type { Interval, ZoneSource } from '../kernel/place-time.ts';
import type { ReadStatus, Status } from '../kernel/status.ts';
import type { Door, Trust } from '../kernel/trust.ts';

/**
 * Everything the fold looks at: plain values, no clock, no database. All instants are epoch
 * milliseconds. `fold.md`'s words: facts with sightings and readings, snapshots, pulls, internal
 * facts.
 */
export interface FoldInput {
  readonly policy: FoldPolicy;
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

export type FactSource = 'carrier' | 'command' | 'confirmation_timed_out' | 'stalled' | 'expired';

export interface FoldFact {
  /** Hex hash of the identity; unique within the shipment; the last tie-breaker. */
  readonly identity: string;
  readonly source: FactSource;
  readonly piece: string | null;
  /** A shipment-level summary without an event of its own (steers only while no event fact is there). */
  readonly summary: boolean;
  readonly reading: FoldReading;
  /** At least one. */
  readonly sightings: readonly FoldSighting[];
}

export interface FoldReading {
  readonly status: ReadStatus;
  readonly reason: string | null;
  readonly logical: boolean;
  readonly hidden: boolean;
  readonly correction: boolean;
  readonly returnCancelled: boolean;
}

/** One hearing of a fact. Its attributes count only as a whole (the winning sighting). */
export interface FoldSighting {
  readonly receiptId: string;
  readonly door: Door;
  readonly trust: Trust;
  readonly receivedAtMs: number;
  readonly zoneSource: ZoneSource;
  /** As read from this sighting alone; −Infinity for "no time". */
  readonly interval: Interval;
}

export interface FoldSnapshot {
  readonly receiptId: string;
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

/** A successful pull of the life, in full or confirmed as unchanged. */
export interface FoldPull {
  readonly receiptId: string;
  readonly atMs: number;
  /** Lists the whole history, so that absence counts. */
  readonly full: boolean;
  /** Identities it contained. */
  readonly identities: ReadonlySet<string>;
  /** Instant of its oldest fact: absence of what is older than this means nothing. */
  readonly reachesBackToMs: number | null;
}

// ---------------------------------------------------------------- output

/** `standing` steers or could have; the others name the rule that took the fact out. */
export const VERDICTS = [
  'standing',
  'steering',
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

export interface FactVerdict {
  readonly identity: string;
  readonly verdict: Verdict;
  /** Name of the rule in fold.md, for `explain`. */
  readonly rule: string;
  /** The fact that took this one out, when one did. */
  readonly by: string | null;
  readonly interval: Interval;
  /** Receipt of the winning sighting. */
  readonly winningReceiptId: string;
  /** Customers see it (rule "What customers see"). */
  readonly shown: boolean;
}

export interface FoldState {
  readonly status: Status;
  readonly reason: string | null;
  readonly confirmed: boolean;
  /** Identity of the fact that set the status; null while nothing steers (`created`). */
  readonly steering: string | null;
  readonly returning: boolean;
  readonly pieces: { readonly total: number; readonly delivered: number } | null;
  readonly estimatedDelivery: FoldEstimate | null;
  readonly verdicts: readonly FactVerdict[];
  /** Facts seen absent once from full pulls: a confirming pull is due. */
  readonly needsConfirmingPull: boolean;
}
