import { instantMs } from '../../../kernel/time/place-time.ts';
import type { CarrierReport, ReportedFact } from '../../contract/contract.ts';

/** Data from the sender, which may come long before the parcel. */
const PAPERWORK = ['OC', 'MD'];

interface Reported {
  readonly report: CarrierReport;
  /** First and last scan, epoch ms. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The position of its first report in the answer. */
  readonly at: number;
}

/**
 * Results of one number are parcels that used it one after the other, each with an id of its own.
 * If the later one's first scan is before the earlier one's last scan, they are the same parcel:
 * the number was entered again on the way, and all further scans appear under the new id only. Such
 * reports become one, under the id of the first, by which the parcel was known until then. For data
 * about the whole parcel, the report with the latest scan takes precedence.
 *
 * A report that continues after a delivery in the previous one stays separate: the number may have
 * been printed twice, and the delivery of one parcel must not be attributed to the other. Reports
 * without dated scans stay separate too.
 */
export function joinOneParcel(reports: readonly CarrierReport[]): readonly CarrierReport[] {
  const numbers = reports.map(reportedBy);
  const parcels: Reported[] = [];
  for (const later of numbers.filter(isDated).sort((a, b) => a.firstMs - b.firstMs)) {
    const i = parcels.findIndex((earlier) => isSame(earlier, later));
    const earlier = parcels[i];
    if (earlier === undefined) parcels.push(later);
    else parcels[i] = join(earlier, later);
  }
  const undated = numbers.filter((each) => !isDated(each));
  return [...parcels, ...undated].sort((a, b) => a.at - b.at).map(({ report }) => report);
}

function reportedBy(report: CarrierReport, at: number): Reported {
  const scans = report.facts.filter(({ codes }) => !PAPERWORK.includes(codes['event'] ?? ''));
  const instants = scans.flatMap(({ time }) => instantMs(time) ?? []);
  return { report, firstMs: Math.min(...instants), lastMs: Math.max(...instants), at };
}

/** Without scans the first is never and the last is never. */
function isDated({ firstMs, lastMs }: Reported): boolean {
  return firstMs <= lastMs;
}

function isSame(earlier: Reported, later: Reported): boolean {
  if (earlier.report.trackingNumber !== later.report.trackingNumber) return false;
  const goesOn = earlier.report.facts.some((fact) => isDeliveryBefore(fact, later.lastMs));
  return later.firstMs <= earlier.lastMs && !goesOn;
}

function isDeliveryBefore({ codes, time }: ReportedFact, ms: number): boolean {
  return codes['event'] === 'DL' && (instantMs(time) ?? Number.NEGATIVE_INFINITY) < ms;
}

function join(earlier: Reported, later: Reported): Reported {
  const [a, b] = [earlier.report, later.report];
  const newest = later.lastMs >= earlier.lastMs ? b : a;
  const facts = new Map([...a.facts, ...b.facts].map((fact) => [fact.identity.join('\n'), fact]));
  const links = new Map(
    [...a.links, ...b.links].map((link) => [`${link.kind} ${link.trackingNumber}`, link]),
  );
  return {
    report: {
      ...a,
      aliases: [...new Set([...a.aliases, ...b.aliases])],
      carrierPieceId: a.carrierPieceId ?? b.carrierPieceId,
      fullHistory: a.fullHistory && b.fullHistory,
      facts: [...facts.values()],
      snapshot: newest.snapshot,
      links: [...links.values()],
    },
    firstMs: earlier.firstMs,
    lastMs: Math.max(earlier.lastMs, later.lastMs),
    at: Math.min(earlier.at, later.at),
  };
}
