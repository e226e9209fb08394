import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isUuid } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { wallClockMs } from '../../kernel/time/place-time.ts';
import { count } from './schemas/count.ts';
import { invalidMember } from './validation.ts';

/**
 * How every list is read: `limit` rows at a time, each page from where the one before ended. A cursor
 * is a place between two rows, not a number of rows, so that rows which come or go meanwhile neither
 * repeat others nor hide them.
 */
export interface PagedList<Position> {
  /** Tells its cursors from those of other lists. */
  readonly name: string;
  /** What a row is ordered by, the last part of it unique. */
  readonly position: z.ZodType<Position>;
}

/** As a query said it, filters and `sort` beside; only `limit` may change from page to page. */
export interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly [filter: string]: unknown;
}

export interface Page<Json> {
  readonly data: Json[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
}

/** Rows of a list that is searched some way at a time. */
export interface Searched<Position, Row> {
  readonly rows: readonly Row[];
  /** Where the search stopped before it had found as many as were asked for; null: it did not. */
  readonly readTo: Position | null;
}

/** Longer ones were not written here. */
const CURSOR_CHARS_MAX = 400;
/** Enough to tell 2^48 queries from each other by accident; who forges one sees his own rows only. */
const DIGEST_CHARS = 16;

/** `limit` and `cursor` of a list's query. */
export function paging({ limit = 50, limitMax = 200 } = {}) {
  return {
    cursor: z.string().max(CURSOR_CHARS_MAX).optional().meta({
      description: '`next_cursor` of the previous page, with the same filters and order.',
    }),
    limit: count(1, limitMax, limit),
  };
}

/** The query of a list that is short by nature: all of it comes unless a `limit` is given. */
export const wholeList = z.strictObject(paging({ limit: 200 }));

/** Lists in the order of their ids, which is that of their making. */
export const BY_ID = z.strictObject({ id: z.string().refine(isUuid) });

/** PostgreSQL's own spelling in UTC, to the microsecond: a millisecond may have several rows. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{1,6})?\+00$/;

/** Lists in the order of a time, and of their ids within it. */
export const BY_TIME = z.strictObject({
  at: z
    .string()
    .regex(TIMESTAMP)
    .refine((text) => wallClockMs(text.slice(0, 19).replace(' ', 'T')) !== null),
  id: z.string().refine(isUuid),
});

/** Short lists in the order of a name. */
const BY_KEY = z.strictObject({ key: z.string() });

/**
 * One page of a list.
 *
 * @param whose the tenant whose rows they are; null: everybody's, for operators
 * @param query as it was parsed; whatever else it says belongs to the cursor
 * @param read rows after a position, in order: at most `limit`, which is one more than is shown and
 * tells whether there is another page. Of a list that is searched some way at a time the page may be short, or
 * empty, and there is another one all the same
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

/** A page of rows that are all at hand; in the order of `key`, which is unique. */
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

/** Oldest first, for `pageOfAll`. */
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

/** What a cursor is for: it would skip and repeat rows in any other list. */
function digestOf(name: string, whose: Tenant | null, query: PageQuery): string {
  const { cursor: _cursor, limit: _limit, ...filters } = query;
  const sorted = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([name, whose?.merchantId ?? null, whose?.mode ?? null, sorted]);
  return createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_CHARS);
}

const envelope = z.strictObject({ at: z.unknown(), of: z.string() });

/** Opaque to callers: base64url of JSON. It holds no secret, so it carries no signature. */
function encode(position: unknown, digest: string): string {
  return Buffer.from(JSON.stringify({ at: position, of: digest }), 'utf8').toString('base64url');
}

function decode<Position>(schema: z.ZodType<Position>, text: string, digest: string): Position {
  const read = envelope.safeParse(jsonOf(text));
  const position = read.success ? schema.safeParse(read.data.at) : null;
  if (!read.success || !position?.success) {
    throw invalidMember('?cursor', 'Not a cursor of this list.', BEGIN_ANEW);
  }
  if (read.data.of !== digest) {
    throw invalidMember('?cursor', 'A cursor of another list, filter or order.', BEGIN_ANEW);
  }
  return position.data;
}

const BEGIN_ANEW =
  'Send next_cursor of the previous page unchanged, with the same filters and sort; or omit it to start again.';

function jsonOf(text: string): unknown {
  if (text.length > CURSOR_CHARS_MAX || !/^[A-Za-z0-9_-]+$/.test(text)) return null;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
