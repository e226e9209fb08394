import type { Knex } from 'knex';

/** Who invited: whoever is removed leaves no way back in the hands of others. */
export async function up(knex: Knex): Promise<void> {
  // Null: the first key on the machine itself, or a start of the hub. No reference: an invitation outlives nobody by it.
  await knex.raw('alter table member_invitations add column invited_by uuid');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table member_invitations drop column invited_by');
}
