import type { Knex } from 'knex';

/**
 * A first attempt that succeeded is told by its delivery's own row, which is written anyway: for
 * nearly each one row less in `webhook_attempts`, and an entry less in its index.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table webhook_deliveries
      add column first_at timestamptz,
      add column first_duration_ms integer,
      add column first_status smallint,
      add column first_response text;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The owner is no superuser everywhere, and forced security would hide the rows from it.
    set local role waybill_pipeline;
    insert into webhook_attempts (delivery_id, nr, merchant_id, mode, at, duration_ms, status, response)
    select id, 1, merchant_id, mode, first_at, first_duration_ms, first_status, first_response
    from webhook_deliveries where first_at is not null
    on conflict do nothing;
    reset role;
    alter table webhook_deliveries drop column first_at, drop column first_duration_ms,
      drop column first_status, drop column first_response;
  `);
}
