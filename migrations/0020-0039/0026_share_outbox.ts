import type { Knex } from 'knex';

/** Built while messages go out; each statement is its own transaction. */
export const config = { transaction: false };

const INDEXES = [
  // From tenant to tenant of whom something is due, so that none waits for another's.
  [
    'notifications_due_of_tenant',
    `notifications (channel, merchant_id, mode, send_at) where state in ('queued', 'postponed')`,
  ],
  // What is told once for ever, by age: ids begin with the time.
  [
    'notification_windows_forever',
    `notification_windows (notification_id) where told_until = 'infinity'`,
  ],
] as const;

export async function up(knex: Knex): Promise<void> {
  // Through which account an attempt went; only through the same one is a repeat known for one.
  await knex.raw('alter table notification_attempts add column if not exists account text');
  for (const [name, definition] of INDEXES) {
    // A build that was cut off leaves an index that nobody can use.
    const broken = await knex('pg_index')
      .whereRaw('indexrelid = to_regclass(?) and not indisvalid', [name])
      .select('indexrelid');
    if (broken.length > 0) await knex.raw(`drop index concurrently ${name}`);
    await knex.raw(`create index concurrently if not exists ${name} on ${definition}`);
  }
  await knex.raw('drop index concurrently if exists notifications_due');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    create index notifications_due on notifications (send_at) where state in ('queued', 'postponed');
    drop index notifications_due_of_tenant, notification_windows_forever;
    alter table notification_attempts drop column account;
  `);
}
