import type { Knex } from 'knex';

/**
 * A courier who is new is announced like one of whom something changed, so that who keeps couriers in
 * memory knows of them at once. And whom an offer keeps busy is looked up by tenant, several times a second.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create or replace function waybill_announce_courier() returns trigger language plpgsql as $$
    begin
      if tg_table_name = 'couriers' then
        perform pg_notify('waybill_couriers', coalesce(new.id, old.id)::text);
        return null;
      end if;
      if tg_op <> 'INSERT' then
        perform pg_notify('waybill_couriers', old.courier_id::text);
      end if;
      if tg_op <> 'DELETE' then
        perform pg_notify('waybill_couriers', new.courier_id::text);
      end if;
      return null;
    end $$;

    drop trigger couriers_announced on couriers;
    create trigger couriers_announced after insert or update or delete on couriers
      for each row execute function waybill_announce_courier();

    create index delivery_offers_looked_at on delivery_offers (merchant_id, mode, offered_at)
      where state = 'open';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index delivery_offers_looked_at;
    drop trigger couriers_announced on couriers;
    create trigger couriers_announced after update or delete on couriers
      for each row execute function waybill_announce_courier();
    create or replace function waybill_announce_courier() returns trigger language plpgsql as $$
    begin
      if tg_table_name = 'couriers' then
        perform pg_notify('waybill_couriers', old.id::text);
        return null;
      end if;
      if tg_op <> 'INSERT' then
        perform pg_notify('waybill_couriers', old.courier_id::text);
      end if;
      if tg_op <> 'DELETE' then
        perform pg_notify('waybill_couriers', new.courier_id::text);
      end if;
      return null;
    end $$;
  `);
}
