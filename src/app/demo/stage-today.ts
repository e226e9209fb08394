import { DateTime } from 'luxon';
import type { DemoParcel, HistoryParts } from './demo-parcel.ts';
import type { DemoScan } from './plan-journey.ts';

const HOUR_MS = 3_600_000;

/**
 * Problems that wait to be solved at whatever hour somebody starts the hub: after which scan and how
 * much later, and between how many hours ago. The case about customs is overdue, the others are not.
 */
const OPEN_TROUBLES: readonly (readonly [
  reason: string,
  isAfter: (scan: DemoScan, parcel: DemoParcel) => boolean,
  laterH: number,
  leastH: number,
  mostH: number,
])[] = [
  ['customs_hold', ({ milestone }) => milestone === 'customs_clearance', 2, 82, 168],
  ['damaged', isInTown, 0.8, 1, 66],
  ['address_not_found', ({ status }) => status === 'out_for_delivery', 3.6, 1, 46],
  ['carrier_delay', isInTown, 0.6, 1, 66],
];

function isInTown({ status, place }: DemoScan, { destination }: DemoParcel): boolean {
  return status === 'at_facility' && place.city === destination.city;
}

/** The parcels as they are now: some in trouble, some on a vehicle, and no scan of the future. */
export function stageToday(
  parcels: readonly DemoParcel[],
  codes: HistoryParts['codes'],
  nowMs: number,
): readonly DemoParcel[] {
  const staged = withLoadedParcels(withOpenTroubles(parcels, codes, nowMs), nowMs);
  return staged.map((parcel) => ({
    ...parcel,
    scans: parcel.scans.filter(({ atMs }) => atMs <= nowMs),
  }));
}

/** Stops a parcel for each open trouble, the newest that could have it. */
function withOpenTroubles(
  parcels: readonly DemoParcel[],
  codes: HistoryParts['codes'],
  nowMs: number,
): readonly DemoParcel[] {
  const stopped = new Map<DemoParcel, DemoParcel>();
  for (const [reason, isAfter, laterH, leastH, mostH] of OPEN_TROUBLES) {
    const meaning = { status: 'exception', reason, milestone: null } as const;
    for (const parcel of parcels.toReversed()) {
      const match = codes(parcel.service, meaning);
      // A carrier without a code for the reason says something more general.
      const isSaid = match !== codes(parcel.service, { ...meaning, reason: null });
      const at = parcel.scans.findIndex((scan) => isAfter(scan, parcel));
      const last = parcel.scans[at];
      if (match === null || !isSaid || last === undefined || stopped.has(parcel)) continue;
      const atMs = last.atMs + laterH * HOUR_MS;
      const agoH = (nowMs - atMs) / HOUR_MS;
      if (agoH < leastH || agoH > mostH) continue;
      const trouble = { ...last, ...meaning, atMs, expectedOn: null, codes: match };
      stopped.set(parcel, { ...parcel, scans: [...parcel.scans.slice(0, at + 1), trouble] });
      break;
    }
  }
  return parcels.map((parcel) => stopped.get(parcel) ?? parcel);
}

/** How many parcels are put on a vehicle now, beside those that are planned to be on one. */
const ON_VEHICLES = 6;
/** Carriers deliver between these hours of the door's day. */
const DELIVERY_HOURS = [9, 22] as const;
/** Some carriers deliver on Sundays in these countries. */
const SUNDAY_COUNTRIES: readonly string[] = ['US'];

/**
 * Brings forward the parcels that go out next where it is daytime, so that some are on a vehicle
 * now: in the evening, all parcels of the day would already be delivered.
 */
function withLoadedParcels(parcels: readonly DemoParcel[], nowMs: number): readonly DemoParcel[] {
  const waiting = parcels
    .flatMap((parcel) => {
      const out = parcel.scans.findIndex(({ status }) => status === 'out_for_delivery');
      const scan = parcel.scans[out];
      const loaded = scan && scan.atMs > nowMs ? loadedToday(parcel, out, nowMs) : null;
      return scan === undefined || loaded === null ? [] : [{ parcel, loaded, atMs: scan.atMs }];
    })
    .sort((one, other) => one.atMs - other.atMs)
    .slice(0, ON_VEHICLES);
  const loaded = new Map(waiting.map((each) => [each.parcel, each.loaded]));
  return parcels.map((parcel) => loaded.get(parcel) ?? parcel);
}

/** The parcel if it went out this morning; null: it could not, or nobody delivers there now. */
function loadedToday(parcel: DemoParcel, out: number, nowMs: number): DemoParcel | null {
  const [arrival, scan] = [parcel.scans[out - 1], parcel.scans[out]];
  const before = parcel.scans[out - 2];
  if (arrival?.status !== 'at_facility' || scan === undefined || before === undefined) return null;
  const { zone, country } = parcel.destination;
  const now = DateTime.fromMillis(nowMs, { zone });
  const rests = now.weekday === 7 && !SUNDAY_COUNTRIES.includes(country);
  if (rests || now.hour < DELIVERY_HOURS[0] || now.hour >= DELIVERY_HOURS[1]) return null;
  const today = now.toFormat('yyyy-MM-dd');
  // The same times of day as planned.
  const moved = [arrival, scan].map((each) => {
    const { hour, minute } = DateTime.fromMillis(each.atMs, { zone });
    const atMs = now.startOf('day').set({ hour, minute }).toMillis();
    return { ...each, atMs, expectedOn: today };
  });
  if (before.atMs > (moved[0]?.atMs ?? 0)) return null;
  return {
    ...parcel,
    promisedOn: parcel.promisedOn > today ? today : parcel.promisedOn,
    scans: [...parcel.scans.slice(0, out - 1), ...moved],
  };
}
