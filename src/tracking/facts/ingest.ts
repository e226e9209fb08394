import type { CarrierReport, ReportedFact } from '../../adapters/contract/contract.ts';
import { intervalOf, NO_TIME } from '../../kernel/time/place-time.ts';
import type { Reading } from '../../normalization/index.ts';
import { factNames } from './fact-names.ts';
import {
  type Fact,
  type History,
  type Ingestion,
  ingestionKey,
  isSameIngestion,
  type Observation,
  type Pull,
  type Snapshot,
} from './history.ts';
import { hashIdentity } from './identity.ts';
import type { IngestedReport } from './ingested-report.ts';

/** What a report adds to a history: only what was not there before. */
export interface Additions {
  readonly facts: readonly Fact[];
  /** New observations, of new facts and of stored ones. */
  readonly observations: readonly {
    readonly identity: string;
    readonly observation: Observation;
  }[];
  readonly snapshot: Snapshot | null;
  readonly pull: Pull | null;
}

/**
 * Adds a report to a history. Ingesting the same message twice adds nothing; ingesting a known fact
 * again adds an observation and does not change the stored reading. A message about two parcels
 * under one number is an ingestion of each. New facts are read with the merchant's own rules. Pure.
 */
export function ingest(
  history: History,
  ingested: IngestedReport,
  merchantId: string | null = null,
): { history: History; additions: Additions } {
  const facts = new Map(history.facts);
  const newFacts: Fact[] = [];
  const observations: { identity: string; observation: Observation }[] = [];
  const identities: string[] = [];
  const all = reportedFacts(ingested.report, ingested.bridge);
  const names = factNames(
    history,
    all.map(({ fact }) => fact),
  );
  for (const [index, reported] of all.entries()) {
    const identity = names[index] ?? hashIdentity(reported.fact.identity);
    identities.push(identity);
    const observation = observationOf(reported.fact, ingested);
    const known = facts.get(identity);
    if (known === undefined) {
      const fact = newFact(identity, reported, ingested, merchantId, observation);
      facts.set(identity, fact);
      newFacts.push({ ...fact, observations: [] });
      observations.push({ identity, observation });
    } else if (!known.observations.some((seen) => isSameIngestion(seen, observation))) {
      facts.set(identity, { ...known, observations: [...known.observations, observation] });
      observations.push({ identity, observation });
    }
  }
  const snapshot = newSnapshot(history, ingested);
  const pull = newPull(history, ingested, identities);
  return {
    history: {
      facts,
      snapshots: snapshot
        ? new Map(history.snapshots).set(ingestionKey(snapshot), snapshot)
        : history.snapshots,
      pulls: pull ? [...history.pulls, pull] : history.pulls,
    },
    additions: { facts: newFacts, observations, snapshot, pull },
  };
}

/**
 * Returns a history with additions that came without a report: the hub's own facts, or facts of
 * another instance.
 */
export function withAdditions(history: History, additions: readonly Additions[]): History {
  if (additions.length === 0) return history;
  const facts = new Map(history.facts);
  const snapshots = new Map(history.snapshots);
  const pulls = [...history.pulls];
  for (const added of additions) {
    for (const fact of added.facts) facts.set(fact.identity, fact);
    for (const { identity, observation } of added.observations) {
      const known = facts.get(identity);
      if (known)
        facts.set(identity, { ...known, observations: [...known.observations, observation] });
    }
    if (added.snapshot) snapshots.set(ingestionKey(added.snapshot), added.snapshot);
    if (added.pull) pulls.push(added.pull);
  }
  return { facts, snapshots, pulls };
}

interface Reported {
  readonly fact: ReportedFact;
  readonly summary: boolean;
}

/**
 * Returns the facts of a report. A summary status counts as a fact only when the report lists no
 * events; a bridge's has another name than the carrier's.
 */
export function reportedFacts(report: CarrierReport, bridge?: string): Reported[] {
  if (report.facts.length > 0) return report.facts.map((fact) => ({ fact, summary: false }));
  const summary = report.snapshot.summary;
  if (summary === null) return [];
  const codes = Object.entries(summary.codes).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    {
      summary: true,
      fact: {
        codes: summary.codes,
        identity: [
          ...(bridge === undefined ? [] : ['bridge', bridge]),
          'summary',
          codes.map(([, code]) => code).join(' '),
          summary.time.local ?? '',
        ],
        time: summary.time,
        place: null,
        text: null,
        piece: null,
        logical: false,
      },
    },
  ];
}

/**
 * Creates a fact with its reading by the merchant's rules. The reading without them is kept, too,
 * if it is different.
 */
function newFact(
  identity: string,
  reported: Reported,
  ingested: IngestedReport,
  merchantId: string | null,
  observation: Observation,
): Fact {
  const reading = ingested.read(reported.fact, merchantId);
  const neutral = merchantId === null ? null : ingested.readNeutrally?.(reported.fact, merchantId);
  return {
    identity,
    source: factSourceOf(ingested),
    ...bridgeOf(ingested),
    code: ingested.codeOf(reported.fact.codes),
    codes: reported.fact.codes,
    piece: reported.fact.piece,
    summary: reported.summary,
    about: null,
    reportedLogical: reported.fact.logical,
    reading,
    ...(neutral && !isSameReading(neutral, reading) ? { neutral } : {}),
    observations: [observation],
  };
}

function factSourceOf({ isImported, bridge, report }: IngestedReport): Fact['source'] {
  if (isImported === true) return 'imported';
  if (bridge !== undefined) return 'bridge';
  return report.carrier === undefined ? 'carrier' : 'scan';
}

/** The bridge of facts, snapshots and pulls; nothing if the report came from no bridge. */
function bridgeOf({ bridge }: IngestedReport): { readonly bridge?: string } {
  return bridge === undefined ? {} : { bridge };
}

/** Whether two readings have the same content, whichever mapping versions they come from. */
export function isSameReading(a: Reading, b: Reading): boolean {
  return (
    a.status === b.status &&
    a.reason === b.reason &&
    a.milestone === b.milestone &&
    a.logical === b.logical &&
    a.hidden === b.hidden &&
    a.known === b.known &&
    a.correction === b.correction &&
    a.returnCancelled === b.returnCancelled &&
    a.text === b.text
  );
}

function ingestionOf({ inboundMessageId, report }: IngestedReport): Ingestion {
  return { inboundMessageId, carrierPieceId: report.carrierPieceId };
}

function observationOf(fact: ReportedFact, ingested: IngestedReport): Observation {
  const zones = ingested.facilityZones?.get(fact);
  const observation = {
    inboundMessageId: ingested.inboundMessageId,
    carrierPieceId: ingested.report.carrierPieceId,
    source: ingested.source,
    trust: ingested.trust,
    byAccount: ingested.byAccount,
    ...(ingested.isAlone === true && { isAlone: true as const }),
    receivedAtMs: ingested.receivedAtMs,
    time: fact.time,
    place: fact.place,
  };
  return zones === undefined ? observation : { ...observation, ...zones };
}

/** Whether ingesting the report would add nothing to any history, whatever was received before. */
export function isWithoutContent({
  source,
  report,
}: Pick<IngestedReport, 'source' | 'report'>): boolean {
  return source !== 'poll' && reportedFacts(report).length === 0 && !hasSnapshot(report);
}

/** Whether the report contains data about the whole parcel, besides facts. */
function hasSnapshot({ snapshot }: CarrierReport): boolean {
  return (
    snapshot.returnFlag !== null ||
    snapshot.estimatedDelivery !== null ||
    snapshot.serviceLevel !== null ||
    snapshot.weightG !== null ||
    snapshot.piecesTotal !== null ||
    snapshot.proofs.length > 0
  );
}

/**
 * Returns the report's snapshot; null if the report contains only facts, or its snapshot is already
 * stored.
 */
function newSnapshot(history: History, ingested: IngestedReport): Snapshot | null {
  const { snapshot } = ingested.report;
  const ingestion = ingestionOf(ingested);
  if (!hasSnapshot(ingested.report) || history.snapshots.has(ingestionKey(ingestion))) return null;
  return {
    ...ingestion,
    ...bridgeOf(ingested),
    receivedAtMs: ingested.receivedAtMs,
    trust: ingested.trust,
    asOfMs: asOf(ingested),
    returnFlag: snapshot.returnFlag,
    estimatedDelivery: snapshot.estimatedDelivery,
    serviceLevel: snapshot.serviceLevel,
    weightG: snapshot.weightG,
    piecesTotal: snapshot.piecesTotal,
    proofs: snapshot.proofs,
  };
}

/**
 * Returns the time that the carrier stated for the report, else that of its newest fact (the latest
 * beginning); null without either.
 */
function asOf(ingested: IngestedReport): number | null {
  const stated = intervalOf(ingested.report.asOf ?? NO_TIME, ingested.receivedAtMs).lo;
  if (Number.isFinite(stated)) return stated;
  let newest = Number.NEGATIVE_INFINITY;
  for (const fact of ingested.report.facts) {
    newest = Math.max(newest, intervalOf(fact.time, ingested.receivedAtMs).lo);
  }
  return Number.isFinite(newest) ? newest : null;
}

/**
 * Returns the record of a poll: the facts that its answer contained, and how far back it reached.
 * Null for other sources, and if it is already stored.
 */
function newPull(
  history: History,
  ingested: IngestedReport,
  identities: readonly string[],
): Pull | null {
  if (ingested.source !== 'poll') return null;
  const ingestion = ingestionOf(ingested);
  if (history.pulls.some((pull) => isSameIngestion(pull, ingestion))) return null;
  let oldest = Number.POSITIVE_INFINITY;
  for (const fact of ingested.report.facts) {
    oldest = Math.min(oldest, intervalOf(fact.time, ingested.receivedAtMs).lo);
  }
  return {
    ...ingestion,
    ...bridgeOf(ingested),
    atMs: ingested.receivedAtMs,
    full: ingested.report.fullHistory,
    identities,
    reachesBackToMs: Number.isFinite(oldest) ? oldest : null,
  };
}
