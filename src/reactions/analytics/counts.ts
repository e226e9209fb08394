import type { CountedParcel } from './parcel.ts';

/** The columns by which a row is grouped: none, or one or two of carrier, service and lane. */
export type CountKind = 'all' | 'carrier' | 'service' | 'lane' | 'carrier_lane';

/** A row of counts, and the number to add to it. */
export interface CountChange {
  readonly merchantId: string;
  readonly mode: string;
  readonly kind: CountKind;
  readonly carrier: string;
  readonly week: string;
  readonly serviceLevel: string;
  readonly lane: string;
  readonly measure: string;
  readonly n: number;
}

/** Prefix of a measure that counts a reason of cases. */
export const REASON = 'reason_';
/** Prefix of a measure that counts the days in transit, by carrier and service but not by lane. */
export const TRANSIT = 'transit_';

/**
 * The changes from parcels' former counts to the new ones; rows with a sum of zero are left out.
 * Pure.
 */
export function changesOf(
  pairs: readonly (readonly [CountedParcel | null, CountedParcel])[],
): readonly CountChange[] {
  const changes = new Map<string, CountChange>();
  const add = (parcel: CountedParcel | null, sign: 1 | -1) => {
    if (parcel === null) return;
    for (const row of rowsOf(parcel)) {
      const key = keyOf(row);
      const n = (changes.get(key)?.n ?? 0) + sign * row.n;
      changes.set(key, { ...row, n });
    }
  };
  for (const [before, after] of pairs) {
    add(before, -1);
    add(after, 1);
  }
  return [...changes.entries()]
    .filter(([, { n }]) => n !== 0)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, change]) => change);
}

function keyOf({
  merchantId,
  mode,
  kind,
  carrier,
  week,
  serviceLevel,
  lane,
  measure,
}: CountChange) {
  return [merchantId, mode, kind, carrier, week, serviceLevel, lane, measure].join('\n');
}

/** All rows that a parcel contributes. */
function rowsOf(parcel: CountedParcel): readonly CountChange[] {
  const { merchantId, mode, carrier, serviceLevel, lane } = parcel;
  const none = { carrier: '', serviceLevel: '', lane: '' };
  const kinds = [
    { kind: 'all', ...none },
    { kind: 'carrier', ...none, carrier },
    { kind: 'service', ...none, carrier, serviceLevel },
    { kind: 'lane', ...none, lane },
    { kind: 'carrier_lane', ...none, carrier, lane },
  ] as const;
  const measures = measuresOf(parcel);
  return kinds.flatMap((row) =>
    measures
      .filter(([, measure]) => row.lane === '' || !measure.startsWith(TRANSIT))
      .map(([week, measure, n]) => ({ merchantId, mode, ...row, week, measure, n })),
  );
}

type Measured = readonly [week: string, measure: string, n: number];

/**
 * Returns the measures of a parcel, each with the week it counts in. Reasons of cases count in the
 * week of the case, the end in the week of the end.
 */
function measuresOf(parcel: CountedParcel): readonly Measured[] {
  const { madeWeek, ended, endedWeek, transitDays, onTime, attempted, cases } = parcel;
  const measured: Measured[] = [[madeWeek, 'registered', 1]];
  for (const [week, reason] of Object.values(cases)) measured.push([week, `${REASON}${reason}`, 1]);
  if (endedWeek === null) return measured;
  if (ended === 'returned') return [...measured, [endedWeek, 'returned', 1]];
  measured.push([endedWeek, 'delivered', 1]);
  if (!attempted) measured.push([endedWeek, 'first_attempt', 1]);
  if (onTime !== null) measured.push([endedWeek, 'promised', 1]);
  if (onTime === true) measured.push([endedWeek, 'on_time', 1]);
  if (transitDays !== null) {
    measured.push([endedWeek, 'travelled', 1], [endedWeek, 'travel_days', transitDays]);
    measured.push([endedWeek, `${TRANSIT}${transitDays}`, 1]);
  }
  return measured;
}
