import { DateTime } from 'luxon';
import { afterWorkingDays, iso } from './days.ts';
import type { DemoParcel, HistoryParts } from './demo-parcel.ts';
import type { DemoScan } from './plan-journey.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Problems that wait to be solved at whatever hour somebody starts the hub. */
const OPEN_TROUBLES: readonly {
  readonly reason: string;
  /** The scan before it. */
  readonly isAfter: (scan: DemoScan, parcel: DemoParcel) => boolean;
  readonly laterMs: number;
  /** It happened so many hours ago: so the case about customs is overdue, and the others are not. */
  readonly hoursAgo: readonly [least: number, most: number];
  /** Working days until the carrier expects the delivery; null: it promises none. */
  readonly expectedIn: number | null;
}[] = [
  {
    reason: 'customs_hold',
    isAfter: ({ milestone }) => milestone === 'customs_clearance',
    ...{ laterMs: 2 * HOUR_MS, hoursAgo: [82, 168], expectedIn: null },
  },
  {
    reason: 'damaged',
    isAfter: isAtDoorDepot,
    ...{ laterMs: 50 * MINUTE_MS, hoursAgo: [1, 66], expectedIn: null },
  },
  {
    reason: 'address_not_found',
    isAfter: ({ status }) => status === 'out_for_delivery',
    ...{ laterMs: 3.6 * HOUR_MS, hoursAgo: [1, 46], expectedIn: null },
  },
  {
    reason: 'carrier_delay',
    isAfter: isAtDoorDepot,
    ...{ laterMs: 35 * MINUTE_MS, hoursAgo: [1, 66], expectedIn: 2 },
  },
];

function isAtDoorDepot({ status, place }: DemoScan, { destination }: DemoParcel): boolean {
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
  for (const { reason, isAfter, laterMs, hoursAgo, expectedIn } of OPEN_TROUBLES) {
    const meaning = { status: 'exception', reason, milestone: null } as const;
    for (const parcel of parcels.toReversed()) {
      const match = codes(parcel.service, meaning);
      // A carrier without a code for the reason says something more general.
      const isSaid = match !== codes(parcel.service, { ...meaning, reason: null });
      const at = parcel.scans.findIndex((scan) => isAfter(scan, parcel));
      const last = parcel.scans[at];
      if (match === null || !isSaid || last === undefined || stopped.has(parcel)) continue;
      const atMs = last.atMs + laterMs;
      const agoMs = nowMs - atMs;
      if (agoMs < hoursAgo[0] * HOUR_MS || agoMs > hoursAgo[1] * HOUR_MS) continue;
      const today = DateTime.fromMillis(nowMs, { zone: parcel.destination.zone });
      const expectedOn = expectedIn === null ? null : iso(afterWorkingDays(today, expectedIn));
      const trouble = { ...last, ...meaning, atMs, expectedOn, codes: match };
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
  // The same time of day as planned.
  const todayMs = (atMs: number) => {
    const { hour, minute } = DateTime.fromMillis(atMs, { zone });
    return now.set({ hour, minute, second: 0, millisecond: 0 }).toMillis();
  };
  const today = iso(now);
  const moved = [
    { ...arrival, atMs: todayMs(arrival.atMs) },
    { ...scan, atMs: todayMs(scan.atMs) },
  ];
  if (before.atMs > (moved[0]?.atMs ?? 0)) return null;
  const promise = <Day extends string | null>(day: Day) =>
    day !== null && day > today ? today : day;
  return {
    ...parcel,
    promisedOn: parcel.promisedOn > today ? today : parcel.promisedOn,
    scans: [
      ...parcel.scans.slice(0, out - 1).map((each) => ({
        ...each,
        expectedOn: promise(each.expectedOn),
      })),
      ...moved.map((each) => ({ ...each, expectedOn: today })),
    ],
  };
}
