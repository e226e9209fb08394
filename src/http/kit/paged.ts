import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isUuid } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { wallClockMs } from '../../kernel/time/place-time.ts';
import { count } from './schemas.ts';
import { invalidMember } from './validation.ts';

/**
 * How every list is read: `limit` rows at a time, each page from the end of the previous one. A
 * cursor is a position between two rows, not a row count, so rows added or removed meanwhile
 * neither repeat nor hide others.
 */
interface PagedList<Position> {
  /** Distinguishes its cursors from those of other lists. */
  readonly name: string;
  /** The sort key of a row; its last part is unique. */
  readonly position: z.ZodType<Position>;
}

/** The parsed query, including filters and `sort`; only `limit` may change from page to page. */
export interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly [filter: string]: unknown;
}

interface Page<Json> {
  readonly data: Json[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
}

/** The schema of a `Page` of these. */
export function listPage<Row extends z.ZodType>(row: Row) {
  return z.strictObject({ data: z.array(row), next_cursor: z.string().nullable() });
}

/** Rows of a list that is searched in limited steps. */
export interface Searched<Position, Row> {
  readonly rows: readonly Row[];
  /** Where the search stopped before it had found enough rows; null: it did not stop early. */
  readonly readTo: Position | null;
}

/** Longer cursors were not issued by the hub. */
const CURSOR_CHARS_MAX = 400;
/**
 * Enough to prevent accidental collisions among 2^48 queries; a forger sees only their own rows.
 */
const DIGEST_CHARS = 16;

/** `limit` and `cursor` of a list's query. */
export function paging({ limit = 50, limitMax = 200 } = {}) {
  return {
    cursor: z
      .string()
      .max(CURSOR_CHARS_MAX)
      .optional()
      .describe('`next_cursor` of the previous page, with the same filters and order.'),
    limit: count(1, limitMax, limit),
  };
}

/** The query of a short list, which is complete unless a `limit` is given. */
export const wholeList = z.strictObject(paging({ limit: 200 }));

/** Lists ordered by id, which is the order of creation. */
export const BY_ID = z.strictObject({ id: z.string().refine(isUuid) });

/** PostgreSQL's own format in UTC, to the microsecond: a millisecond may have several rows. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{1,6})?\+00$/;

/** Lists ordered by a time, then by id. */
export const BY_TIME = z.strictObject({
  at: z
    .string()
    .regex(TIMESTAMP)
    .refine((text) => wallClockMs(text.slice(0, 19).replace(' ', 'T')) !== null),
  id: z.string().refine(isUuid),
});

/** Lists ordered by a time whose pages all end at the time of the first. */
export const BY_TIME_UNTIL = BY_TIME.extend({ until: z.number().optional() });

/** Short lists ordered by name. */
const BY_KEY = z.strictObject({ key: z.string() });

/**
 * One page of a list.
 *
 * @param whose the tenant of the rows; null: all tenants, for operators
 * @param query as parsed; its other members are part of the cursor's digest
 * @param read reads rows after a position, in order: at most `limit`, which is one more than is
 *   shown, to detect a further page. In a list searched in steps, a page may be short or empty
 *   although another one follows
 * @throws `Problem` (422) for a cursor of another list, tenant, filter or order
 */
export async function readPage<Position, Row, Json>(
  list: PagedList<Position>,
  whose: Tenant | null,
  query: PageQuery,
  read: (
    after: Position | null,
    limit: number,
  ) => Promise<readonly Row[] | Searched<Position, Row>>,
  of: { readonly position: (row: Row) => Position; readonly json: (row: Row) => Json },
): Promise<Page<Json>> {
  const digest = digestOf(list.name, whose, query);
  const after = query.cursor === undefined ? null : decode(list.position, query.cursor, digest);
  const found = await read(after, query.limit + 1);
  if (!('readTo' in found)) return pageFrom(found, query.limit, digest, of);
  const { data, next_cursor: next } = pageFrom(found.rows, query.limit, digest, of);
  const { readTo } = found;
  return { data, next_cursor: next ?? (readTo === null ? null : encode(readTo, digest)) };
}

/** `readPage` of a list ordered by id, which is the order of creation. */
export function readPageById<Row extends { readonly id: string }, Json>(
  name: string,
  whose: Tenant | null,
  query: PageQuery,
  read: (afterId: string | null, limit: number) => Promise<readonly Row[]>,
  json: (row: Row) => Json,
): Promise<Page<Json>> {
  return readPage(
    { name, position: BY_ID },
    whose,
    query,
    (after, limit) => read(after?.id ?? null, limit),
    { position: ({ id }) => ({ id }), json },
  );
}

/** A page of rows that are all in memory, ordered by the unique `key`. */
export function pageOfAll<Row, Json>(
  name: string,
  whose: Tenant | null,
  query: PageQuery,
  rows: readonly Row[],
  of: { readonly key: (row: Row) => string; readonly json: (row: Row) => Json },
): Page<Json> {
  const digest = digestOf(name, whose, query);
  const after = query.cursor === undefined ? null : decode(BY_KEY, query.cursor, digest).key;
  const left = rows
    .map((row) => ({ key: of.key(row), row }))
    .filter(({ key }) => after === null || key > after)
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  return pageFrom(left, query.limit, digest, {
    position: ({ key }) => ({ key }),
    json: ({ row }) => of.json(row),
  });
}

/** A key for `pageOfAll` that sorts rows by creation, the oldest first. */
export function madeKey(row: { readonly createdAtMs: number; readonly id: string }): string {
  return `${String(row.createdAtMs).padStart(15, '0')} ${row.id}`;
}

function pageFrom<Row, Position, Json>(
  rows: readonly Row[],
  limit: number,
  digest: string,
  of: { readonly position: (row: Row) => Position; readonly json: (row: Row) => Json },
): Page<Json> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > shown.length && last !== undefined;
  return {
    data: shown.map(of.json),
    next_cursor: more ? encode(of.position(last), digest) : null,
  };
}

/** Identifies the list of a cursor, which would skip and repeat rows in any other list. */
function digestOf(name: string, whose: Tenant | null, query: PageQuery): string {
  const { cursor: _cursor, limit: _limit, ...filters } = query;
  const sorted = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([name, whose?.merchantId ?? null, whose?.mode ?? null, sorted]);
  return createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_CHARS);
}

const envelope = z.strictObject({ at: z.unknown(), of: z.string() });

/** Opaque to callers: base64url of JSON. It contains no secret, so it is not signed. */
function encode(position: unknown, digest: string): string {
  return Buffer.from(JSON.stringify({ at: position, of: digest }), 'utf8').toString('base64url');
}

function decode<Position>(schema: z.ZodType<Position>, text: string, digest: string): Position {
  const read = envelope.safeParse(jsonOf(text));
  const position = read.success ? schema.safeParse(read.data.at) : null;
  if (!read.success || !position?.success) {
    throw invalidMember('?cursor', 'requests.notListCursor', CURSOR_FIX);
  }
  if (read.data.of !== digest) {
    throw invalidMember('?cursor', 'requests.cursorMismatch', CURSOR_FIX);
  }
  return position.data;
}

const CURSOR_FIX = 'requests.reuseNextCursor';

function jsonOf(text: string): unknown {
  if (text.length > CURSOR_CHARS_MAX || !/^[A-Za-z0-9_-]+$/.test(text)) return null;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
