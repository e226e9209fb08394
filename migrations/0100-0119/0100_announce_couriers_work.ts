import type { Knex } from 'knex';

/**
 * Whoever changes something about a courier's work says so on the channel `waybill_couriers`, with the
 * courier's id, so that the phone hears of it. By triggers, because no writer may forget it; the same id
 * is sent once a transaction.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function waybill_announce_courier() returns trigger language plpgsql as $$
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

    create trigger courier_parcels_announced after insert or update or delete on courier_parcels
      for each row execute function waybill_announce_courier();
    create trigger courier_notices_announced after insert or delete on courier_notices
      for each row execute function waybill_announce_courier();
    create trigger couriers_announced after update or delete on couriers
      for each row execute function waybill_announce_courier();
    -- When a phone was heard of last concerns nobody.
    create trigger courier_devices_announced after update of ended_at or delete on courier_devices
      for each row execute function waybill_announce_courier();
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger courier_devices_announced on courier_devices;
    drop trigger couriers_announced on couriers;
    drop trigger courier_notices_announced on courier_notices;
    drop trigger courier_parcels_announced on courier_parcels;
    drop function waybill_announce_courier;
  `);
}
