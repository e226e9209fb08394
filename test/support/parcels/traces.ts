import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';

/** Where a word was found: `table.column` or a file's path. */
export type Traces = readonly string[];

/** Every table and column in which one of the words stands as text, in JSON or in plain bytes. */
export async function tracesInTables(db: pg.Client, words: readonly string[]): Promise<Traces> {
  const { rows: columns } = await db.query<{ schema: string; table: string; column: string }>(
    `select n.nspname as schema, c.relname as table, a.attname as column
     from pg_attribute a join pg_class c on c.oid = a.attrelid
     join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
       and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
     order by 1, 2, a.attnum`,
  );
  const found: string[] = [];
  for (const { schema, table, column } of columns) {
    const { rows } = await db.query<{ text: string | null }>(
      `select "${column}"::text as text from "${schema}"."${table}" where "${column}" is not null`,
    );
    for (const word of words) {
      if (rows.some(({ text }) => holds(text ?? '', word))) {
        found.push(`${table}.${column}: ${word}`);
      }
    }
  }
  return found;
}

/** Bytes leave as hex. */
function holds(text: string, word: string): boolean {
  return text.includes(word) || text.includes(Buffer.from(word).toString('hex'));
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
