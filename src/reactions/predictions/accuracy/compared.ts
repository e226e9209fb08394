import type { Tenant } from '../../../kernel/tenant.ts';
import { type Database, withTenant, withTransaction } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../../platform/work/loop.ts';
import { type ComparedRow, comparedRows, countCompared, lockUncounted } from './compared.sql.ts';
import { erasePromises } from './ledger-upkeep.sql.ts';

/** How wrong the dates at hand-over were that a carrier's parcels had, where both had one. */
export interface ComparedDates {
  readonly carrier: string;
  readonly parcels: number;
  /** In days, the mean of how far they were off. */
  readonly oursMaeDays: number;
  readonly carrierMaeDays: number;
}

/** A chart is no matter of moments. */
const EVERY_MS = 10_000;
/** Of one transaction: some ten milliseconds. */
const BATCH = 500;

/** Sums up dates that came true, or turned out not to have, for as long as it runs. Any number of processes may. */
export function startComparing({
  db,
  log,
  givesWay = () => false,
}: {
  readonly db: Pick<Database, 'pipeline'>;
  readonly log: Pick<Logger, 'warn'>;
  /** Whether something waits that people wait for: then it does one batch each time it looks. */
  readonly givesWay?: () => boolean;
}): Loop {
  const loop = startLoop({
    async run() {
      // One batch in any case: it would never come to an end beside what never ends.
      while (!loop.stopping && (await compareSome(db, BATCH)) === BATCH && !givesWay());
    },
    everyMs: EVERY_MS,
    onFailure: (err) => log.warn({ err }, 'dates could not be summed up; retrying'),
  });
  return loop;
}

/** Sums up at most so many dates; answers how many there were. */
export function compareSome(db: Pick<Database, 'pipeline'>, limit: number): Promise<number> {
  return withTransaction(db.pipeline, async (tx) => {
    const ids = await lockUncounted(tx, null, limit);
    if (ids.length > 0) await countCompared(tx, ids);
    return ids.length;
  });
}

/**
 * What was shown of a deleted shipment goes unless it came true or not. What turned out not to have happened is
 * taken out of the sums before: afterwards nobody knows what it had added.
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

/** A merchant's, by carrier, of parcels that were delivered in these weeks; those with most parcels first. */
export async function comparedDates(
  db: Pick<Database, 'app'>,
  tenant: Tenant,
  query: Parameters<typeof comparedRows>[1],
): Promise<readonly ComparedDates[]> {
  const rows = await withTenant(db.app, tenant, (tx) => comparedRows(tx, query));
  return rows.map(toDates);
}

function toDates({ carrier, parcels, ours_days: ours, carrier_days: theirs }: ComparedRow) {
  return { carrier, parcels, oursMaeDays: ours / parcels, carrierMaeDays: theirs / parcels };
}
