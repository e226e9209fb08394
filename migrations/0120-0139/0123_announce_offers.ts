import type { Knex } from 'knex';

/**
 * What a courier is asked to bring changes far more often than the route: it has a channel of its own,
 * `waybill_offers`, with the courier's id, so that no route is read anew for it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function waybill_announce_offer() returns trigger language plpgsql as $$
    begin
      perform pg_notify('waybill_offers', coalesce(new.courier_id, old.courier_id)::text);
      return null;
    end $$;

    drop trigger delivery_offers_announced on delivery_offers;
    create trigger delivery_offers_announced after insert or delete or update of state
      on delivery_offers for each row execute function waybill_announce_offer();
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger delivery_offers_announced on delivery_offers;
    create trigger delivery_offers_announced after insert or update or delete on delivery_offers
      for each row execute function waybill_announce_courier();
    drop function waybill_announce_offer();
  `);
}
