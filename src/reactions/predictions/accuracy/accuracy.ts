import { MODES, type Mode, type Tenant } from '../../../kernel/tenant.ts';
import { visibleMerchants } from '../../../merchants/index.ts';
import {
  type Database,
  type Queryable,
  withTenant,
  withTransaction,
} from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../../platform/work/loop.ts';
import { figuresOfWarnings, type WarningFigures } from '../../../prediction/index.ts';
import {
  type AccuracyQuery,
  type AccuracyRow,
  accuracyRows,
  type DateSums,
  firstDayCounted,
  type LedgerOf,
  type Whose,
} from './accuracy.sql.ts';
import {
  type ComparedRow,
  comparedRows,
  countCompared,
  erasePromises,
  lockUncounted,
} from './compared.sql.ts';

/**
 * The accuracy of one party's dates. Errors are calendar days, delivered − predicted; null: no
 * dates.
 */
export interface DateFigures {
  readonly n: number;
  readonly maeDays: number | null;
  readonly exactShare: number | null;
  readonly within1Day: number | null;
  /** Share of deliveries later than the date. */
  readonly lateShare: number | null;
  readonly biasDays: number | null;
  /** The number of dates with a window, which the next two members are about. */
  readonly windows: number;
  readonly coverage: number | null;
  /** Days from the first date of a window to its last. */
  readonly widthDays: number | null;
}

export interface AccuracyGroup extends Readonly<Record<Whose, DateFigures>> {
  /** The group's common value; null: one group for all, or unknown. */
  readonly group: string | null;
  readonly parcels: number;
  /** Figures over parcels with dates of both parties only. */
  readonly compared: {
    readonly n: number;
    readonly oursMaeDays: number | null;
    readonly carrierMaeDays: number | null;
  };
  readonly warnings: WarningFigures;
}

export interface Accuracy {
  /** The first day counted. It is later than requested if there are more dates than the limit. */
  readonly countedFrom: string;
  readonly groups: readonly AccuracyGroup[];
  /** The number of groups beyond the limit. */
  readonly leftOut: number;
}

/**
 * The maximum number of dates counted at once: those of some 40,000 parcels, in a second or two.
 * More would not change the result, and would keep the database from other work.
 */
const ROWS_MAX = 200_000;

/** The accuracy of the dates of a merchant's own parcels. */
export function accuracyOf(
  db: Database,
  tenant: Tenant,
  query: AccuracyQuery,
  rowsMax = ROWS_MAX,
): Promise<Accuracy> {
  const whose = { merchantIds: [tenant.merchantId], modes: [tenant.mode] };
  return withTenant(db.app, tenant, (tx) => loadAccuracy(tx, whose, query, rowsMax));
}

/** The accuracy of the dates of one merchant or of all, for operators. */
export async function accuracyOfAll(
  { pipeline }: Database,
  /** Null: all merchants, or both modes. */
  { merchantId, mode }: { readonly merchantId: string | null; readonly mode: Mode | null },
  query: AccuracyQuery,
): Promise<Accuracy> {
  const merchants = merchantId === null ? await visibleMerchants(pipeline) : [{ id: merchantId }];
  const whose = {
    merchantIds: merchants.map(({ id }) => id),
    modes: mode === null ? MODES : [mode],
  };
  return loadAccuracy(pipeline, whose, query, ROWS_MAX);
}

async function loadAccuracy(
  db: Queryable,
  whose: LedgerOf,
  query: AccuracyQuery,
  rowsMax: number,
): Promise<Accuracy> {
  const countedFrom = await firstDayCounted(db, whose, query, rowsMax);
  const rows = await accuracyRows(db, whose, { ...query, from: countedFrom });
  const leftOut = (rows[0]?.groups ?? 0) - rows.length;
  return { countedFrom, groups: rows.map(toGroup), leftOut };
}

function toGroup({ key, parcels, compared, warnings, ...dates }: AccuracyRow): AccuracyGroup {
  return {
    group: key,
    parcels,
    ours: toFigures(dates.ours),
    carrier: toFigures(dates.carrier),
    promise: toFigures(dates.promise),
    compared: { n: compared.n, oursMaeDays: compared.ours, carrierMaeDays: compared.carrier },
    warnings: figuresOfWarnings({ ...warnings, squares: warnings.squares ?? 0 }),
  };
}

function toFigures(sums: DateSums): DateFigures {
  const { n, windows, mae, exact, within_1: within, late, bias, coverage, width } = sums;
  return {
    n,
    maeDays: mae,
    exactShare: exact,
    within1Day: within,
    lateShare: late,
    biasDays: bias,
    windows,
    coverage,
    widthDays: width,
  };
}

/** The errors of dates at acceptance, for a carrier's parcels with dates from both. */
export interface ComparedDates {
  readonly carrier: string;
  readonly parcels: number;
  /** Mean absolute error in days. */
  readonly oursMaeDays: number;
  readonly carrierMaeDays: number;
}

/** The interval of the checks: charts need no fast updates. */
const EVERY_MS = 10_000;
/** The number of dates per transaction, which takes some ten milliseconds. */
const BATCH = 500;

/** Sums up the outcomes of dates until it is stopped. Any number of processes may run it. */
export function startComparing({
  db,
  log,
  givesWay = () => false,
}: {
  readonly db: Pick<Database, 'pipeline'>;
  readonly log: Pick<Logger, 'warn'>;
  /** Whether work that people wait for is pending: then each check does only one batch. */
  readonly givesWay?: () => boolean;
}): Loop {
  const loop = startLoop({
    async run() {
      // At least one batch is summed up: otherwise a permanent load would stop it for ever.
      while (!loop.stopping && (await compareSome(db, BATCH)) === BATCH && !givesWay());
    },
    everyMs: EVERY_MS,
    onFailure: (err) => log.warn({ err }, 'dates could not be summed up; retrying'),
  });
  return loop;
}

/** Sums up at most `limit` dates; returns how many there were. */
export function compareSome(db: Pick<Database, 'pipeline'>, limit: number): Promise<number> {
  return withTransaction(db.pipeline, async (tx) => {
    const ids = await lockUncounted(tx, null, limit);
    if (ids.length > 0) await countCompared(tx, ids);
    return ids.length;
  });
}

/**
 * Erases the shown dates of a deleted shipment, except those with an outcome. A retracted outcome
 * is first subtracted from the sums, because afterwards its contribution is unknown.
 */
export async function eraseDates(
  db: Pick<Database, 'pipeline'>,
  shipmentId: string,
): Promise<void> {
  await withTransaction(db.pipeline, async (tx) => {
    const ids = await lockUncounted(tx, shipmentId, BATCH);
    if (ids.length > 0) await countCompared(tx, ids);
    await erasePromises(tx, shipmentId);
  });
}

/**
 * The errors of a merchant's dates by carrier, over parcels delivered in these weeks; carriers with
 * most parcels first.
 */
export async function comparedDates(
  db: Pick<Database, 'app'>,
  tenant: Tenant,
  query: Parameters<typeof comparedRows>[1],
): Promise<readonly ComparedDates[]> {
  const rows = await withTenant(db.app, tenant, (tx) => comparedRows(tx, query));
  return rows.map(toDates);
}

function toDates({ carrier, parcels, oursDays: ours, carrierDays: theirs }: ComparedRow) {
  return { carrier, parcels, oursMaeDays: ours / parcels, carrierMaeDays: theirs / parcels };
}
