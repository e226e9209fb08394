import type { Knex } from 'knex';

/** The role is that of a transaction of its own. */
export const config = { transaction: false };

/**
 * Parcels of which nothing of ours is shown are looked at once more: where the carrier's day is over
 * by then it is not shown any more, else when it is.
 */
export async function up(knex: Knex): Promise<void> {
  // The date that was told last; null: nobody knows, and what is shown counts as told.
  await knex.raw('alter table edd_predictions add column if not exists told jsonb');
  // The day at the destination then; null: its clock was not known.
  await knex.raw('alter table edd_promises add column if not exists shown_on date');
  // How bad the weather was where it went, as known at its hand-over; null: nobody said.
  await knex.raw('alter table edd_journeys add column if not exists weather double precision');
  await knex.transaction(async (trx) => {
    // The owner is no superuser everywhere, and forced security would hide the rows from it.
    await trx.raw('set local role waybill_pipeline');
    await trx.raw(`update edd_predictions e set due_at = now() from shipments s
      where s.id = e.shipment_id and e.due_at is null and s.predicted_delivery is null
        and s.estimated_delivery is not null
        and s.status not in ('delivered', 'returned_to_sender', 'cancelled')`);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table edd_predictions drop column told');
  await knex.raw('alter table edd_promises drop column shown_on');
  await knex.raw('alter table edd_journeys drop column weather');
}
