import type { Knex } from 'knex';

/** A claim is drafted when a courier reports damage: what it is about is known, how much is not. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Null: nobody has said how much; such a claim is a draft.
    alter table claims alter column amount_minor drop not null, alter column currency drop not null,
      add constraint claims_amount_check check (
        (amount_minor is null) = (currency is null) and (state = 'draft' or amount_minor is not null));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    delete from claims where amount_minor is null;
    alter table claims drop constraint claims_amount_check,
      alter column amount_minor set not null, alter column currency set not null;
  `);
}
