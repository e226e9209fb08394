import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { MIGRATIONS_FOLDER, migrate, migrationFiles } from '../../src/platform/database/migrate.ts';
import { sha256 } from './fixture.ts';

/** SHA-256 of each migration as it is today, by its name. */
export function migrationHashes(names: readonly string[]): Record<string, string> {
  const files = migrationFiles(MIGRATIONS_FOLDER);
  return Object.fromEntries(
    names.map((name) => [name, sha256(readFileSync(files.get(name) ?? ''))]),
  );
}

/** Makes an empty database what it was: the tables by those migrations alone, then every row. */
export async function restore(url: string, names: readonly string[], rows: string): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-migrations-'));
  const files = migrationFiles(MIGRATIONS_FOLDER);
  for (const name of names) copyFileSync(files.get(name) ?? '', path.join(folder, name));
  try {
    await migrate(url, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(rows);
  } finally {
    await client.end();
  }
}
