import type { DriverStorage } from 'waybill/driver';

/** The part of `expo-sqlite` that is used; any SQLite will do. */
export interface Sqlite {
  execAsync(source: string): Promise<void>;
  runAsync(source: string, params: (string | number)[]): Promise<unknown>;
  getAllAsync<T>(source: string, params: (string | number)[]): Promise<T[]>;
  withExclusiveTransactionAsync(work: (transaction: Sqlite) => Promise<void>): Promise<void>;
}

interface Row {
  readonly key: string;
  readonly value: string;
}

/** All of a `write` or nothing, on the phone's disk when it resolves. */
export async function sqliteStorage(db: Sqlite): Promise<DriverStorage> {
  await db.execAsync('PRAGMA synchronous = FULL');
  await db.execAsync(
    'CREATE TABLE IF NOT EXISTS driver (key TEXT PRIMARY KEY, value TEXT NOT NULL)',
  );
  return {
    async get(key) {
      const rows = await db.getAllAsync<Row>('SELECT * FROM driver WHERE key = ?', [key]);
      return rows[0] === undefined ? undefined : JSON.parse(rows[0].value);
    },
    async list(prefix) {
      const rows = await db.getAllAsync<Row>(
        'SELECT * FROM driver WHERE substr(key, 1, ?) = ? ORDER BY key',
        [prefix.length, prefix],
      );
      return rows.map(({ key, value }) => [key, JSON.parse(value)] as const);
    },
    async write(changes) {
      await db.withExclusiveTransactionAsync(async (transaction) => {
        for (const [key, value] of changes) {
          if (value === undefined) {
            await transaction.runAsync('DELETE FROM driver WHERE key = ?', [key]);
          } else {
            const text = JSON.stringify(value);
            await transaction.runAsync('INSERT OR REPLACE INTO driver VALUES (?, ?)', [key, text]);
          }
        }
      });
    },
  };
}
