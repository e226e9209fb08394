import type { Parcel } from './parcel.ts';

/** What was wrong with a row, and the consequence. */
interface RowFault {
  readonly line: number;
  /** `refused`: the row is left out. `mended`: it counts, without that cell. */
  readonly fate: 'refused' | 'mended';
  readonly reason: string;
}

export interface ParcelsRead {
  readonly parcels: readonly Parcel[];
  /** At most `FAULTS_MAX`; the rest are only counted. */
  readonly faults: readonly RowFault[];
  readonly refused: number;
  readonly mended: number;
}

export type OnFault = (fate: RowFault['fate'], reason: string) => void;

/** A row that is yet to be read; null when it was rejected and passed to `onFault`. */
interface ParcelRow {
  readonly line: number;
  read(onFault: OnFault): Parcel | null;
}

/** The maximum number of listed faults: a file with a thousand faults has one cause. */
const FAULTS_MAX = 1_000;
/** At most one in this many of the newest parcels counts as having a wrong clock. */
const STRAYS_ONE_IN = 100;
/** No business pauses that long and then sends next to nothing. */
const GAP_DAYS_MAX = 180;
const DAY_MS = 86_400_000;

/**
 * The parcels of all rows, without repeated ids and without the few that are far later than all
 * others: with a mistyped year, a model would take that time for the present. Pure, and
 * independent of the clock, so that the same file always gives the same parcels.
 */
export function collectParcels(rows: Iterable<ParcelRow>): ParcelsRead {
  const faults: RowFault[] = [];
  const counts = { refused: 0, mended: 0 };
  const add = (fault: RowFault) => {
    counts[fault.fate] += 1;
    if (faults.length < FAULTS_MAX) faults.push(fault);
  };
  const lines = new Map<string, number>();
  const sampled: { readonly line: number; readonly parcel: Parcel }[] = [];
  for (const { line, read } of rows) {
    const parcel = read((fate, reason) => add({ line, fate, reason }));
    if (parcel === null) continue;
    const before = parcel.id === '' ? undefined : lines.get(parcel.id);
    if (before !== undefined) {
      add({ line, fate: 'refused', reason: `shipment_id repeats that of line ${before}` });
      continue;
    }
    lines.set(parcel.id, line);
    sampled.push({ line, parcel });
  }
  const lastMs = lastHandoverWithoutOutliers(
    sampled.map(({ parcel }) => parcel.handedOverAt.instantMs),
  );
  const parcels: Parcel[] = [];
  for (const { line, parcel } of sampled) {
    const days = (parcel.handedOverAt.instantMs - lastMs) / DAY_MS;
    if (days <= 0) parcels.push(parcel);
    else add({ line, fate: 'refused', reason: strayReason(days) });
  }
  return { parcels, faults, ...counts };
}

/**
 * Returns the newest handover time. If the newest few follow a gap of more than `GAP_DAYS_MAX` days,
 * they are taken for wrong dates and ignored.
 */
function lastHandoverWithoutOutliers(handedOverMs: readonly number[]): number {
  const ms = Float64Array.from(handedOverMs).sort();
  const strays = Math.floor(ms.length / STRAYS_ONE_IN);
  for (let at = ms.length - strays; at > 0 && at < ms.length; at += 1) {
    const before = ms[at - 1] ?? 0;
    if ((ms[at] ?? 0) - before > GAP_DAYS_MAX * DAY_MS) return before;
  }
  return ms.at(-1) ?? 0;
}

function strayReason(days: number): string {
  return `handed_over_at is ${Math.round(days)} days after that of nearly all others: a clock was wrong`;
}
