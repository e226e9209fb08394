import type { Tenant } from '../../../kernel/tenant.ts';
import { type Database, withTenant, withTransaction } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../../platform/work/loop.ts';
import {
  type ComparedRow,
  comparedRows,
  countCompared,
  erasePromises,
  lockUncounted,
} from './compared.sql.ts';

/** The errors of dates at the hand-over, for a carrier's parcels with dates from both. */
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
