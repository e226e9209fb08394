import type pg from 'pg';

/**
 * Simulates the passing of minutes: unleased numbers become due, and a request waits for each.
 * Skips rows that a hub has locked: hubs lock in order, and this could not wait in that order.
 * Accounts that are due stay due since then, because pollers look for those that have waited long.
 *
 * @param accounts those that are notified, by their ids in the database
 */
export async function makeDue(
  db: Pick<pg.Client, 'query'>,
  accounts: readonly string[],
): Promise<void> {
  await db.query(
    `update poll_targets set due_at = now(), refresh_requested_at = now(), value_class = 15
     where ctid = any(array(
       select ctid from poll_targets
       where ended_at is null and (lease_until is null or lease_until <= now())
       for update skip locked))`,
  );
  await db.query(
    `update account_wakes set due_at = now()
     where ctid = any(array(
       select ctid from account_wakes
       where lease_until is null and due_at > now()
       for update skip locked))`,
  );
  for (const account of accounts) {
    await db.query('select pg_notify($1, $2)', ['waybill_poller', account]);
  }
}
