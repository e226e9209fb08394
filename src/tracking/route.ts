import { type CarrierReport, EMPTY_SNAPSHOT, type ReportedFact } from '../adapters/contract.ts';
import { type Interval, intervalOf } from '../kernel/place-time.ts';
import type { Tenant } from '../kernel/tenant.ts';
import { reportedFacts } from './hear.ts';
import type { HeardReport } from './heard.ts';
import type { History } from './history.ts';
import { hashIdentity } from './identity.ts';
import { assignLife, claimLife, type Life } from './lives.ts';
import type { Shipment } from './shipment.ts';

/** A report on its way to shipments, with whom it may reach. */
export interface AddressedReport extends HeardReport {
  /** Null: everyone who registered the number (the deployment-wide path). */
  readonly owner: Tenant | null;
  /** Set when one shipment adopts what was parked; the others have heard it already. */
  readonly onlyShipmentId: string | null;
}

/** A shipment of the number with what was heard of it so far. */
export interface Candidate {
  readonly shipment: Shipment;
  readonly history: History;
}

/**
 * Deals reports out one after the other, so that a life the first one claims is taken for the
 * next. The report with the newest news goes first: of several results for one number it is the
 * parcel that is under way. Returns, for each report, shipment id → the part it hears; and the
 * carrier's piece ids that lives took on.
 */
export function routeAll(
  reports: readonly AddressedReport[],
  candidates: readonly Candidate[],
): { parts: Map<string, HeardReport>[]; pieceIds: Map<string, string> } {
  const pieceIds = new Map<string, string>();
  const newestFirst = [...reports].sort((a, b) => newestMs(b) - newestMs(a));
  const parts = newestFirst.map((report) => {
    const known = candidates.map(({ shipment, history }) => ({
      history,
      shipment: {
        ...shipment,
        carrierPieceId: shipment.carrierPieceId ?? pieceIds.get(shipment.id) ?? null,
      },
    }));
    const part = route(report, known);
    const { carrierPieceId } = report.report;
    for (const { shipment } of known) {
      if (carrierPieceId !== null && shipment.carrierPieceId === null && part.has(shipment.id)) {
        pieceIds.set(shipment.id, carrierPieceId);
      }
    }
    return part;
  });
  return { parts, pieceIds };
}

function newestMs({ report, receivedAtMs }: HeardReport): number {
  let newest = Number.MIN_SAFE_INTEGER;
  for (const { time } of report.facts) newest = Math.max(newest, intervalOf(time, receivedAtMs).hi);
  return newest;
}

/**
 * Deals a report out to the lives it speaks of: for each tenant it may reach, every fact goes to
 * exactly one life (or to none, when it is older than all), and the snapshot to the life of the
 * report's newest fact. Returns shipment id → the part it hears. Pure.
 */
function route(
  report: AddressedReport,
  candidates: readonly Candidate[],
): Map<string, HeardReport> {
  const parts = new Map<string, HeardReport>();
  for (const tenants of byTenant(candidates, report.owner)) {
    for (const [shipmentId, part] of dealOut(report, tenants)) {
      if (report.onlyShipmentId === null || report.onlyShipmentId === shipmentId) {
        parts.set(shipmentId, { ...report, report: part });
      }
    }
  }
  return parts;
}

function byTenant(candidates: readonly Candidate[], owner: Tenant | null): Candidate[][] {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const { merchantId, mode } = candidate.shipment;
    if (owner !== null && (owner.merchantId !== merchantId || owner.mode !== mode)) continue;
    const key = `${merchantId} ${mode}`;
    groups.set(key, [...(groups.get(key) ?? []), candidate]);
  }
  return [...groups.values()];
}

function dealOut(heard: HeardReport, candidates: readonly Candidate[]): Map<string, CarrierReport> {
  const { report } = heard;
  const placed = reportedFacts(report).map(({ fact }) => ({
    fact,
    identity: hashIdentity(fact.identity),
    interval: intervalOf(fact.time, heard.receivedAtMs),
  }));
  const lives = claimed(candidates, report, placed);
  const dealt = new Map<string, ReportedFact[]>();
  let newest: { lo: number; shipmentId: string } | null = null;
  for (const { fact, identity, interval } of placed) {
    const life = assignLife(lives, {
      carrierPieceId: report.carrierPieceId,
      interval,
      recordedIn:
        candidates.find(({ history }) => history.facts.has(identity))?.shipment.id ?? null,
    });
    if (life.kind === 'none') continue;
    dealt.set(life.shipmentId, [...(dealt.get(life.shipmentId) ?? []), fact]);
    if (newest === null || interval.lo > newest.lo) {
      newest = { lo: interval.lo, shipmentId: life.shipmentId };
    }
  }
  const home = newest?.shipmentId ?? homeOfFactless(heard, lives, placed.length);
  return new Map(
    [...dealt.keys(), ...(home === null ? [] : [home])].map((shipmentId) => [
      shipmentId,
      {
        ...report,
        facts: report.facts.length === 0 ? [] : (dealt.get(shipmentId) ?? []),
        snapshot: shipmentId === home ? report.snapshot : EMPTY_SNAPSHOT,
        links: shipmentId === home ? report.links : [],
      },
    ]),
  );
}

/** The lives, with the report's piece id written on the one that it is the first to name. */
function claimed(
  candidates: readonly Candidate[],
  report: CarrierReport,
  placed: readonly { readonly interval: Interval }[],
): Life[] {
  const lives = candidates.map(({ shipment }) => ({
    shipmentId: shipment.id,
    carrierPieceId: shipment.carrierPieceId,
    factsFromMs: shipment.factsFromMs,
  }));
  const claim = claimLife(lives, {
    carrierPieceId: report.carrierPieceId,
    intervals: placed.map(({ interval }) => interval),
  });
  return lives.map((life) =>
    life.shipmentId === claim ? { ...life, carrierPieceId: report.carrierPieceId } : life,
  );
}

/** A report without any fact speaks of the life that is current when it comes. */
function homeOfFactless(heard: HeardReport, lives: readonly Life[], facts: number): string | null {
  if (facts > 0) return null;
  const life = assignLife(lives, {
    carrierPieceId: heard.report.carrierPieceId,
    interval: { lo: Number.NEGATIVE_INFINITY, hi: heard.receivedAtMs },
  });
  return life.kind === 'life' ? life.shipmentId : null;
}
