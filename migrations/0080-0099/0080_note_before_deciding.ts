import type { Knex } from 'knex';

/** Built while messages go out; each statement is its own transaction. */
export const config = { transaction: false };

const NOTED = 'notifications_noted';
const BY_EVENT = 'notifications_by_event';

/**
 * An event is noted once for each reader and channel: by who the reader is, as a recipient's address
 * is looked up only when the message is decided (docs/decisions/0043). Messages that wait were decided
 * by an older version: they are decided anew, and the windows they hold are their own.
 */
export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  // A build that was cut off leaves an index that nobody can use.
  await knex.raw(`
    do $$ begin
      if exists (select from pg_index
                 where indexrelid = to_regclass('${NOTED}') and not indisvalid) then
        drop index ${NOTED};
      end if;
    end $$`);
  await knex.raw(
    `create unique index concurrently if not exists ${NOTED} on notifications
       (event_id, channel, subject, audience, (coalesce(subscription_id::text, merchant_to, '')))
     where event_id is not null`,
  );
  await knex.raw(`drop index concurrently if exists ${BY_EVENT}`);
}

export async function down(knex: Pick<Knex, 'raw'>): Promise<void> {
  await knex.raw(
    `create unique index if not exists ${BY_EVENT} on notifications
       (event_id, channel, subject, audience, address_hash) where event_id is not null`,
  );
  await knex.raw(`drop index if exists ${NOTED}`);
}
