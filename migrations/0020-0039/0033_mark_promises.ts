import type { Knex } from 'knex';

/** Which dates stood when a parcel was handed over; and what is old is found by its age. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The date that stood when we had heard that the carrier has the parcel: one of each whose.
    alter table edd_promises add column at_hand_over boolean not null default false;
    create index edd_promises_by_age on edd_promises (shown_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index edd_promises_by_age;
    alter table edd_promises drop column at_hand_over;
  `);
}
