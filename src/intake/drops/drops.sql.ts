import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryAny, queryRow, queryRows, type Row } from '../../platform/database/query-rows.ts';
import { type DueRows, leasedRows } from '../../platform/work/leased-rows.ts';
import type { DropCounts, DropDialect, DropState, HeldDrop } from './drop.ts';

/** Identifies a drop under its current lease. */
export type DropKey = Pick<HeldDrop, 'id' | 'leaseToken'>;

const DROPS = leasedRows<DropKey>({
  table: 'drops',
  alias: 'd',
  key: { id: { type: 'uuid', of: ({ id }) => id } },
  until: 'due_at',
  token: { column: 'lease_token', type: 'bigint', of: ({ leaseToken }) => leaseToken },
});

const OPEN = `d.state in ('waiting', 'reading', 'filing')`;
const at = (ms: string) => `to_timestamp(${ms} / 1000.0)`;

/** A file that was found. */
export interface ObservedFile {
  readonly id: string;
  readonly tenant: Tenant;
  readonly place: string;
  readonly name: string;
  readonly version: string;
  readonly sizeBytes: number;
}

/** Records complete files as drops; those that are recorded already stay as they are. */
export async function noteFiles(
  db: Queryable,
  files: readonly ObservedFile[],
  nowMs: number,
): Promise<void> {
  if (files.length === 0) return;
  await db.query({
    name: 'note_drops',
    text: `
      insert into drops (id, merchant_id, mode, place, name, version, size_bytes, state, due_at,
                         last_seen_at)
      select f.*, 'waiting', ${at('$8')}, ${at('$8')}
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
                  $7::bigint[]) as f
      on conflict (merchant_id, mode, place, name, version)
        where state in ('waiting', 'reading', 'filing') do nothing`,
    values: [
      files.map(({ id }) => id),
      files.map(({ tenant }) => tenant.merchantId),
      files.map(({ tenant }) => tenant.mode),
      files.map(({ place }) => place),
      files.map(({ name }) => name),
      files.map(({ version }) => version),
      files.map(({ sizeBytes }) => sizeBytes),
      nowMs,
    ],
  });
}

const HELD_COLUMNS = `d.id, d.lease_token, d.merchant_id, d.mode, d.place, d.name, d.version,
  d.size_bytes::float8 as size_bytes, d.state, d.same_as, d.dialect, d.problem, d.unreadable,
  d.filed_name, d.rows::float8 as rows, d.accepted::float8 as accepted,
  d.duplicates::float8 as duplicates, d.rejected::float8 as rejected`;

interface HeldRow
  extends Row<
    'drops',
    | 'id'
    | 'leaseToken'
    | 'merchantId'
    | 'mode'
    | 'place'
    | 'name'
    | 'version'
    | 'sameAs'
    | 'problem'
    | 'unreadable'
    | 'filedName'
  > {
  readonly sizeBytes: number;
  readonly state: HeldDrop['state'];
  readonly dialect: DropDialect | null;
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}

/** Leases due drops until `untilMs`, those that are due for longest first. */
export async function leaseDrops(
  db: Queryable,
  places: readonly string[],
  { nowMs, untilMs, limit }: DueRows,
): Promise<HeldDrop[]> {
  const rows = await DROPS.claim<HeldRow>(db, {
    name: 'lease_drops',
    find: `where ${OPEN} and d.due_at <= ${at('$1')} and d.place = any($2)
           order by d.due_at limit $3`,
    until: at('$4'),
    returning: HELD_COLUMNS,
    values: [nowMs, places, limit, untilMs],
  });
  return rows.map(toHeldDrop);
}

function toHeldDrop(row: HeldRow): HeldDrop {
  const { rows, accepted, duplicates, rejected } = row;
  return {
    id: row.id,
    leaseToken: row.leaseToken,
    place: row.place,
    name: row.name,
    version: row.version,
    sizeBytes: row.sizeBytes,
    state: row.state,
    sameAs: row.sameAs,
    dialect: row.dialect,
    problem: row.problem,
    unreadable: row.unreadable,
    filedName: row.filedName,
    rows,
    accepted,
    duplicates,
    rejected,
    tenant: { merchantId: row.merchantId, mode: row.mode },
  };
}

/** Thrown when another process has the drop by now; nothing was written. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Changes a drop under its lease; returns the new row. Throws `LeaseLost`. */
async function changeLeased(
  db: Queryable,
  key: DropKey,
  name: string,
  set: string,
  given: Parameters<typeof DROPS.change>[2]['given'] = {},
): Promise<HeldDrop> {
  const [row] = await DROPS.change<HeldRow>(db, [key], {
    name,
    set,
    given,
    returning: HELD_COLUMNS,
  });
  if (row === undefined) throw new LeaseLost(`drop ${key.id} is leased by another process`);
  return toHeldDrop(row);
}

const parameter = (type: string, value: unknown) => ({ type, of: () => value });

/** Removes NUL characters, which PostgreSQL text cannot contain; messages may quote some. */
const storable = (text: string | null) => text?.replaceAll('\0', '') ?? null;

/** Extends the lease until `untilMs`. Throws `LeaseLost`. */
export async function extendDropLease(db: Queryable, key: DropKey, untilMs: number): Promise<void> {
  if ((await DROPS.extend(db, [key], untilMs)).length > 0) {
    throw new LeaseLost(`drop ${key.id} is leased by another process`);
  }
}

/**
 * Releases a drop until `dueMs`, with the problem for which it cannot continue; the reason why it
 * cannot be read stays.
 */
export async function putOff(
  db: Queryable,
  key: DropKey,
  { dueMs, problem }: { readonly dueMs: number; readonly problem: string | null },
): Promise<void> {
  await changeLeased(
    db,
    key,
    'put_off_drop',
    `due_at = ${at('given.due_ms')},
     problem = case when d.unreadable then d.problem else given.problem end`,
    {
      due_ms: parameter('float8', dueMs),
      problem: parameter('text', storable(problem)),
    },
  );
}

export interface DropIdentity {
  readonly contentHash: Uint8Array;
  readonly rulesHash: Uint8Array;
}

/**
 * Records the hash of a drop's content and marks the drop as being read. Returns false if another
 * drop already has the same bytes, read by the same rules; `sameContent` finds it. Throws
 * `LeaseLost`.
 */
export async function beginDrop(
  db: Queryable,
  key: DropKey,
  { contentHash, rulesHash }: DropIdentity,
  { facilityCode, nowMs }: { readonly facilityCode: string | null; readonly nowMs: number },
): Promise<boolean> {
  try {
    await changeLeased(
      db,
      key,
      'begin_drop',
      `state = 'reading', content_hash = decode(given.content, 'hex'),
       rules_hash = decode(given.rules, 'hex'), facility_code = given.facility, problem = null,
       started_at = coalesce(d.started_at, ${at('given.now_ms')})`,
      {
        content: parameter('text', Buffer.from(contentHash).toString('hex')),
        rules: parameter('text', Buffer.from(rulesHash).toString('hex')),
        facility: parameter('text', facilityCode),
        now_ms: parameter('float8', nowMs),
      },
    );
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === '23505') return false;
    throw error;
  }
}

export interface SameContent extends Row<'drops', 'id' | 'place' | 'name' | 'version'> {
  readonly state: DropState;
}

/**
 * Returns the drop with these bytes, read by the same rules; null if there is none, or it could not
 * be read.
 */
export async function sameContent(
  db: Queryable,
  { merchantId, mode }: Tenant,
  { contentHash, rulesHash }: DropIdentity,
): Promise<SameContent | null> {
  return queryRow<SameContent>(
    db,
    `select id, state, place, name, version from drops
     where merchant_id = $1 and mode = $2 and content_hash = $3 and rules_hash = $4
       and same_as is null and not unreadable`,
    [merchantId, mode, contentHash, rulesHash],
  );
}

/**
 * Continues a drop whose file has disappeared with another file with the same bytes. A worker that
 * still has the first loses its lease; the second is no longer a drop of its own.
 */
export async function adoptDrop(
  tx: Queryable,
  same: SameContent,
  held: HeldDrop,
  nowMs: number,
): Promise<void> {
  await DROPS.change(tx, [held], { name: 'drop_adopting_drop', set: null });
  await tx.query({
    name: 'adopt_drop',
    text: `update drops set name = $2, place = $3, version = $4, lease_token = lease_token + 1,
             state = case when state = 'vanished' then 'reading' else state end,
             problem = null, finished_at = null, due_at = ${at('$5')}
           where id = $1 and state in ('waiting', 'reading', 'filing', 'vanished')`,
    values: [same.id, held.name, held.place, held.version, nowMs],
  });
}

/**
 * Records progress: these rows are processed, and their inbound messages are stored in the same
 * transaction.
 */
export async function advanceDrop(
  tx: Queryable,
  key: DropKey,
  counts: DropCounts,
  {
    readBytes,
    dialect,
    ignored,
    untilMs,
  }: {
    readonly readBytes: number;
    readonly dialect: DropDialect;
    readonly ignored: readonly string[];
    readonly untilMs: number;
  },
): Promise<void> {
  await changeLeased(
    tx,
    key,
    'advance_drop',
    `rows = d.rows + given.rows, accepted = d.accepted + given.accepted,
     duplicates = d.duplicates + given.duplicates, rejected = d.rejected + given.rejected,
     read_bytes = least(greatest(d.read_bytes, given.read_bytes), d.size_bytes),
     dialect = given.dialect, problem = null,
     ignored_columns = array(select jsonb_array_elements_text(given.ignored)),
     due_at = ${at('given.until_ms')}`,
    {
      rows: parameter('bigint', counts.rows),
      accepted: parameter('bigint', counts.accepted),
      duplicates: parameter('bigint', counts.duplicates),
      rejected: parameter('bigint', counts.rejected),
      read_bytes: parameter('bigint', readBytes),
      dialect: parameter('jsonb', JSON.stringify(dialect)),
      ignored: parameter('jsonb', JSON.stringify(ignored)),
      until_ms: parameter('float8', untilMs),
    },
  );
}

/**
 * Records that all of a drop is read, or cannot be, and under which name the file will be moved.
 * Returns its new state.
 */
export async function readyToFile(
  db: Queryable,
  key: DropKey,
  to: {
    readonly filedName: string;
    readonly sameAs?: string;
    readonly unreadable?: boolean;
    readonly problem?: string | null;
  },
): Promise<HeldDrop> {
  return changeLeased(
    db,
    key,
    'drop_ready_to_file',
    `state = 'filing', filed_name = given.filed_name, same_as = given.same_as,
     unreadable = given.unreadable, problem = given.problem,
     read_bytes = case when given.unreadable then d.read_bytes else d.size_bytes end`,
    {
      filed_name: parameter('text', to.filedName),
      same_as: parameter('uuid', to.sameAs ?? null),
      unreadable: parameter('boolean', to.unreadable ?? false),
      problem: parameter('text', storable(to.problem ?? null)),
    },
  );
}

/** Ends a drop. Its rejected rows are next to the file by now, if there are any. */
export async function finishDrop(
  tx: Queryable,
  key: DropKey,
  { state, problem, nowMs }: { state: DropState; problem: string | null; nowMs: number },
): Promise<void> {
  await changeLeased(
    tx,
    key,
    'finish_drop',
    `state = given.state, problem = given.problem, finished_at = ${at('given.now_ms')}`,
    {
      state: parameter('text', state),
      problem: parameter('text', problem),
      now_ms: parameter('float8', nowMs),
    },
  );
  // If the file vanished, its rejected rows are needed in case it is found again.
  if (state !== 'vanished') await tx.query('delete from drop_rejects where drop_id = $1', [key.id]);
}

/**
 * Deletes a drop whose file disappeared or was replaced before it was read, as if it had not been
 * recorded.
 */
export async function forgetDrop(db: Queryable, key: DropKey): Promise<void> {
  await DROPS.change(db, [key], { name: 'forget_drop', set: null });
}

/**
 * Returns whether this very file was filed by a process that finished just before it was recorded
 * again.
 */
export function wasFinished(db: Queryable, { tenant, ...file }: HeldDrop): Promise<boolean> {
  return queryAny(
    db,
    `select from drops where merchant_id = $1 and mode = $2 and place = $3 and name = $4
       and version = $5 and id <> $6 and state in ('done', 'quarantined') limit 1`,
    [tenant.merchantId, tenant.mode, file.place, file.name, file.version, file.id],
  );
}

/** Returns whether another drop of the tenant has this name in the folder where files are put. */
export function isFiledNameUsed(
  db: Queryable,
  { merchantId, mode }: Tenant,
  { place, filedName, unreadable }: { place: string; filedName: string; unreadable: boolean },
): Promise<boolean> {
  return queryAny(
    db,
    `select from drops where merchant_id = $1 and mode = $2 and place = $3 and filed_name = $4
       and unreadable = $5 limit 1`,
    [merchantId, mode, place, filedName, unreadable],
  );
}

export interface FiledDrop {
  readonly id: string;
  readonly tenant: Tenant;
  readonly name: string;
  readonly filedName: string;
  readonly unreadable: boolean;
  readonly sizeBytes: number;
}

/**
 * Returns files that were filed since `sinceMs`, the newest first: somebody may still be writing to
 * one.
 */
export async function filedSince(
  db: Queryable,
  place: string,
  sinceMs: number,
  limit: number,
): Promise<FiledDrop[]> {
  const rows = await queryRows<
    Row<'drops', 'id' | 'merchantId' | 'mode' | 'name' | 'unreadable'> & {
      filedName: string;
      sizeBytes: number;
    }
  >(db, {
    name: 'drops_filed_since',
    text: `select id, merchant_id, mode, name, filed_name, unreadable, size_bytes::float8 as size_bytes
           from drops where place = $1 and finished_at >= ${at('$2')} and filed_name is not null
             and state in ('done', 'quarantined')
           order by finished_at desc limit $3`,
    values: [place, sinceMs, limit],
  });
  return rows.map((row) => ({
    id: row.id,
    tenant: { merchantId: row.merchantId, mode: row.mode },
    name: row.name,
    filedName: row.filedName,
    unreadable: row.unreadable,
    sizeBytes: row.sizeBytes,
  }));
}

/** Returns at most `limit` drops of these places that ended before `beforeMs`. */
export async function dropsEndedBefore(
  db: Queryable,
  places: readonly string[],
  beforeMs: number,
  limit: number,
): Promise<
  readonly {
    readonly id: string;
    readonly tenant: Tenant;
    readonly place: string;
    readonly filedName: string | null;
    readonly unreadable: boolean;
  }[]
> {
  const rows = await queryRows<
    Row<'drops', 'id' | 'merchantId' | 'mode' | 'place' | 'filedName' | 'unreadable'>
  >(
    db,
    `select id, merchant_id, mode, place, filed_name, unreadable from drops
     where finished_at < ${at('$1')} and place = any($3) order by finished_at limit $2`,
    [beforeMs, limit, places],
  );
  return rows.map((row) => ({
    id: row.id,
    tenant: { merchantId: row.merchantId, mode: row.mode },
    place: row.place,
    filedName: row.filedName,
    unreadable: row.unreadable,
  }));
}

/** Deletes the rows of these drops; their files are removed elsewhere. */
export async function deleteDrops(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query('delete from drops where id = any($1::uuid[])', [ids]);
}
