import type { Knex } from 'knex';

/**
 * Whoever's access ended must not have it again when a backup from before is restored: keys that were
 * revoked, phones that were ended, couriers who were removed. Their ids are listed beside the backups as
 * those of erased parcels are, whoever withdraws them, so it is done here.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function waybill_list_withdrawal() returns trigger language plpgsql
      set search_path = pg_catalog, public
      as $$
        begin
          insert into erasures_to_list (place, subject_id, erased_at)
          select place, old.id, now() from backup_places on conflict do nothing;
          return null;
        end
      $$;
    create trigger api_keys_withdrawn after update of revoked_at on api_keys
      for each row when (old.revoked_at is null and new.revoked_at is not null)
      execute function waybill_list_withdrawal();
    create trigger courier_devices_withdrawn after update of ended_at on courier_devices
      for each row when (old.ended_at is null and new.ended_at is not null)
      execute function waybill_list_withdrawal();
    create trigger couriers_withdrawn after delete on couriers
      for each row execute function waybill_list_withdrawal();

    grant select on backup_places to waybill_app;
    create policy known on backup_places for select to waybill_app using (true);
    grant insert on erasures_to_list to waybill_app;
    create policy added on erasures_to_list for insert to waybill_app with check (true);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop policy added on erasures_to_list;
    revoke insert on erasures_to_list from waybill_app;
    drop policy known on backup_places;
    revoke select on backup_places from waybill_app;
    drop trigger couriers_withdrawn on couriers;
    drop trigger courier_devices_withdrawn on courier_devices;
    drop trigger api_keys_withdrawn on api_keys;
    drop function waybill_list_withdrawal();
  `);
}
