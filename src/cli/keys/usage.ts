import { SEALED_COLUMNS } from '../../app/sealed-columns.ts';
import type { Database } from '../../platform/database/database.ts';
import { columnName, rowsByKey } from '../../platform/sealing/rotation/sealed-column.ts';
import type { Keyring } from '../../platform/sealing/sealing.ts';

/** One master key and the number of values sealed under it. */
export interface KeyUsage {
  readonly id: string;
  /** `seals`: the active key. `opens`: an older one. `missing`: none of our keys. */
  readonly state: 'seals' | 'opens' | 'missing';
  readonly rows: number;
  readonly byColumn: Readonly<Record<string, number>>;
}

/**
 * Counts the values sealed under each key: those we have, and those that rows name.
 *
 * @param timeoutMs for each table; absent: no limit.
 */
export async function keyUsage(
  pool: Database['pipeline'],
  keyring: Keyring,
  timeoutMs?: number,
): Promise<readonly KeyUsage[]> {
  const found = new Map<string, Record<string, number>>();
  for (const id of keyring.keys.keys()) found.set(id, {});
  for (const column of SEALED_COLUMNS) {
    for (const [id, rows] of await rowsByKey(pool, column, timeoutMs)) {
      const counts = found.get(id) ?? {};
      counts[columnName(column)] = rows;
      found.set(id, counts);
    }
  }
  return [...found].map(([id, byColumn]) => ({
    id,
    state: id === keyring.active.id ? 'seals' : keyring.keys.has(id) ? 'opens' : 'missing',
    rows: Object.values(byColumn).reduce((sum, rows) => sum + rows, 0),
    byColumn,
  }));
}

/** Returns the number of rows that need another key than the active one. */
export function rowsBehind(usage: readonly KeyUsage[]): number {
  return usage.filter(({ state }) => state !== 'seals').reduce((sum, { rows }) => sum + rows, 0);
}

export function usageLines(usage: readonly KeyUsage[]): readonly string[] {
  return usage.flatMap(({ id, state, rows, byColumn }) => [
    `${id}  ${STATES[state]}  ${rows} values`,
    ...Object.entries(byColumn).map(([name, count]) => `          ${name}: ${count}`),
  ]);
}

const STATES = {
  seals: 'seals',
  opens: 'opens older values',
  missing: 'MISSING: what it sealed cannot be opened',
} as const;
