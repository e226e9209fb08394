import { ATTRIBUTES, type AttributeFilter } from '../../events/shipment-attributes.ts';
import type { Status } from '../../kernel/status.ts';
import { type Queryable, together } from '../../platform/database/database.ts';
import { plainArray } from '../../platform/database/plain-array.ts';
import { queryRow } from '../../platform/database/query-rows.ts';
import { ARCHIVED_TAG } from '../shipment.ts';

export type AttributeValues = Readonly<Partial<Record<AttributeFilter, string | undefined>>>;

/** The filters of a list of shipments; null: no filter. */
interface Narrowing {
  readonly carriers: readonly string[] | null;
  /** Any of these statuses. Null also if the requested order has an index of statuses. */
  readonly statuses: readonly Status[] | null;
  /** Only archived shipments, or only the others; absent: all. */
  readonly isArchived?: boolean | null;
  readonly attributes: AttributeValues;
  readonly trackingNumber: string | null;
  /** Any of these; all members of one must match. */
  readonly metadata: readonly Readonly<Record<string, string | number | boolean>>[] | null;
}

interface Wanted {
  readonly name: string;
  /** The condition on terms, by the first parameter; any of them may match. */
  readonly terms: string;
  readonly value: unknown;
}

/** Returns the look-up of each filter; for metadata, one per member that any alternative names. */
function wantedBy({ carriers, attributes, trackingNumber, metadata }: Narrowing): Wanted[] {
  const keys = new Set((metadata ?? []).flatMap((each) => Object.keys(each)));
  const readingsOf = (key: string) =>
    (metadata ?? []).map((each) => JSON.stringify({ [key]: each[key] }));
  return [
    ...(carriers === null
      ? []
      : [
          {
            name: 'carrier',
            value: carriers,
            terms: `select waybill_exact_term('carrier', each) from unnest($1::text[]) as each`,
          },
        ]),
    ...ATTRIBUTES.flatMap(({ filter }) => {
      const value = filter && attributes[filter.parameter];
      if (filter === null || filter.term === null || value == null) return [];
      const { term: name } = filter;
      return [{ name, terms: `select waybill_exact_term('${name}', $1::text)`, value }];
    }),
    ...(trackingNumber === null
      ? []
      : [{ name: 'number', terms: 'select $1::text', value: `:${lowered(trackingNumber)}` }]),
    ...[...keys].map((key) => ({
      name: 'metadata',
      value: readingsOf(key),
      terms: 'select waybill_metadata_terms(each) from unnest($1::jsonb[]) as each',
    })),
  ];
}

/** The predicate of the index of archived shipments, or of the others, word for word. */
export function partOf(isArchived: boolean): string {
  return `${isArchived ? '' : 'not '}s.tags @> '{${ARCHIVED_TAG}}'::text[]`;
}

/** The two indexes by status, or the one that is needed. */
export function halvesOf(isArchived: boolean | null): readonly boolean[] {
  return isArchived === null ? [false, true] : [isArchived];
}

/** Reads entries of these indexes and no rows; without their predicates it would read the table. */
function byStatus(
  db: Queryable,
  statuses: readonly Status[],
  isArchived: boolean | null,
  most: number,
) {
  const halves = halvesOf(isArchived).map(
    (half) =>
      `(select s.id as shipment_id from shipments s
        where s.status = any($1::text[]) and s.deleted_at is null and ${partOf(half)} limit $2)`,
  );
  return db.query<{ shipment_id: string }>({
    name: `shipments_by_status_${isArchived ?? 'all'}`,
    text: `select * from (${halves.join(' union all ')}) as found limit $2`,
    values: [statuses, most + 1],
  });
}

/**
 * Returns the tenant's shipments that match the narrowest filter; they may include some that do not
 * match the others. Null if each filter matches more than `most`, or there is none.
 */
export async function narrowedTo(
  db: Queryable,
  narrowing: Narrowing,
  most: number,
): Promise<readonly string[] | null> {
  const lookups = wantedBy(narrowing).map(({ name, terms, value }) =>
    db.query<{ shipment_id: string }>({
      name: `shipments_by_${name}_term`,
      // PostgreSQL may evaluate equality of texts before row security, so this uses the index.
      text: `select shipment_id from shipment_terms
             where term = any(array(${terms})) limit $2`,
      values: [value, most + 1],
    }),
  );
  if (narrowing.statuses !== null) {
    lookups.push(byStatus(db, narrowing.statuses, narrowing.isArchived ?? null, most));
  }
  await together(lookups);
  const found = (await Promise.all(lookups))
    .filter(({ rows }) => rows.length <= most)
    .map(({ rows }) => [...new Set(rows.map(({ shipment_id: id }) => id))]);
  const [narrowest = null] = found.sort((one, other) => one.length - other.length);
  return narrowest;
}

/** Prefixes of terms; a term with any of them matches. */
interface Beginnings {
  readonly low: readonly string[];
  /** For each, the first text that no longer has the prefix. */
  readonly high: readonly string[];
}

/** A character that sorts after every other; no text begins with it. */
const BEYOND = '\u{10ffff}';

/** Returns a text in lower case as the database does with its collation C: ASCII only. */
function lowered(text: string): string {
  return text.replaceAll(/[A-Z]/g, (each) => each.toLowerCase());
}

/** Fewest characters by which the end of a number is found. */
const ENDING_MIN = 4;

/**
 * Returns the ranges of search terms for the words of a user: prefixes of a number, an order, a
 * reference or a tag or of a word in them, in any case, and the last characters of a number.
 */
export function beginningsOf(texts: readonly string[]): Beginnings {
  const lower = texts.map(lowered);
  const endings = lower.filter((text) => /^[a-z0-9]+$/.test(text) && text.length >= ENDING_MIN);
  const reversed = endings.map((text) => `<${[...text].reverse().join('')}`);
  const low = [...new Set([...lower.map((text) => `:${text}`), ...reversed])];
  return { low, high: low.map((text) => text + BEYOND) };
}

/** A shipment matches if it has any of these terms, or its people have all hashes of any list. */
export interface SearchTerm {
  readonly texts: Beginnings;
  readonly people: readonly (readonly string[])[];
}

/**
 * Returns the tenant's shipments that match, unordered; null if there are more than `most`.
 */
export async function shipmentsByTerm(
  db: Queryable,
  { texts: { low, high }, people }: SearchTerm,
  most: number,
): Promise<readonly string[] | null> {
  const row = await queryRow<{ ids: readonly string[] | null }>(db, {
    name: 'shipments_by_term',
    text: `select case when count(*) < $4 then coalesce(array_agg(shipment_id), '{}') end as ids
           from (
             select distinct shipment_id from (
               select t.shipment_id from unnest($1::text[], $2::text[]) as b(low, high)
               cross join lateral (
                 select shipment_id from shipment_terms
                 where term >= b.low and term < b.high limit $4) t
               union all
               select p.shipment_id from unnest($3::text[]) as h(hashes)
               cross join lateral
                 waybill_shipments_of_people(h.hashes::bigint[], $4::int) as p(shipment_id)
             ) as each limit $4) as found`,
    values: [low, high, people.map(allOf), most + 1],
  });
  return row?.ids ?? null;
}

/** Writes hashes as PostgreSQL's text of an array. */
export function allOf(hashes: readonly string[]): string {
  return plainArray(hashes, (hash) => hash);
}
