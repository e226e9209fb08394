import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** A file or folder of the cluster, by its path below it. */
export interface ClusterEntry {
  readonly path: string;
  readonly folder: boolean;
}

/**
 * Folders that are backed up empty: a server recreates their contents at its start, or would be
 * misled by them when started on a copy (PostgreSQL's own pg_basebackup omits the same). The
 * folders themselves must exist.
 */
const EMPTY_FOLDERS = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);
const NEVER = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'backup_label',
  'backup_label.old',
  'backup_manifest',
  'tablespace_map',
  'recovery.signal',
  'standby.signal',
  // Written at each start of the hub.
  'waybill.conf',
  'current_logfiles',
]);
const TEMPORARY = /^(pgsql_tmp.*|pg_internal\.init.*)$/;
/** Read last: its contents must not be older than those of the other files. */
const CONTROL_FILE = 'global/pg_control';

/**
 * Returns the files of a running server that belong in a backup, in the order in which to read
 * them.
 */
export async function clusterEntries(cluster: string): Promise<readonly ClusterEntry[]> {
  const spaces = await readdir(path.join(cluster, 'pg_tblspc'));
  if (spaces.length > 0) {
    throw new Error(
      'The database has tablespaces outside its folder, which `waybill backup` does not copy: move the tables back (`alter table … set tablespace pg_default`), drop the tablespaces and try again.',
    );
  }
  const found = await entriesBelow(cluster, '');
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  const isControl = (entry: ClusterEntry) => entry.path === CONTROL_FILE;
  return [...found.filter((entry) => !isControl(entry)), ...found.filter(isControl)];
}

async function entriesBelow(cluster: string, folder: string): Promise<ClusterEntry[]> {
  // A table or database may be dropped meanwhile; the log that is copied records that.
  const entries = await readdir(path.join(cluster, folder), { withFileTypes: true }).catch(
    emptyIfMissing,
  );
  const found: ClusterEntry[] = [];
  for (const entry of entries) {
    const at = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (TEMPORARY.test(entry.name) || NEVER.has(at)) continue;
    if (entry.isDirectory()) {
      found.push({ path: at, folder: true });
      if (!EMPTY_FOLDERS.has(at)) found.push(...(await entriesBelow(cluster, at)));
    } else if (entry.isFile()) found.push({ path: at, folder: false });
  }
  return found;
}

/**
 * Returns the segments of the write-ahead log from one to another, both included, and the timeline
 * files.
 */
export async function walSegments(
  cluster: string,
  first: string,
  last: string,
): Promise<readonly string[]> {
  const names = (await readdir(path.join(cluster, 'pg_wal'))).sort();
  const segments = names.filter(
    (name) => /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last,
  );
  if (segments[0] !== first || segments.at(-1) !== last) {
    throw new Error(
      `The database no longer has its log from ${first} to ${last}: the backup cannot be completed. Try again.`,
    );
  }
  return [...names.filter((name) => name.endsWith('.history')), ...segments].map(
    (name) => `pg_wal/${name}`,
  );
}

function emptyIfMissing(error: unknown): [] {
  if ((error as { code?: unknown }).code === 'ENOENT') return [];
  throw error;
}
