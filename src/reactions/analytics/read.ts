import type { Tenant } from '../../kernel/tenant.ts';
import { type Database, withTenant } from '../../platform/database/database.ts';
import type { CountKind } from './counts.ts';
import { figuresOf, type ParcelFigures } from './figures-of.ts';
import { type CountRow, countRows } from './read.sql.ts';
import { type Rising, risingReasons } from './rising.ts';
import { addWeeks, mondayOf } from './weeks.ts';

export const ANALYTICS_BY = ['carrier', 'service', 'lane', 'week'] as const;
export type AnalyticsBy = (typeof ANALYTICS_BY)[number];

export interface AnalyticsQuery {
  /** Number of weeks, including the current one. */
  readonly weeks: number;
  readonly by: AnalyticsBy;
  /** Null: all. */
  readonly carrier: string | null;
  readonly nowMs: number;
}

export interface AnalyticsGroup {
  /** The carrier, service, lane or Monday; empty: not known. */
  readonly name: string;
  /** The carrier of a service; empty otherwise. */
  readonly carrier: string;
  readonly figures: ParcelFigures;
}

export interface Analytics {
  /** Mondays of the first and the last week. */
  readonly from: string;
  readonly to: string;
  readonly total: ParcelFigures;
  /** The same number of weeks before. */
  readonly before: ParcelFigures;
  /** Each week, oldest first. */
  readonly weeks: readonly AnalyticsGroup[];
  /** Those with the most parcels first; weeks in their order. */
  readonly groups: readonly AnalyticsGroup[];
  readonly rising: readonly Rising[];
}

/** The newest weeks, and those that define what is usual. */
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
  const of = { carrier: carrier ?? '' };
  const since = (nr: number) => addWeeks(to, 1 - nr);
  const both = since(NEWEST_WEEKS + USUAL_WEEKS);
  const whole: CountKind = carrier === null ? 'all' : 'carrier';
  const lanes: CountKind = carrier === null ? 'lane' : 'carrier_lane';
  return withTenant(db.app, tenant, async (tx) => {
    const earlier = addWeeks(from, -weeks);
    const first = since(Math.max(2 * weeks, NEWEST_WEEKS + USUAL_WEEKS));
    const all = await countRows(tx, { ...of, kind: whole, from: first, to, byWeek: true });
    const usual = {
      ...of,
      kind: lanes,
      from: both,
      to: addWeeks(to, -NEWEST_WEEKS),
      byWeek: false,
    };
    const newest = { ...of, kind: lanes, from: since(NEWEST_WEEKS), to, byWeek: false };
    const [now, past] = [await countRows(tx, newest), await countRows(tx, usual)];
    const groups =
      by === 'week'
        ? []
        : await countRows(tx, { ...of, kind: kindOf(by, carrier), from, to, byWeek: false });
    const shown = all.filter(({ week }) => week >= from);
    const weekly = weeksOf(shown, from, weeks);
    const ofAll = (isNew: boolean) =>
      all.filter(({ week }) => week >= both && week >= since(NEWEST_WEEKS) === isNew);
    return {
      ...{ from, to, weeks: weekly },
      total: figuresOf(shown.map(({ measure, n }) => [measure, n])),
      before: figuresOf(
        all
          .filter(({ week }) => week >= earlier && week < from)
          .map(({ measure, n }) => [measure, n]),
      ),
      groups: by === 'week' ? weekly : groupsOf(groups, by),
      rising: risingReasons([...now, ...ofAll(true)], [...past, ...ofAll(false)]),
    };
  });
}

function kindOf(by: Exclude<AnalyticsBy, 'week'>, carrier: string | null): CountKind {
  if (by === 'lane') return carrier === null ? 'lane' : 'carrier_lane';
  return by;
}

function weeksOf(rows: readonly CountRow[], from: string, weeks: number): AnalyticsGroup[] {
  return Array.from({ length: weeks }, (_, nr) => {
    const name = addWeeks(from, nr);
    const counts = rows.filter(({ week }) => week === name);
    return { name, carrier: '', figures: figuresOf(counts.map(({ measure, n }) => [measure, n])) };
  });
}

function groupsOf(rows: readonly CountRow[], by: Exclude<AnalyticsBy, 'week'>): AnalyticsGroup[] {
  const groups = new Map<string, CountRow[]>();
  for (const row of rows) {
    const name = nameOf(row, by);
    const key = by === 'service' ? `${row.carrier}\n${name}` : name;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()]
    .flatMap((group) => {
      const [row] = group;
      if (row === undefined) return [];
      const figures = figuresOf(group.map(({ measure, n }) => [measure, n]));
      return [{ name: nameOf(row, by), carrier: by === 'service' ? row.carrier : '', figures }];
    })
    .sort((one, other) => sizeOf(other) - sizeOf(one) || (one.name < other.name ? -1 : 1));
}

function nameOf(row: CountRow, by: Exclude<AnalyticsBy, 'week'>): string {
  return by === 'carrier' ? row.carrier : by === 'service' ? row.serviceLevel : row.lane;
}

function sizeOf({ figures }: AnalyticsGroup): number {
  return figures.registered + figures.delivered;
}
