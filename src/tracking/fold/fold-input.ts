import type { AdapterManifest } from '../../adapters/contract/contract.ts';
import type { ReadStatus, Status } from '../../kernel/status.ts';
import type { Interval, ZoneSource } from '../../kernel/time/place-time.ts';
import type { InboundMessageSource, Trust } from '../../kernel/trust.ts';

/**
 * The complete input of the fold: plain values, without a clock or a database. All instants are
 * epoch milliseconds. The order of each list has no meaning.
 */
export interface FoldInput {
  readonly policy: FoldPolicy;
  /**
   * When the merchant registered the parcel. It selects one of several parcels under a reused
   * number (rule `instance`): +Infinity selects the newest, −Infinity the first.
   */
  readonly registeredAtMs: number;
  readonly facts: readonly FoldFact[];
  readonly snapshots: readonly FoldSnapshot[];
  readonly pulls: readonly FoldPull[];
}

/** The settings of the fold that depend on the carrier, from its adapter's manifest. */
export interface FoldPolicy {
  /** Whether pulls list the whole history, so that a fact's absence from them counts (rule 2). */
  readonly pullsFullHistory: boolean;
  readonly historyMaxEvents: number | null;
  readonly historyMaxAgeMs: number | null;
  /** The match keys of the carrier, or of a bridge, that name only a category; absent: none do. */
  readonly categoryKeysOf?: (bridge: string | undefined) => readonly string[];
}

/**
 * Where a fact comes from: the carrier, a bridge, a scan, a command, or one of the hub's own timers.
 */
export type FactSource =
  | 'carrier'
  /** A service that reports other carriers' parcels. */
  | 'bridge'
  /** The merchant's own scan of another carrier's parcel. */
  | 'scan'
  /** Another service's history of the parcel, moved to the hub. */
  | 'imported'
  | 'command'
  | 'confirmation_timed_out'
  | 'stalled'
  | 'expired'
  | 'not_found';

/** A fact as the fold needs it. */
export interface FoldFact {
  /** The hash of the identity in hex. It is unique within the shipment and breaks the last ties. */
  readonly identity: string;
  readonly source: FactSource;
  /** The bridge that reported it; absent for other sources. */
  readonly bridge?: string;
  readonly piece: string | null;
  /**
   * For facts of timers: `FoldState.steering` at the time the fact was added, so that the fact
   * applies only while that state lasts. Null for carrier facts and commands.
   */
  readonly about: string | null;
  /**
   * A summary of the shipment without an event of its own. It steers only while there is no event.
   */
  readonly summary: boolean;
  readonly reading: FoldReading;
  /**
   * The reports of this fact, at least one. A fact without any was never received and does not
   * steer.
   */
  readonly observations: readonly FoldObservation[];
}

/** The part of a reading that the fold needs. */
export interface FoldReading {
  readonly status: ReadStatus;
  readonly reason: string | null;
  readonly logical: boolean;
  readonly hidden: boolean;
  readonly correction: boolean;
  readonly returnCancelled: boolean;
  /** Whether only the category of the code is known, not the code; absent: it is a code's own. */
  readonly coarse?: boolean;
}

/** One report of a fact. The fold uses the attributes of one observation only, the winning one. */
export interface FoldObservation {
  readonly inboundMessageId: string;
  /** The carrier's piece id in that report; null when it gave none, and for facts of our own. */
  readonly carrierPieceId: string | null;
  readonly source: InboundMessageSource;
  readonly trust: Trust;
  /** +Infinity for a file parsed without inbound messages, so that no time is too late (rule 1). */
  readonly receivedAtMs: number;
  readonly zoneSource: ZoneSource;
  /** Minutes east of UTC; null if the zone of the time is unknown, absent if it does not matter. */
  readonly offsetMin?: number | null;
  /** The facility that provided the zone, for explanations; null or absent when none did. */
  readonly zoneFacilityId?: string | null;
  /**
   * When the fact happened by this observation alone; it begins at −Infinity when no time was
   * given.
   */
  readonly interval: Interval;
}

/** What one report says about the whole parcel, whichever piece its facts are about. */
export interface FoldSnapshot {
  readonly inboundMessageId: string;
  /** The carrier's piece id in that report; null when it gave none, and for facts of our own. */
  readonly carrierPieceId: string | null;
  /** The bridge that reported it; absent: the carrier did. */
  readonly bridge?: string;
  /** The trust of the report, which decides whether its return flag alone confirms a return. */
  readonly trust: Trust;
  readonly receivedAtMs: number;
  /**
   * The time that the carrier stated for the report, else that of its newest fact; null without
   * either.
   */
  readonly asOfMs: number | null;
  readonly returnFlag: boolean | null;
  readonly estimatedDelivery: FoldEstimate | null;
  readonly piecesTotal: number | null;
}

/** An estimated day of delivery, and perhaps a window. */
export interface FoldEstimate {
  readonly date: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** A successful pull of the instance, either with content or confirmed as unchanged. */
export interface FoldPull {
  readonly inboundMessageId: string;
  /** The carrier's piece id in that report; null when it gave none, and for facts of our own. */
  readonly carrierPieceId: string | null;
  /** The bridge that was pulled; absent: the carrier. */
  readonly bridge?: string;
  readonly atMs: number;
  /** Whether it lists the whole history, so that a fact's absence from it counts. */
  readonly full: boolean;
  /** The identities of the facts it listed. */
  readonly identities: ReadonlySet<string>;
  /** The time of its oldest fact. The absence of anything older proves nothing. */
  readonly reachesBackToMs: number | null;
}

// ---------------------------------------------------------------- output

/**
 * What the fold decided about a fact. `steering` set the status and `standing` still counts; the
 * others name the rule that took the fact out. `same_fact`: the carrier reported it, too.
 */
export const VERDICTS = [
  'standing',
  'steering',
  'other_instance',
  'same_fact',
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
 * The rules, in the order in which `fold.ts` applies them. Each writes its name on the facts it
 * takes out. `instance` comes first: a fact whose carrier's piece id belongs to another parcel with
 * the same number takes part in no other rule.
 */
export const FOLD_RULES = [
  'instance',
  'unobserved',
  'implausible',
  'same_fact',
  'retracted',
  'refuted',
  'direct',
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

/** The decision of the fold about one fact, and why. */
export interface FactVerdict {
  readonly identity: string;
  readonly verdict: Verdict;
  /** The rule that decided, shown by `explain`. */
  readonly rule: FoldRule;
  /** The fact that excluded this one, if any. */
  readonly by: string | null;
  readonly interval: Interval;
  /** The inbound message of the winning observation; null for a fact without observations. */
  readonly winningInboundMessageId: string | null;
  /** Whether customers see the fact in the timeline. */
  readonly shown: boolean;
}

/** The result of the fold: the state of one shipment. */
export interface FoldState {
  /**
   * The carrier's id of the chosen parcel among those with this number; null if the carrier gave
   * none.
   */
  readonly carrierPieceId: string | null;
  readonly status: Status;
  readonly reason: string | null;
  readonly confirmed: boolean;
  /**
   * The identity of the fact that set the status. Null while no fact steers (`created`), and when
   * only a snapshot's return flag says `returning`.
   */
  readonly steering: string | null;
  /** The bridge that reported the steering fact; null if another source did. */
  readonly via: string | null;
  /** Whether the parcel is on its way back to the sender, or already there. */
  readonly returning: boolean;
  /**
   * How many pieces there are and are delivered; null when the carrier reports a single parcel
   * only.
   */
  readonly pieces: { readonly total: number; readonly delivered: number } | null;
  /** The state of each piece that the facts name, ordered by name. */
  readonly pieceStates: readonly PieceState[];
  readonly estimatedDelivery: FoldEstimate | null;
  /** One verdict for each fact, ordered by (interval, identity). */
  readonly verdicts: readonly FactVerdict[];
  /**
   * Whether a full pull has omitted a fact exactly once, so that another pull is needed to confirm
   * it.
   */
  readonly needsConfirmingPull: boolean;
  /**
   * Whether the parcel had no update for so long that polling ended: an `expired` fact refers to
   * the current steering fact.
   */
  readonly expired: boolean;
}

/** The state of one piece of a shipment. */
export interface PieceState {
  readonly piece: string;
  readonly status: Status;
  readonly reason: string | null;
}

const DAY_MS = 86_400_000;

/**
 * Returns the part of a carrier's manifest that the fold needs. Null stands for a carrier that is
 * not installed: it is never polled. `manifestOf` finds those of the bridges that report on it.
 */
export function foldPolicy(
  manifest: AdapterManifest | null,
  manifestOf: (name: string) => AdapterManifest | null = () => null,
): FoldPolicy {
  const categoryKeysOf = (bridge: string | undefined) =>
    (bridge === undefined ? manifest : manifestOf(bridge))?.categoryKeys ?? [];
  if (manifest === null) {
    return {
      pullsFullHistory: false,
      historyMaxEvents: null,
      historyMaxAgeMs: null,
      categoryKeysOf,
    };
  }
  const { maxEvents, maxAgeDays } = manifest.historyCap;
  return {
    categoryKeysOf,
    pullsFullHistory: manifest.pullsFullHistory,
    historyMaxEvents: maxEvents,
    historyMaxAgeMs: maxAgeDays === null ? null : maxAgeDays * DAY_MS,
  };
}
