import type { Knex } from 'knex';

/** Connections that a key opened end as soon as it is revoked: each process ends its own, woken by this. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function waybill_announce_key() returns trigger language plpgsql as $$
    begin
      perform pg_notify('waybill_keys', old.id::text);
      return null;
    end $$;

    create trigger api_keys_announced after update of revoked_at on api_keys
      for each row when (old.revoked_at is null and new.revoked_at is not null)
      execute function waybill_announce_key();
    create trigger api_keys_announced_gone after delete on api_keys
      for each row execute function waybill_announce_key();
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger api_keys_announced on api_keys;
    drop trigger api_keys_announced_gone on api_keys;
    drop function waybill_announce_key();
  `);
}
