import type { Queryable } from '../../../platform/database/database.ts';
import type { Partition } from '../../../platform/partitions/partitions.sql.ts';

/** A part of the journal: positions of one bucket in order of arrival. */
interface JournalPart {
  readonly seq: number;
  readonly bucket: number;
  readonly bytes: Buffer;
}

/**
 * Writes parts to the journal. Parts whose previous write had an unknown outcome may be repeated.
 */
export async function writeJournal(
  db: Queryable,
  writer: string,
  parts: readonly JournalPart[],
  nowMs: number,
): Promise<void> {
  const of = <T>(value: (part: JournalPart) => T) => parts.map(value);
  let from = 1;
  const froms = parts.map(({ bytes }) => {
    const own = from;
    from += bytes.length;
    return own;
  });
  await db.query({
    name: 'write_position_journal',
    // Sent as one value, because in an array each byte would be sent as two digits.
    text: `
      insert into courier_position_journal (writer, seq, bucket, written_at, records)
      select $1, p.seq, p.bucket, to_timestamp($2 / 1000.0), substring($3::bytea from p.start for p.many)
      from unnest($4::int[], $5::smallint[], $6::int[], $7::int[]) as p(seq, bucket, start, many)
      on conflict do nothing`,
    values: [
      writer,
      nowMs,
      Buffer.concat(of(({ bytes }) => bytes)),
      of(({ seq }) => seq),
      of(({ bucket }) => bucket),
      froms,
      of(({ bytes }) => bytes.length),
    ],
  });
}

/** Removes parts whose positions have been moved to their days. */
export async function forgetJournal(
  db: Queryable,
  writer: string,
  seqs: readonly number[],
): Promise<void> {
  await db.query({
    name: 'forget_position_journal',
    text: 'delete from courier_position_journal where writer = $1 and seq = any($2::int[])',
    values: [writer, seqs],
  });
}

/** Reads the parts of a bucket, from all writers. Needs the pipeline's role. */
export async function journalOf(db: Queryable, bucket: number): Promise<Buffer[]> {
  const { rows } = await db.query<{ records: Buffer }>({
    name: 'position_journal_of',
    text: 'select records from courier_position_journal where bucket = $1',
    values: [bucket],
  });
  return rows.map(({ records }) => records);
}

/** Locks parts that other writers left in the journal before the given time. */
export async function lockLeftJournal(
  tx: Queryable,
  writer: string,
  beforeMs: number,
  limit: number,
): Promise<{ writer: string; seq: number; records: Buffer }[]> {
  const { rows } = await tx.query<{ writer: string; seq: number; records: Buffer }>(
    `select writer, seq, records from courier_position_journal
     where written_at < to_timestamp($2 / 1000.0) and writer <> $1
     order by writer, seq limit $3 for update skip locked`,
    [writer, beforeMs, limit],
  );
  return rows;
}

export interface StoredStretch {
  readonly atMs: number;
  readonly packed: Buffer;
}

interface StretchRow {
  /** A string, as PostgreSQL drivers return bigint. */
  readonly at_ms: string;
  readonly packed: Buffer;
}

const toStretch = ({ at_ms, packed }: StretchRow): StoredStretch => ({
  atMs: Number(at_ms),
  packed,
});

interface FoundStretches {
  readonly stretches: readonly StoredStretch[];
  /** The start of the first stretch that was left out; infinity: none was. */
  readonly leftOutFromMs: number;
}

/**
 * Reads the stretches that overlap a period, earliest first, until they hold the given number of
 * positions or a few more. Needs the pipeline's role.
 */
export async function stretchesBetween(
  db: Queryable,
  courierId: string,
  span: { readonly fromMs: number; readonly toMs: number; readonly limit: number },
): Promise<FoundStretches> {
  const { rows } = await db.query<StretchRow & { readonly next_ms: string | null }>({
    name: 'stretches_between',
    // No stretch spans two days: skip earlier days.
    text: `select (extract(epoch from at) * 1000)::bigint as at_ms, packed,
             (extract(epoch from next) * 1000)::bigint as next_ms
           from (
             select at, packed, lead(at) over in_time as next,
               sum(positions) over in_time - positions as earlier
             from courier_stretches
             where courier_id = $1 and at <= to_timestamp($3 / 1000.0)
               and until >= to_timestamp($2 / 1000.0)
               and at >= date_trunc('day', to_timestamp($2 / 1000.0) at time zone 'UTC') at time zone 'UTC'
             window in_time as (order by at, tableoid, ctid rows unbounded preceding)) s
           where earlier < $4 order by earlier`,
    values: [courierId, span.fromMs, span.toMs, span.limit],
  });
  const nextMs = rows.at(-1)?.next_ms ?? null;
  return {
    stretches: rows.map(toStretch),
    leftOutFromMs: nextMs === null ? Number.POSITIVE_INFINITY : Number(nextMs),
  };
}

/**
 * Removes and returns a courier's earliest stretches in a partition, until they hold the given
 * number of positions.
 */
export async function takeStretches(
  tx: Queryable,
  { name }: Pick<Partition, 'name'>,
  courierId: string,
  limit: number,
): Promise<StoredStretch[]> {
  const { rows } = await tx.query<StretchRow>(
    `with own as (
       select ctid, sum(positions) over (order by at, ctid) - positions as earlier
       from ${name} where courier_id = $1),
     gone as (
       delete from ${name} where ctid = any(array(select ctid from own where earlier < $2))
       returning at, packed)
     select (extract(epoch from at) * 1000)::bigint as at_ms, packed from gone order by at`,
    [courierId, limit],
  );
  return rows.map(toStretch);
}

/**
 * When the latest stretch of each of these couriers ended, not before the given time; epoch ms.
 * Needs the pipeline's role.
 */
export async function lastStretchesOf(
  db: Queryable,
  courierIds: readonly string[],
  sinceMs: number,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query<{ courier_id: string; until: Date }>({
    name: 'last_stretches_of',
    text: `select courier_id, max(until) as until from courier_stretches
           where courier_id = any($1::uuid[]) and until >= to_timestamp($2 / 1000.0)
             and at >= date_trunc('day', to_timestamp($2 / 1000.0) at time zone 'UTC') at time zone 'UTC'
           group by courier_id`,
    values: [courierIds, sinceMs],
  });
  return new Map(rows.map(({ courier_id: id, until }) => [id, until.getTime()]));
}

/** Deletes an erased courier's stretches. */
export async function eraseStretches(db: Queryable, courierId: string): Promise<void> {
  await db.query('delete from courier_stretches where courier_id = $1', [courierId]);
}

/**
 * Removes stretches of those of these couriers who are erased by now: the deletion trigger did not
 * see stretches that were written later.
 */
export async function eraseStretchesOfErased(
  db: Queryable,
  courierIds: readonly string[],
): Promise<void> {
  await db.query(
    // Finds erased couriers first: reads nobody else's stretches.
    `delete from courier_stretches where courier_id = any(array(
       select u.id from unnest($1::uuid[]) as u(id)
       where not exists (select from couriers c where c.id = u.id)))`,
    [courierIds],
  );
}
