import type pg from 'pg';
import { type Queryable, withTransaction } from '../../database/database.ts';
import { queryRows } from '../../database/query-rows.ts';
import { type Keyring, keyIdOf, reseal, rewrapDataKey } from '../sealing.ts';

/**
 * A column in which each value is sealed under a master key, or is a data key. Its owner describes
 * it; key rotation processes all of them.
 */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The primary key, with the types of its columns, in the order of its index. */
  readonly key: readonly { readonly name: string; readonly type: 'uuid' | 'text' | 'int' }[];
  /** The SQL of the sealed bytes, if they are only a part of the column. */
  readonly bytes?: string;
  /** The SQL of the column's new value with `$new` for the bytes; needed with `bytes`. */
  readonly assigned?: string;
  /**
   * Seals the same secret under the first key.
   *
   * @param key the row's key, as texts.
   */
  reseal(keyring: Keyring, sealed: Uint8Array, key: readonly string[]): Uint8Array;
}

/** Columns of a primary key, in the order of its index. */
type KeyColumns = Readonly<Record<string, SealedColumn['key'][number]['type']>>;

const BY_ID: KeyColumns = { id: 'uuid' };

/**
 * A column in which each value is sealed under a master key.
 *
 * @param boundTo the context of the value in the row whose key begins with this id.
 */
export function sealedColumn(
  table: string,
  column: string,
  boundTo: (id: string) => string,
  key = BY_ID,
): SealedColumn {
  return {
    table,
    column,
    key: keyOf(key),
    reseal: (keyring, sealed, [id = '']) => reseal(keyring, sealed, boundTo(id)),
  };
}

/** The column `data_key` of a table: each row's other sealed columns are under that key. */
export function dataKeyColumn(table: string, key = BY_ID): SealedColumn {
  return { table, column: 'data_key', key: keyOf(key), reseal: rewrapDataKey };
}

function keyOf(columns: KeyColumns): SealedColumn['key'] {
  return Object.entries(columns).map(([name, type]) => ({ name, type }));
}

interface Batch {
  /** The number of sealed values read; rows without one do not count, as in `rowsByKey`. */
  readonly read: number;
  readonly resealed: number;
  /** The number of values under an older key whose rows are locked at the moment. */
  readonly passedOver: number;
  /** Where the next batch begins; null if there is none. */
  readonly next: readonly string[] | null;
}

export function columnName({ table, column }: SealedColumn): string {
  return `${table}.${column}`;
}

/**
 * Counts how many rows need which master key. It reads the whole table, which the pipeline's role
 * never does otherwise; rejects if that takes longer than its time limit.
 */
export async function rowsByKey(
  pool: pg.Pool,
  column: SealedColumn,
  timeoutMs = 0,
): Promise<ReadonlyMap<string, number>> {
  const bytes = bytesOf(column);
  const settings = `set local enable_seqscan = on; set local statement_timeout = ${Math.ceil(timeoutMs)}`;
  return withTransaction(
    pool,
    async (tx) => {
      const rows = await queryRows<{ id: string; rows: number }>(
        tx,
        `select encode(substring(${bytes} from 2 for 4), 'hex') as id, count(*)::float8 as rows
         from ${column.table} where ${bytes} is not null group by 1 order by 1`,
      );
      return new Map(rows.map(({ id, rows: count }) => [id, count]));
    },
    'begin read only',
    settings,
  );
}

/**
 * Reads the next rows in the order of the primary key and reseals those that are not under the
 * first key. Locked rows are skipped, so that nobody waits for us and nothing deadlocks; a value
 * that has changed meanwhile stays as it is.
 */
export async function resealBatch(
  pool: pg.Pool,
  column: SealedColumn,
  keyring: Keyring,
  { after, limit }: { readonly after: readonly string[] | null; readonly limit: number },
): Promise<Batch> {
  const page = await readPage(pool, column, after, limit);
  const next = page.length < limit ? null : (page.at(-1)?.key ?? null);
  const { active } = keyring;
  const sealed = page.filter(({ bytes }) => bytes !== null);
  const read = sealed.length;
  const old = sealed.filter(({ bytes }) => bytes !== null && keyIdOf(bytes) !== active.id);
  if (old.length === 0) return { read, resealed: 0, passedOver: 0, next };
  const resealed = await withTransaction(pool, async (tx) => {
    const locked = await lockUnlocked(tx, column, old);
    const changes = locked.flatMap(({ key, bytes }) =>
      bytes === null || keyIdOf(bytes) === active.id
        ? []
        : [{ key, bytes: column.reseal(keyring, bytes, key) }],
    );
    if (changes.length > 0) await writeBytes(tx, column, changes);
    return { changed: changes.length, locked: locked.length };
  });
  return {
    read,
    resealed: resealed.changed,
    passedOver: old.length - resealed.locked,
    next,
  };
}

interface Row {
  readonly key: readonly string[];
  readonly bytes: Buffer | null;
}

function bytesOf({ column, bytes }: SealedColumn): string {
  return bytes ?? column;
}

function keyTexts({ key }: SealedColumn): string {
  return `array[${key.map(({ name }) => `${name}::text`).join(', ')}]`;
}

/** Reads the next rows of the column after a key, in the order of keys. */
async function readPage(
  db: Queryable,
  column: SealedColumn,
  after: readonly string[] | null,
  limit: number,
): Promise<Row[]> {
  const names = column.key.map(({ name }) => name).join(', ');
  const from = column.key.map(({ type }, index) => `$${index + 2}::${type}`).join(', ');
  return queryRows<{ key: string[]; bytes: Buffer | null }>(
    db,
    `select ${keyTexts(column)} as key, ${bytesOf(column)} as bytes from ${column.table}
     ${after === null ? '' : `where (${names}) > (${from})`} order by ${names} limit $1`,
    [limit, ...(after ?? [])],
  );
}

/** Returns the keys of rows as one list for each column of the key: parameters $1, $2, … */
function keyLists({ key }: SealedColumn, rows: readonly Pick<Row, 'key'>[]): string[][] {
  return key.map((_, index) => rows.map((row) => row.key[index] ?? ''));
}

function unnestSql({ key }: SealedColumn, more = ''): string {
  const lists = key.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  const names = key.map((_, index) => `k${index}`).join(', ');
  return `unnest(${lists}${more}) as wanted(${names}${more === '' ? '' : ', bytes'})`;
}

function matchSql({ table, key }: SealedColumn): string {
  return key.map(({ name }, index) => `${table}.${name} = wanted.k${index}`).join(' and ');
}

async function lockUnlocked(
  tx: Queryable,
  column: SealedColumn,
  rows: readonly Row[],
): Promise<Row[]> {
  const { table } = column;
  return queryRows<{ key: string[]; bytes: Buffer | null }>(
    tx,
    `select ${keyTexts(column)} as key, ${bytesOf(column)} as bytes
     from ${unnestSql(column)} join ${table} on ${matchSql(column)}
     for no key update of ${table} skip locked`,
    keyLists(column, rows),
  );
}

async function writeBytes(
  tx: Queryable,
  column: SealedColumn,
  rows: readonly { readonly key: readonly string[]; readonly bytes: Uint8Array }[],
): Promise<void> {
  const { table, column: name } = column;
  const assigned = column.assigned?.replaceAll('$new', 'wanted.bytes') ?? 'wanted.bytes';
  await tx.query(
    `update ${table} set ${name} = ${assigned}
     from ${unnestSql(column, `, $${column.key.length + 1}::bytea[]`)} where ${matchSql(column)}`,
    [...keyLists(column, rows), rows.map(({ bytes }) => Buffer.from(bytes))],
  );
}
