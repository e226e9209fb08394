import type { Tenant } from '../../kernel/tenant.ts';
import { type Database, withTenant } from '../../platform/database/database.ts';
import { type CountRow, countRows } from './counting.sql.ts';
import { type CountKind, REASON, TRANSIT } from './counts.ts';
import { addWeeks, mondayOf } from './parcel.ts';

export const ANALYTICS_BY = ['carrier', 'service', 'lane', 'week'] as const;
export type AnalyticsBy = (typeof ANALYTICS_BY)[number];

interface AnalyticsQuery {
  /** Number of weeks, including the current one. */
  readonly weeks: number;
  readonly by: AnalyticsBy;
  /** The carrier to filter by; null: all carriers. */
  readonly carrier: string | null;
  readonly nowMs: number;
}

export interface AnalyticsGroup {
  /** The carrier, service, lane or Monday; empty: not known. */
  readonly name: string;
  /** The carrier of a service; empty otherwise. */
  readonly carrier: string;
  readonly figures: ParcelFigures;
  /** Those of the same number of weeks before; absent for a week. */
  readonly before?: ParcelFigures;
}

export interface Analytics {
  /** Mondays of the first and the last week. */
  readonly from: string;
  readonly to: string;
  readonly total: ParcelFigures;
  /** The figures for the same number of weeks before. */
  readonly before: ParcelFigures;
  /** The figures of each week, oldest first. */
  readonly weeks: readonly AnalyticsGroup[];
  /** The groups, those with the most parcels first; weeks are in their own order. */
  readonly groups: readonly AnalyticsGroup[];
  readonly rising: readonly Rising[];
}

/**
 * The number of newest weeks in which reasons are examined, and the number of weeks that define
 * what is usual.
 */
const NEWEST_WEEKS = 2;
const USUAL_WEEKS = 8;

/** Figures of a merchant's parcels, read from counts. */
export async function readAnalytics(
  db: Pick<Database, 'app'>,
  tenant: Tenant,
  { weeks, by, carrier, nowMs }: AnalyticsQuery,
): Promise<Analytics> {
  const to = mondayOf(new Date(nowMs).toISOString().slice(0, 10));
  const from = addWeeks(to, 1 - weeks);
  const filter = { carrier: carrier ?? '' };
  const weeksBack = (index: number) => addWeeks(to, 1 - index);
  const trendFrom = weeksBack(NEWEST_WEEKS + USUAL_WEEKS);
  const totalKind: CountKind = carrier === null ? 'all' : 'carrier';
  const laneKind: CountKind = carrier === null ? 'lane' : 'carrier_lane';
  return withTenant(db.app, tenant, async (tx) => {
    const earlier = addWeeks(from, -weeks);
    const readFrom = weeksBack(Math.max(2 * weeks, NEWEST_WEEKS + USUAL_WEEKS));
    const all = await countRows(tx, {
      ...filter,
      kind: totalKind,
      from: readFrom,
      to,
      byWeek: true,
    });
    const usual = {
      ...filter,
      kind: laneKind,
      from: trendFrom,
      to: addWeeks(to, -NEWEST_WEEKS),
      byWeek: false,
    };
    const newest = { ...filter, kind: laneKind, from: weeksBack(NEWEST_WEEKS), to, byWeek: false };
    const [recentLanes, usualLanes] = [await countRows(tx, newest), await countRows(tx, usual)];
    const groupRows = async (first: string, last: string) =>
      by === 'week'
        ? []
        : countRows(tx, {
            ...{ ...filter, kind: kindOf(by, carrier), from: first, to: last, byWeek: false },
          });
    const groups = await groupRows(from, to);
    const groupsBefore = await groupRows(earlier, addWeeks(from, -1));
    const requestedRows = all.filter(({ week }) => week >= from);
    const weekly = weeksOf(requestedRows, from, weeks);
    const trendRows = (isNew: boolean) =>
      all.filter(({ week }) => week >= trendFrom && week >= weeksBack(NEWEST_WEEKS) === isNew);
    return {
      from,
      to,
      weeks: weekly,
      total: figuresOf(requestedRows.map(({ measure, n }) => [measure, n])),
      before: figuresOf(
        all
          .filter(({ week }) => week >= earlier && week < from)
          .map(({ measure, n }) => [measure, n]),
      ),
      groups: by === 'week' ? weekly : groupsOf(groups, groupsBefore, by),
      rising: risingReasons(
        [...recentLanes, ...trendRows(true)],
        [...usualLanes, ...trendRows(false)],
      ),
    };
  });
}

function kindOf(by: Exclude<AnalyticsBy, 'week'>, carrier: string | null): CountKind {
  if (by === 'lane') return carrier === null ? 'lane' : 'carrier_lane';
  return by;
}

/** Returns the figures of each of the `weeks` weeks from `from`, also of weeks without counts. */
function weeksOf(rows: readonly CountRow[], from: string, weeks: number): AnalyticsGroup[] {
  return Array.from({ length: weeks }, (_, index) => {
    const name = addWeeks(from, index);
    const counts = rows.filter(({ week }) => week === name);
    return { name, carrier: '', figures: figuresOf(counts.map(({ measure, n }) => [measure, n])) };
  });
}

/** Returns the figures of each group, those with the most parcels first. */
function groupsOf(
  rows: readonly CountRow[],
  rowsBefore: readonly CountRow[],
  by: Exclude<AnalyticsBy, 'week'>,
): AnalyticsGroup[] {
  const figuresIn = (group: readonly CountRow[] = []) =>
    figuresOf(group.map(({ measure, n }): [string, number] => [measure, n]));
  const earlier = rowsByGroup(rowsBefore, by);
  return [...rowsByGroup(rows, by)]
    .flatMap(([key, group]) => {
      const [row] = group;
      if (row === undefined) return [];
      const [figures, before] = [figuresIn(group), figuresIn(earlier.get(key))];
      const carrier = by === 'service' ? row.carrier : '';
      return [{ name: nameOf(row, by), carrier, figures, before }];
    })
    .sort((one, other) => sizeOf(other) - sizeOf(one) || (one.name < other.name ? -1 : 1));
}

function rowsByGroup(rows: readonly CountRow[], by: Exclude<AnalyticsBy, 'week'>) {
  const groups = new Map<string, CountRow[]>();
  for (const row of rows) {
    const name = nameOf(row, by);
    const key = by === 'service' ? `${row.carrier}\n${name}` : name;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

function nameOf(row: CountRow, by: Exclude<AnalyticsBy, 'week'>): string {
  return by === 'carrier' ? row.carrier : by === 'service' ? row.serviceLevel : row.lane;
}

function sizeOf({ figures }: AnalyticsGroup): number {
  return figures.registered + figures.delivered;
}

/** Figures of a group of parcels in a time range. Shares are from 0 to 1; null: no data. */
export interface ParcelFigures {
  readonly registered: number;
  readonly delivered: number;
  readonly returned: number;
  /** Of delivered parcels with a promised day, the share delivered on it or before. */
  readonly onTimeShare: number | null;
  readonly promised: number;
  /** Of delivered parcels, the share without a failed attempt. */
  readonly firstAttemptShare: number | null;
  /** Days from the first scan to delivery; median and 90th percentile are not counted by lane. */
  readonly transit: {
    readonly n: number;
    readonly meanDays: number | null;
    readonly medianDays: number | null;
    readonly p90Days: number | null;
  };
  /** The number of cases opened for each reason, the most frequent first. */
  readonly reasons: readonly (readonly [reason: string, cases: number])[];
  readonly cases: number;
}

/** Adds up counts of one group. Pure. */
export function figuresOf(rows: Iterable<readonly [measure: string, n: number]>): ParcelFigures {
  const counts = new Map<string, number>();
  for (const [measure, n] of rows) counts.set(measure, (counts.get(measure) ?? 0) + n);
  const countOf = (measure: string) => counts.get(measure) ?? 0;
  const withPrefix = (start: string) =>
    [...counts].flatMap(([measure, n]) =>
      measure.startsWith(start) && n > 0 ? [[measure.slice(start.length), n] as const] : [],
    );
  const reasons = withPrefix(REASON).sort(
    ([one, a], [other, b]) => b - a || (one < other ? -1 : 1),
  );
  const days = withPrefix(TRANSIT)
    .map(([text, n]) => [Number(text), n] as const)
    .sort(([one], [other]) => one - other);
  return {
    registered: countOf('registered'),
    delivered: countOf('delivered'),
    returned: countOf('returned'),
    promised: countOf('promised'),
    onTimeShare: share(countOf('on_time'), countOf('promised')),
    firstAttemptShare: share(countOf('first_attempt'), countOf('delivered')),
    transit: {
      n: countOf('travelled'),
      meanDays: share(countOf('travel_days'), countOf('travelled')),
      medianDays: quantile(days, 0.5),
      p90Days: quantile(days, 0.9),
    },
    reasons,
    cases: reasons.reduce((sum, [, n]) => sum + n, 0),
  };
}

function share(part: number, all: number): number | null {
  return all > 0 ? part / all : null;
}

/** Returns the fewest days within which that share was delivered; null without deliveries. */
function quantile(days: readonly (readonly [number, number])[], share: number): number | null {
  const all = days.reduce((sum, [, n]) => sum + n, 0);
  let upTo = 0;
  for (const [day, n] of days) {
    upTo += n;
    if (upTo >= all * share) return day;
  }
  return null;
}

/** A reason of trouble that is more frequent than usual. */
export interface Rising {
  readonly reason: string;
  /** The lane; null: all lanes together. */
  readonly lane: string | null;
  /** The number of cases in the newest weeks, and of parcels. */
  readonly cases: number;
  readonly parcels: number;
  /** The number of cases per parcel, in the newest weeks and before. */
  readonly share: number;
  readonly usualShare: number;
}

interface Counted {
  readonly lane: string;
  readonly measure: string;
  readonly n: number;
}

/** The minimum number of cases: fewer can happen by chance. */
const CASES_MIN = 5;
/** How much more frequent a reason must be to be reported. */
const TIMES_MIN = 2;
/** Probability of a false alarm: with a hundred lanes and twenty reasons, one a year. */
const CHANCE_MAX = 1e-5;
/** The prior where nothing was observed before: this many cases for this many parcels. */
const PRIOR = { cases: 0.5, parcels: 50 };

/**
 * Finds reasons that increase: compares their cases in the newest weeks with the number expected
 * from earlier weeks, by the tail of a Poisson distribution. The most certain come first. Pure.
 */
export function risingReasons(newest: readonly Counted[], before: readonly Counted[]): Rising[] {
  const [now, usual] = [countsByLane(newest), countsByLane(before)];
  const found: (Rising & { readonly chance: number })[] = [];
  for (const [lane, counts] of now) {
    const parcels = counts.get('registered') ?? 0;
    const past = usual.get(lane);
    const pastParcels = past?.get('registered') ?? 0;
    for (const [measure, cases] of counts) {
      if (!measure.startsWith(REASON) || cases < CASES_MIN || parcels === 0) continue;
      const pastCases = past?.get(measure) ?? 0;
      const usualShare = (pastCases + PRIOR.cases) / (pastParcels + PRIOR.parcels);
      const chance = tailOfPoisson(usualShare * parcels, cases);
      const share = cases / parcels;
      if (chance > CHANCE_MAX || share < TIMES_MIN * usualShare) continue;
      const reason = measure.slice(REASON.length);
      const subject = { reason, lane: lane === ALL ? null : lane, cases, parcels };
      found.push({
        ...subject,
        share,
        usualShare: pastParcels === 0 ? 0 : pastCases / pastParcels,
        chance,
      });
    }
  }
  return found
    .sort((one, other) => one.chance - other.chance || other.cases - one.cases)
    .map(({ chance, ...rest }) => rest);
}

const ALL = '';

/** Adds up counts by lane and measure; the lane '' is all lanes together. */
function countsByLane(rows: readonly Counted[]): Map<string, Map<string, number>> {
  const table = new Map<string, Map<string, number>>();
  for (const { lane, measure, n } of rows) {
    const counts = table.get(lane) ?? new Map<string, number>();
    counts.set(measure, (counts.get(measure) ?? 0) + n);
    table.set(lane, counts);
  }
  return table;
}

/** The probability of `n` or more cases if `mean` are expected. */
function tailOfPoisson(mean: number, n: number): number {
  if (mean <= 0) return 0;
  // The largest term first, by logarithms, so that a thousand expected cases cause no underflow.
  let log = -mean + n * Math.log(mean);
  for (let k = 2; k <= n; k += 1) log -= Math.log(k);
  let term = Math.exp(log);
  let sum = 0;
  for (let k = n; term > sum * 1e-12 && k < n + 10_000; k += 1) {
    sum += term;
    term *= mean / (k + 1);
    if (term === 0) break;
  }
  return n <= mean ? 1 : Math.min(1, sum);
}
