import {
  type CarrierReport,
  EMPTY_SNAPSHOT,
  type ReportedFact,
} from '../../adapters/contract/contract.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Interval, intervalOf } from '../../kernel/time/place-time.ts';
import type { History } from '../facts/history.ts';
import { hashIdentity } from '../facts/identity.ts';
import { reportedFacts } from '../facts/ingest.ts';
import type { IngestedReport } from '../facts/ingested-report.ts';
import type { Shipment } from '../shipment.ts';
import { instanceOfFact, instanceOfReport } from './instances.ts';

/** A report with the shipments that it may concern. */
export interface AddressedReport extends IngestedReport {
  /**
   * The only tenant that it concerns; null for everyone who registered the number (it came through
   * the path of the whole hub).
   */
  readonly owner: Tenant | null;
  /** Set when one shipment adopts a parked report; the others have already received it. */
  readonly onlyShipmentId: string | null;
}

/** A shipment of the number with everything received about it so far. */
export interface Candidate {
  readonly shipment: Shipment;
  readonly history: History;
}

/**
 * Distributes a report to instances: for each tenant it may reach, every fact goes to exactly one
 * instance (or to none, when it is older than all), and the snapshot to the instance of the
 * report's newest fact. A report with a piece id is about one parcel: its facts that are not
 * recorded yet go to one instance, and the fold decides whether it is that instance's parcel.
 * Returns shipment id → the part it receives. Pure.
 */
export function route(
  report: AddressedReport,
  candidates: readonly Candidate[],
): Map<string, IngestedReport> {
  const parts = new Map<string, IngestedReport>();
  for (const ofTenant of groupByTenant(candidates, report.owner)) {
    for (const [shipmentId, part] of distribute(report, ofTenant)) {
      if (report.onlyShipmentId === null || report.onlyShipmentId === shipmentId) {
        parts.set(shipmentId, { ...report, report: part });
      }
    }
  }
  return parts;
}

/** Groups candidates by tenant; with an `owner`, only that tenant's. */
function groupByTenant(candidates: readonly Candidate[], owner: Tenant | null): Candidate[][] {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const { merchantId, mode } = candidate.shipment;
    if (owner !== null && (owner.merchantId !== merchantId || owner.mode !== mode)) continue;
    const key = `${merchantId} ${mode}`;
    groups.set(key, [...(groups.get(key) ?? []), candidate]);
  }
  return [...groups.values()];
}

interface Placed {
  readonly fact: ReportedFact;
  readonly identity: string;
  /** The identity that an earlier version of the adapter gave it; null if it is the same. */
  readonly former: string | null;
  readonly interval: Interval;
}

/**
 * Assigns each fact of a report to one of the candidates, which share the number, and returns a
 * report for each. The newest fact decides who gets the snapshot and the links; without facts, the
 * whole report goes to one candidate.
 */
function distribute(
  ingested: IngestedReport,
  candidates: readonly Candidate[],
): Map<string, CarrierReport> {
  const { report } = ingested;
  const placed = reportedFacts(report, ingested.bridge).map(({ fact }) => ({
    fact,
    identity: hashIdentity(fact.identity),
    former: fact.formerIdentity === undefined ? null : hashIdentity(fact.formerIdentity),
    interval: intervalOf(fact.time, ingested.receivedAtMs),
  }));
  const findInstance = instanceFinder(ingested, placed, candidates);
  const factsOf = new Map<string, ReportedFact[]>();
  let newest: { lo: number; shipmentId: string } | null = null;
  for (const { fact, identity, former, interval } of placed) {
    const shipmentId = findInstance(
      interval,
      candidates.find(
        ({ history }) =>
          history.facts.has(identity) || (former !== null && history.facts.has(former)),
      )?.shipment.id ?? null,
    );
    if (shipmentId === null) continue;
    factsOf.set(shipmentId, [...(factsOf.get(shipmentId) ?? []), fact]);
    if (newest === null || interval.lo > newest.lo) newest = { lo: interval.lo, shipmentId };
  }
  const snapshotOwner =
    newest?.shipmentId ??
    (placed.length > 0 ? null : findInstance(intervalWithoutFacts(ingested), null));
  return new Map(
    [...factsOf.keys(), ...(snapshotOwner === null ? [] : [snapshotOwner])].map((shipmentId) => [
      shipmentId,
      {
        ...report,
        facts: report.facts.length === 0 ? [] : (factsOf.get(shipmentId) ?? []),
        snapshot: shipmentId === snapshotOwner ? report.snapshot : EMPTY_SNAPSHOT,
        links: shipmentId === snapshotOwner ? report.links : [],
      },
    ]),
  );
}

/**
 * Returns a function that finds the instance of a fact of the report, by its interval and by where
 * it is recorded.
 */
function instanceFinder(
  ingested: IngestedReport,
  placed: readonly Placed[],
  candidates: readonly Candidate[],
): (interval: Interval, recordedIn: string | null) => string | null {
  const instances = candidates.map(({ shipment }) => ({
    shipmentId: shipment.id,
    carrierPieceId: shipment.carrierPieceId,
    factsFromMs: shipment.factsFromMs,
  }));
  const { carrierPieceId } = ingested.report;
  if (carrierPieceId === null) {
    return (interval, recordedIn) => instanceOfFact(instances, { interval, recordedIn });
  }
  const instanceOfAll = instanceOfReport(instances, {
    carrierPieceId,
    newestMs: newestMs(ingested, placed),
  });
  return (_, recordedIn) => recordedIn ?? instanceOfAll;
}

/**
 * Returns when the report's newest fact ended. Facts without a time do not count as long as there
 * are others.
 */
function newestMs(ingested: IngestedReport, placed: readonly Placed[]): number {
  const dated = placed.filter(({ interval }) => interval.lo !== Number.NEGATIVE_INFINITY);
  const relevant = dated.length > 0 ? dated : placed;
  if (relevant.length === 0) return ingested.receivedAtMs;
  return relevant.reduce(
    (newest, { interval }) => Math.max(newest, interval.hi),
    Number.NEGATIVE_INFINITY,
  );
}

/**
 * Returns the interval of a report without any fact: it belongs to the instance that is current
 * when it arrives.
 */
function intervalWithoutFacts({ receivedAtMs }: IngestedReport): Interval {
  return { lo: Number.NEGATIVE_INFINITY, hi: receivedAtMs };
}
