import type { Knex } from 'knex';

/**
 * For whoever looks for a few deliveries of an endpoint among the millions of thirty days: those of
 * a shipment, of a type, or cancelled. Old ones are found by their ids, so nobody reads by age.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index webhook_deliveries_of_subject on webhook_deliveries (endpoint_id, subject_id, id);
    create index webhook_deliveries_of_type on webhook_deliveries (endpoint_id, type, id);
    create index webhook_deliveries_cancelled on webhook_deliveries (endpoint_id, id)
      where state = 'cancelled';
    drop index webhook_deliveries_by_age;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    create index webhook_deliveries_by_age on webhook_deliveries using brin (recorded_at);
    drop index webhook_deliveries_of_subject, webhook_deliveries_of_type,
      webhook_deliveries_cancelled;
  `);
}
