import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/** A reference locks what imports are written to: it waits for nobody for long, and is asked for again. */
export const config = { transaction: false };

const LOCK_MS_MAX = 500;
const PAUSE_MS = 500;
const TRIES_MAX = 180;

/** What the rows of a dry run name, so that whoever goes on with it tells a repeat; gone when it is done. */
const NAMES = `
  create table shipment_import_names (
    import_id uuid not null references shipment_imports on delete cascade,
    merchant_id uuid not null,
    mode text not null,
    -- A hash of carrier and number by the installation's key: one that is not registered is nobody's to be read here.
    name bytea not null,
    primary key (import_id, name)
  );
  call waybill_protect_readable('shipment_import_names');
`;

export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  const { rows } = await knex.raw(`select to_regclass('shipment_import_names') is not null as is`);
  // A cut can come before it is noted that it is done.
  if (rows[0]?.is === true) return;
  await whenFree(knex, NAMES);
}

export async function down(knex: Pick<Knex, 'raw'>): Promise<void> {
  await knex.raw('drop table shipment_import_names');
}

/** In one message: that is one transaction, and so the limit ends. */
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
