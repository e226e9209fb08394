import type { Queryable } from './database.ts';
import { queryRows } from './query-rows.ts';

/** A setting of the database server under which a commit may be lost. */
interface DurabilityFault {
  readonly setting: string;
  readonly found: string;
  readonly fix: string;
}

/** Returns the settings that forbid answering carriers with 2xx; empty if there are none. */
export async function findDurabilityFaults(db: Queryable): Promise<DurabilityFault[]> {
  const rows = await queryRows<{ name: string; setting: string }>(
    db,
    `select name, setting from pg_settings
      where name in ('fsync', 'full_page_writes', 'synchronous_commit')`,
  );
  return rows
    .filter(({ name, setting }) => !ACCEPTED[name]?.includes(setting))
    .map(({ name, setting }) => ({
      setting: name,
      found: setting,
      fix: `Set ${name} = on in postgresql.conf and reload the server; without it a crash loses what was acknowledged.`,
    }));
}

/**
 * The accepted values. `remote_write` and `remote_apply` wait for the local disk as well as for a
 * standby.
 */
const ACCEPTED: Readonly<Record<string, readonly string[]>> = {
  fsync: ['on'],
  full_page_writes: ['on'],
  synchronous_commit: ['on', 'remote_write', 'remote_apply'],
};

/** Throws if the database may lose commits. */
export async function assertDurable(db: Queryable): Promise<void> {
  const faults = await findDurabilityFaults(db);
  if (faults.length === 0) return;
  const list = faults.map(({ setting, found, fix }) => `${setting} is ${found}. ${fix}`).join(' ');
  throw new Error(`The database would lose acknowledged webhooks in a crash: ${list}`);
}
