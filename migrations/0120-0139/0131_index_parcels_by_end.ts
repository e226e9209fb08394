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

export async function up(knex: Knex): Promise<void> {
  // A build that was cut off leaves an index that nobody can use.
  const broken = await knex('pg_index')
    .whereRaw("indexrelid = to_regclass('shipments_by_end') and not indisvalid")
    .select('indexrelid');
  if (broken.length > 0) await knex.raw('drop index concurrently shipments_by_end');
  await knex.raw(`create index concurrently if not exists shipments_by_end on ${BY_END}`);
  await knex.raw('drop index concurrently if exists shipments_by_delivery');
  // Numbers of deleted parcels were kept as long as others; now they go at once.
  await knex('poll_targets').where({ end_reason: 'deleted' }).delete();
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`create index shipments_by_delivery on ${BY_DELIVERY}`);
  await knex.raw('drop index shipments_by_end');
}
