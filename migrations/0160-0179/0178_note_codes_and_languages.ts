import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/** Each table is its own transaction, waits for nobody for long, and is asked for again. */
export const config = { transaction: false };

const LOCK_MS_MAX = 500;
const PAUSE_MS = 500;
const TRIES_MAX = 180;

/** How often a code was tried; null: it is confirmed by a link. */
const TRIES = 'alter table subscriptions add column if not exists code_tries smallint';

/** Null: as the browser asks. */
const LANGUAGE = `alter table users add column if not exists language text
  check (language in ('en', 'de', 'es', 'fr'))`;

/** Subscriptions by SMS are confirmed by a code, and people at the desk choose their language. */
export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  await whenFree(knex, TRIES);
  await whenFree(knex, LANGUAGE);
}

export async function down(knex: Pick<Knex, 'raw'>): Promise<void> {
  await knex.raw(`
    alter table users drop column language;
    alter table subscriptions drop column code_tries;
  `);
}

/** In one message: that is one transaction, and so the limit ends. */
async function whenFree(knex: Pick<Knex, 'raw'>, statement: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await knex.raw(`set local lock_timeout = ${LOCK_MS_MAX}; ${statement}`);
      return;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      const isInTheWay = code === '55P03' || code === '40P01';
      if (!isInTheWay || tries === TRIES_MAX) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
