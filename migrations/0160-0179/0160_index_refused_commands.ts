import type { Knex } from 'knex';

/** Built while commands come in; each statement is its own transaction. */
export const config = { transaction: false };

/** Few among many: an operator reads the newest. */
const NAME = 'command_attempts_refused';

export async function up(knex: Knex): Promise<void> {
  // A build that was cut off leaves an index that nobody can use.
  const broken = await knex('pg_index')
    .whereRaw('indexrelid = to_regclass(?) and not indisvalid', [NAME])
    .select('indexrelid');
  if (broken.length > 0) await knex.raw(`drop index concurrently ${NAME}`);
  await knex.raw(`create index concurrently if not exists ${NAME}
    on command_attempts (id) where not accepted`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`drop index ${NAME}`);
}
