import { createHash } from 'node:crypto';
import type { Queryable } from '../database/database.ts';
import { queryRows } from '../database/query-rows.ts';
import { installationName } from '../sealing/key-canary.sql.ts';

/** The names of installations whose files an archive may contain. */
interface ArchiveNames {
  /** The name of this installation since its latest restore; each restore begins a new one. */
  readonly own: string;
  /** The names it had before its restores, the oldest first. */
  readonly earlier: readonly string[];
}

/**
 * Returns the names under which this hub writes and wrote its archive. Two hubs that were restored
 * from the same backup share the installation's name, so each uses a name for its latest restore,
 * and neither treats the other's files as its own.
 */
export async function archiveNames(db: Queryable): Promise<ArchiveNames> {
  const installation = await installationName(db);
  const rows = await queryRows<{ id: string }>(
    db,
    'select id from restores order by sequence_floor, id',
  );
  const names = rows.map(({ id }) =>
    createHash('sha256').update(`${installation} ${id}`).digest('hex').slice(0, 16),
  );
  const all = [installation, ...names];
  return { own: all.at(-1) ?? installation, earlier: all.slice(0, -1) };
}

/** Whether the hub of that name wrote the file. */
export function isFileOf(name: string, key: string): boolean {
  return key.slice(key.lastIndexOf('/') + 1).startsWith(`${name}-`);
}
