import { createHash } from 'node:crypto';
import type { Queryable } from '../database/database.ts';
import { queryRows } from '../database/query-rows.ts';
import { type Keyring, open, SealBroken, seal } from './sealing.ts';

export const CANARY_BOUND_TO = 'installation.canary';

/**
 * Stores a sealed mark in a new database, and opens it at every later start. A wrong key (a fresh
 * data folder with an old database, for example) must stop the start: the hub would seal what it
 * receives under one key and find everything older unreadable. Throws a readable error.
 */
export async function assertKeyFits(db: Queryable, keyring: Keyring): Promise<void> {
  const mark = seal(keyring, Buffer.from('waybill', 'utf8'), CANARY_BOUND_TO);
  await db.query('insert into installation (canary, name) values ($1, $2) on conflict do nothing', [
    mark,
    createHash('sha256').update(mark).digest('hex').slice(0, 16),
  ]);
  const rows = await queryRows<{ canary: Buffer }>(db, 'select canary from installation');
  const [row] = rows;
  if (row === undefined) throw new Error('the installation row vanished');
  try {
    open(keyring, row.canary, CANARY_BOUND_TO);
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    throw new Error(
      `The master key does not fit this database: ${error.message} Put the right key into ` +
        'WAYBILL_MASTER_KEY or WAYBILL_MASTER_KEY_FILE, or into the data folder as master-key.',
    );
  }
}

/**
 * Returns a name that distinguishes this installation's database from any other: 16 hex digits that
 * reveal nothing.
 */
export async function installationName(db: Queryable): Promise<string> {
  const rows = await queryRows<{ name: string }>(db, 'select name from installation');
  const [row] = rows;
  if (row === undefined) throw new Error('the installation row vanished');
  return row.name;
}
