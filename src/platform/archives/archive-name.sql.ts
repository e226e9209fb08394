import { createHash } from 'node:crypto';
import type { Queryable } from '../database/database.ts';
import { queryRows } from '../database/query-rows.ts';
import { installationName } from '../sealing/key-canary.sql.ts';

/** Who wrote a file of the archive. */
export interface ArchiveNames {
  /** This life of the installation: another one begins with each restore. */
  readonly own: string;
  /** Its lives before, the first one first. */
  readonly earlier: readonly string[];
}

/**
 * Two that were restored from the same backup share the installation's name. Each names its files for its latest
 * restore, too, so that neither takes the other's for its own.
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

/** Whether one of that name wrote it. */
export function isFileOf(name: string, key: string): boolean {
  return key.slice(key.lastIndexOf('/') + 1).startsWith(`${name}-`);
}
