import type { Knex } from 'knex';

/** Why somebody must look after a parcel that a courier has in hand; kept until the case knows, too. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table deliveries
      -- Null: it is in good hands, or nobody has fetched it.
      add column custody text check (custody in
        ('courier_silent', 'courier_off_shift', 'device_revoked', 'nobody_has_it')),
      add column custody_since timestamptz,
      -- False: the parcel's cases are yet to be brought to it.
      add column custody_told boolean not null default true;
    create index deliveries_custody_untold on deliveries (shipment_id) where not custody_told;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table deliveries drop column custody, drop column custody_since, drop column custody_told`);
}
