import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/** Each statement is its own transaction with a short lock timeout, and is retried. */
export const config = { transaction: false };

const LOCK_MS_MAX = 500;
const PAUSE_MS = 500;
const TRIES_MAX = 180;

/** Null: nobody has shown yet that they read mail at the address. */
const VERIFIED = `
  alter table users
    add column if not exists verified_at timestamptz,
    add column if not exists verified_by text check (verified_by in ('mail', 'provider', 'operator'))`;

/** The token in the mail differs from the one on the inviter's screen. Older links were shown. */
const MAILED = `
  alter table member_invitations add column if not exists mailed_token_hash bytea unique`;

/**
 * Verified are members who set their password by a mailed link, or whose account a provider made.
 * A sign-in by link is not enough: it is on record even where a stranger's second step stopped it.
 * All others stay unverified and keep working until a mailed link asks whose password it is.
 */
const KNOWN = `
  set local role waybill_pipeline;
  update users u set verified_at = a.at, verified_by = 'mail'
    from (select actor_id, min(happened_at) as at from member_actions
          where actor = 'user' and action = 'changeDeskPassword' and subject = 'by a mailed link'
          group by actor_id) a
    where a.actor_id = u.id and u.verified_by is null;
  update users u set verified_at = u.created_at, verified_by = 'provider'
    where u.verified_by is null and u.password like 'none$%'
      and exists (select from member_identities i where i.user_id = u.id);
  reset role`;

export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  await whenFree(knex, VERIFIED);
  await whenFree(knex, MAILED);
  await whenFree(knex, KNOWN);
}

export async function down(knex: Pick<Knex, 'raw'>): Promise<void> {
  await knex.raw(`
    alter table member_invitations drop column mailed_token_hash;
    alter table users drop column verified_by, drop column verified_at;
  `);
}

/** Sent as one message, which is one transaction, so the lock timeout ends with it. */
async function whenFree(knex: Pick<Knex, 'raw'>, statements: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await knex.raw(`set local lock_timeout = ${LOCK_MS_MAX}; ${statements}`);
      return;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      const isInTheWay = code === '55P03' || code === '40P01';
      if (!isInTheWay || tries === TRIES_MAX) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
