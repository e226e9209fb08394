import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/** Built while receipts come in; each statement is its own transaction. */
export const config = { transaction: false };

/**
 * Carriers' terms count from a parcel's end, and not every parcel ends with its delivery: one that went
 * back, was called off or is gone for good ended with its last event. In place of an index by delivery.
 */
const BY_END = `shipments (carrier, (coalesce(delivered_at, last_event_at, created_at)))
  where deleted_at is null and (delivered_at is not null or status in ('returned_to_sender', 'cancelled')
    or sub_status in ('dead_letter', 'disposed', 'lost', 'seized'))`;

const BY_DELIVERY = `shipments (carrier, delivered_at)
  where delivered_at is not null and deleted_at is null`;

/** Few: they are held against the pipeline. */
const AT_ONCE = 5_000;
/** As in 0151: it is never the hub that is ended of two that wait for each other. */
const LOCK_MS_MAX = 500;
const PAUSE_MS = 500;
const TRIES_MAX = 180;

export async function up(knex: Knex): Promise<void> {
  // A build that was cut off leaves an index that nobody can use.
  const broken = await knex('pg_index')
    .whereRaw("indexrelid = to_regclass('shipments_by_end') and not indisvalid")
    .select('indexrelid');
  if (broken.length > 0) await knex.raw('drop index concurrently shipments_by_end');
  await knex.raw(`create index concurrently if not exists shipments_by_end on ${BY_END}`);
  await knex.raw('drop index concurrently if exists shipments_by_delivery');
  // Numbers of deleted parcels were kept as long as others; now they go at once.
  while ((await untilFree(() => deleteSome(knex))) > 0);
}

/** Once more when a lock is not to be had in time, or two have waited for each other. */
async function untilFree<T>(work: () => PromiseLike<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      const isInTheWay = code === '55P03' || code === '40P01';
      if (!isInTheWay || tries === TRIES_MAX) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/** How many they were. The pipeline has some of them in its hands, maybe, and in another order. */
function deleteSome(knex: Knex): Promise<number> {
  return knex.transaction(async (trx) => {
    await trx.raw(`set local lock_timeout = ${LOCK_MS_MAX}; set local role waybill_pipeline`);
    const { rowCount } = await trx.raw(
      `delete from poll_targets where (merchant_id, mode, carrier, tracking_number) in (
         select merchant_id, mode, carrier, tracking_number from poll_targets
         where end_reason = 'deleted' limit ?)`,
      [AT_ONCE],
    );
    return rowCount;
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`create index shipments_by_delivery on ${BY_DELIVERY}`);
  await knex.raw('drop index shipments_by_end');
}
