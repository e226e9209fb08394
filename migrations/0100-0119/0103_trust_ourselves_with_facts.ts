import type { Knex } from 'knex';

/**
 * Facts and their observations are written in one place, under the lock of a shard, of shipments that
 * were just read there, and shipments are never deleted as rows. A check of each row cost a look-up and
 * a lock that goes to the log of every commit: docs/decisions/0055-no-foreign-keys-under-facts.md.
 * Rows that are written anew with every scan get room on their page.
 */
export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  await knex.raw(`
    alter table sightings drop constraint sightings_shipment_id_identity_fkey;
    alter table facts drop constraint facts_shipment_id_fkey;
    alter table public_tracks set (fillfactor = 70);
    alter table edd_predictions set (fillfactor = 70);
  `);
}

export async function down(knex: Pick<Knex, 'raw'>): Promise<void> {
  await knex.raw(`
    alter table edd_predictions reset (fillfactor);
    alter table public_tracks reset (fillfactor);
    alter table facts add constraint facts_shipment_id_fkey
      foreign key (shipment_id) references shipments on delete cascade;
    alter table sightings add constraint sightings_shipment_id_identity_fkey
      foreign key (shipment_id, identity) references facts on delete cascade;
  `);
}
