import type { CodeMatch } from '../../adapters/contract/contract.ts';
import { estimateTimes } from '../../events/estimate.ts';
import type { EstimateTimes } from '../../events/shipment-view.ts';
import { RANK, type ReadStatus, type Status } from '../../kernel/status.ts';
import type { ReadBefore } from '../facts/history.ts';
import { winningObservation } from '../facts/winning-observation.ts';
import type {
  FactSource,
  FactVerdict,
  FoldFact,
  FoldObservation,
  FoldRule,
  FoldState,
  Verdict,
} from '../fold/fold-input.ts';

/** A fact with the parts that the fold does not need but people ask for. */
interface ExplainedFact {
  readonly fact: FoldFact;
  /** The raw codes under the adapter's match keys; empty for the hub's own facts. */
  readonly codes: Readonly<Record<string, string>>;
  /** The hash of the mapping that read it; null for the hub's own facts. */
  readonly mappingVersion: string | null;
  /**
   * The rule of the mapping that read it; null for the hub's own facts and for codes no rule knows.
   */
  readonly mappingRule?: {
    readonly match: CodeMatch;
    /** The rule's place, `file:line`; null if the version is not stored. */
    readonly place: string | null;
  } | null;
  /** The reading that a renormalization replaced by another status or reason; absent: none. */
  readonly readBefore?: ReadBefore | null;
}

/** The answer of `GET /shipments/{id}/explain`. */
export interface Explanation {
  readonly status: Status;
  readonly sub_status: string | null;
  readonly confirmed: boolean;
  readonly returning: boolean;
  readonly expired: boolean;
  readonly needs_confirming_pull: boolean;
  readonly steering: string | null;
  /** The bridge that reported the steering fact; null if another source did. */
  readonly via: string | null;
  readonly pieces: FoldState['pieces'];
  readonly estimated_delivery: EstimateTimes | null;
  /** Every fact, ordered by (interval, identity). */
  readonly facts: readonly FactExplanation[];
}

interface FactExplanation {
  readonly identity: string;
  readonly source: FactSource;
  /** The bridge that reported it; null for other sources. */
  readonly via: string | null;
  readonly piece: string | null;
  readonly summary: boolean;
  readonly about: string | null;
  readonly codes: Readonly<Record<string, string>>;
  readonly reading: {
    readonly status: ReadStatus;
    readonly sub_status: string | null;
    readonly logical: boolean;
    readonly hidden: boolean;
    readonly correction: boolean;
    readonly return_cancelled: boolean;
    readonly mapping_version: string | null;
    readonly mapping_rule: { readonly match: CodeMatch; readonly place: string | null } | null;
    /** The reading before a renormalization gave it another status or sub_status. */
    readonly before: {
      readonly status: ReadStatus;
      readonly sub_status: string | null;
      readonly mapping_version: string;
    } | null;
  };
  /** ISO 8601 in UTC; null on the side that is open. */
  readonly interval: { readonly from: string | null; readonly to: string | null };
  readonly winning_observation: {
    readonly inbound_message_id: string;
    readonly source: FoldObservation['source'];
    readonly trust: FoldObservation['trust'];
    readonly zone_source: FoldObservation['zoneSource'];
    /** The facility whose zone it is, if it is a facility's. */
    readonly zone_facility_id: string | null;
    readonly received_at: string | null;
  } | null;
  readonly observations: number;
  /** `remapped`: its former reading was stronger, until a renormalization replaced it. */
  readonly verdict: Verdict | 'remapped';
  readonly rule: FoldRule;
  /** The identity of the fact that took this one out. */
  readonly by: string | null;
  readonly shown: boolean;
}

/** Explains why a shipment shows what it shows. `state` is the fold of exactly these facts. */
export function explain(
  state: FoldState,
  facts: readonly ExplainedFact[],
  destinationZone: string | null = null,
): Explanation {
  const estimate = state.estimatedDelivery;
  const known = new Map(facts.map((explained) => [explained.fact.identity, explained]));
  return {
    status: state.status,
    sub_status: state.reason,
    confirmed: state.confirmed,
    returning: state.returning,
    expired: state.expired,
    needs_confirming_pull: state.needsConfirmingPull,
    steering: state.steering,
    via: state.via,
    pieces: state.pieces,
    estimated_delivery: estimate && estimateTimes(estimate, destinationZone),
    facts: state.verdicts.flatMap((verdict) => {
      const explained = known.get(verdict.identity);
      return explained === undefined ? [] : [explainFact(verdict, explained)];
    }),
  };
}

/** Explains a fact: its reading, its interval, and the verdict with the rule that caused it. */
function explainFact(verdict: FactVerdict, explained: ExplainedFact): FactExplanation {
  const { fact, codes, mappingVersion, mappingRule, readBefore = null } = explained;
  const { reading } = fact;
  return {
    identity: fact.identity,
    source: fact.source,
    via: fact.bridge ?? null,
    piece: fact.piece,
    summary: fact.summary,
    about: fact.about,
    codes,
    reading: {
      status: reading.status,
      sub_status: reading.reason,
      logical: reading.logical,
      hidden: reading.hidden,
      correction: reading.correction,
      return_cancelled: reading.returnCancelled,
      mapping_version: mappingVersion,
      mapping_rule: mappingRule ?? null,
      before: readBefore && {
        status: readBefore.status,
        sub_status: readBefore.reason,
        mapping_version: readBefore.mappingVersion,
      },
    },
    interval: { from: iso(verdict.interval.lo), to: iso(verdict.interval.hi) },
    winning_observation: explainObservation(winningObservation(fact.observations)),
    observations: fact.observations.length,
    verdict: isLowered(readBefore, reading.status) ? 'remapped' : verdict.verdict,
    rule: verdict.rule,
    by: verdict.by,
    shown: verdict.shown,
  };
}

/** Whether a renormalization replaced the reading by one that is less far along. */
function isLowered(before: ReadBefore | null, now: ReadStatus): boolean {
  return before !== null && weightOf(before.status) > weightOf(now);
}

/**
 * The weight of `returning`, which has no rank: it is further than in transit, and not yet arrived.
 */
const RETURNING_WEIGHT = RANK.out_for_delivery;

function weightOf(status: ReadStatus): number {
  if (status === 'none') return -1;
  return status === 'returning' ? RETURNING_WEIGHT : RANK[status];
}

function explainObservation(
  observation: FoldObservation | null,
): FactExplanation['winning_observation'] {
  if (observation === null) return null;
  return {
    inbound_message_id: observation.inboundMessageId,
    source: observation.source,
    trust: observation.trust,
    zone_source: observation.zoneSource,
    zone_facility_id: observation.zoneFacilityId ?? null,
    received_at: iso(observation.receivedAtMs),
  };
}

/**
 * Limit of instants; those beyond it cannot be a date and stand for "open", like the infinities.
 */
const DATE_MS_MAX = 8.64e15;

function iso(ms: number): string | null {
  return Math.abs(ms) <= DATE_MS_MAX ? new Date(ms).toISOString() : null;
}
