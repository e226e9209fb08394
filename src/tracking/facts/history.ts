import type { CodeMatch, ReportedPlace } from '../../adapters/contract/contract.ts';
import { intervalOf, type PlaceTime } from '../../kernel/time/place-time.ts';
import type { InboundMessageSource, Trust } from '../../kernel/trust.ts';
import type { Reading } from '../../normalization/index.ts';
import type { FactSource, FoldEstimate, FoldInput, FoldPolicy } from '../fold/fold-input.ts';

/** Everything received about one shipment, as stored in the database. */
export interface History {
  readonly facts: ReadonlyMap<string, Fact>;
  /** Keyed by `ingestionKey`. */
  readonly snapshots: ReadonlyMap<string, Snapshot>;
  readonly pulls: readonly Pull[];
}

/** One thing that happened to a parcel, with its reading and all its observations. */
export interface Fact {
  readonly identity: string;
  readonly source: FactSource;
  /** The bridge that reported it; absent for other sources. */
  readonly bridge?: string;
  /** The carrier's code as one word, for people. */
  readonly code: string;
  readonly codes: CodeMatch;
  readonly piece: string | null;
  readonly summary: boolean;
  /** For facts of timers: the steering fact to which they refer; else null. */
  readonly about: string | null;
  /**
   * Whether the carrier itself marked it as not being a scan; absent where that was not stored, and
   * for the hub's own facts.
   */
  readonly reportedLogical?: boolean;
  readonly reading: Reading;
  /** The reading without the merchant's own rules, if those make it another one. */
  readonly neutral?: Reading;
  /** The reading that a renormalization last replaced by another status or reason. */
  readonly readBefore?: ReadBefore;
  readonly observations: readonly Observation[];
}

/** The part of a reading that is stored when another one replaces it. */
export type ReadBefore = Pick<Reading, 'status' | 'reason' | 'mappingVersion'>;

/** One report of a fact: from which message, how far it can be trusted, and what it said. */
export interface Observation {
  readonly inboundMessageId: string;
  /** As the report gave it; null when it had none. */
  readonly carrierPieceId: string | null;
  readonly source: InboundMessageSource;
  readonly trust: Trust;
  readonly byAccount: boolean;
  /** Present if the message reports on no other number. */
  readonly isAlone?: true;
  readonly receivedAtMs: number;
  readonly time: PlaceTime;
  readonly place: ReportedPlace | null;
  /** The facility that gave the time its zone on arrival; absent if none did. */
  readonly zoneFacilityId?: string;
  /** The time by the hub's own facilities, if the merchant's facilities give another. */
  readonly neutralTime?: PlaceTime;
}

/** What one report says about the whole parcel. */
export interface Snapshot {
  readonly inboundMessageId: string;
  /** As the report gave it; null when it had none. */
  readonly carrierPieceId: string | null;
  /** The bridge that reported it; absent: the carrier did. */
  readonly bridge?: string;
  readonly receivedAtMs: number;
  readonly trust: Trust;
  readonly asOfMs: number | null;
  readonly returnFlag: boolean | null;
  readonly estimatedDelivery: FoldEstimate | null;
  readonly serviceLevel: string | null;
  readonly weightG: number | null;
  readonly piecesTotal: number | null;
  readonly proofs: readonly string[];
}

/** One poll of the parcel that succeeded, with the facts it listed. */
export interface Pull {
  readonly inboundMessageId: string;
  /** As the report gave it; null when it had none. */
  readonly carrierPieceId: string | null;
  /** The bridge that was pulled; absent: the carrier. */
  readonly bridge?: string;
  readonly atMs: number;
  readonly full: boolean;
  readonly identities: readonly string[];
  readonly reachesBackToMs: number | null;
}

export const EMPTY_HISTORY: History = { facts: new Map(), snapshots: new Map(), pulls: [] };

/**
 * The key of one ingestion. An inbound message may report several parcels under one number: it is a
 * separate ingestion of each.
 */
export interface Ingestion {
  readonly inboundMessageId: string;
  readonly carrierPieceId: string | null;
}

/** Returns the ingestion as one string, for the keys of maps. */
export function ingestionKey({ inboundMessageId, carrierPieceId }: Ingestion): string {
  return carrierPieceId === null ? inboundMessageId : `${inboundMessageId} ${carrierPieceId}`;
}

/** Whether two observations, snapshots or pulls come from the same ingestion. */
export function isSameIngestion(a: Ingestion, b: Ingestion): boolean {
  return a.inboundMessageId === b.inboundMessageId && a.carrierPieceId === b.carrierPieceId;
}

/**
 * Converts a history to the input of the fold: instants and intervals instead of local times.
 * `registeredAtMs` (epoch ms) is when the merchant registered the parcel; +Infinity selects the
 * newest parcel under the number, whoever registered it.
 */
export function foldInput(history: History, policy: FoldPolicy, registeredAtMs: number): FoldInput {
  return {
    policy,
    registeredAtMs,
    facts: Array.from(history.facts.values(), (fact) => {
      const firstReceivedMs = firstReceived(fact.observations);
      return {
        identity: fact.identity,
        source: fact.source,
        ...(fact.bridge !== undefined && { bridge: fact.bridge }),
        piece: fact.piece,
        summary: fact.summary,
        about: fact.about,
        reading: isCoarse(fact, policy) ? { ...fact.reading, coarse: true } : fact.reading,
        observations: fact.observations.map((observation) => ({
          inboundMessageId: observation.inboundMessageId,
          carrierPieceId: observation.carrierPieceId,
          source: observation.source,
          trust: observation.trust,
          receivedAtMs: observation.receivedAtMs,
          zoneSource: observation.time.zoneSource,
          offsetMin: observation.time.offsetMin,
          zoneFacilityId: observation.zoneFacilityId ?? null,
          interval: intervalOf(observation.time, firstReceivedMs),
        })),
      };
    }),
    snapshots: Array.from(history.snapshots.values()),
    pulls: history.pulls.map((pull) => ({ ...pull, identities: new Set(pull.identities) })),
  };
}

/** Whether the rule that read the fact names a category only. */
function isCoarse({ bridge, reading }: Fact, { categoryKeysOf }: FoldPolicy): boolean {
  if (reading.rule === null) return false;
  const categories = categoryKeysOf?.(bridge) ?? [];
  return Object.keys(reading.rule).every((key) => categories.includes(key));
}

function firstReceived(observations: readonly Observation[]): number {
  let first = Number.POSITIVE_INFINITY;
  for (const observation of observations) first = Math.min(first, observation.receivedAtMs);
  return first;
}
