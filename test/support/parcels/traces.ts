import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';

/** Where a word was found: `table.column` or a file's path. */
export type Traces = readonly string[];

/**
 * Every table and column in which one of the words stands as text, in JSON or in plain bytes. Each
 * table is read once by its server, and without patterns, which take three times as long: so this
 * also ends in minutes with millions of rows.
 */
export async function tracesInTables(db: pg.Client, words: readonly string[]): Promise<Traces> {
  const { rows: tables } = await db.query<{ schema: string; table: string }>(
    `select n.nspname as schema, c.relname as table
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r'
       and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
     order by 1, 2`,
  );
  const wanted = words.flatMap((word) => [word, hexOf(word)]);
  const found = new Set<string>();
  for (const { schema, table } of tables) {
    const { rows } = await db.query<{ column: string; text: string }>(
      `select each.key as column, each.value as text
       from "${schema}"."${table}" t, lateral (select t::text as row offset 0) whole,
            jsonb_each_text(to_jsonb(t)) each
       where each.value is not null
         and exists (select from unnest($1::text[]) word where strpos(row collate "C", word) > 0)`,
      [wanted],
    );
    for (const { column, text } of rows) {
      for (const word of words) {
        if (text.includes(word) || text.includes(hexOf(word))) {
          found.add(`${table}.${column}: ${word}`);
        }
      }
    }
  }
  return [...found];
}

/** Text in a column of bytes, as PostgreSQL prints it. */
function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}

/** Every file below a folder, but in those named, in which one of the words stands. */
export function tracesInFiles(
  folder: string,
  words: readonly string[],
  but: readonly string[] = [],
): Traces {
  const found: string[] = [];
  for (const file of filesBelow(folder, but)) {
    const bytes = readIfThere(file);
    for (const word of words) {
      if (bytes.includes(word)) found.push(`${path.relative(folder, file)}: ${word}`);
    }
  }
  return found;
}

function filesBelow(folder: string, but: readonly string[] = []): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const whole = path.join(folder, entry.name);
    if (entry.isDirectory()) return but.includes(entry.name) ? [] : filesBelow(whole);
    return entry.isFile() ? [whole] : [];
  });
}

/** Files of a hub that runs come and go. */
function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}
