import type { Mode } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRows, type Row } from '../../platform/database/query-rows.ts';

/** Prefixes of terms; a term with any of them matches. */
export interface Beginnings {
  readonly low: readonly string[];
  /** For each, the first text that no longer has the prefix. */
  readonly high: readonly string[];
}

/** A character that sorts after every other; no text begins with it. */
const BEYOND = '\u{10ffff}';

/** Returns a text in lower case as the database does with its collation C: ASCII only. */
export function lowered(text: string): string {
  return text.replaceAll(/[A-Z]/g, (each) => each.toLowerCase());
}

/**
 * Returns the ranges of search terms for the words of a user.
 *
 * @param texts prefixes of a number, an order, a reference or a tag, in any case.
 * @param hashes of people, in full.
 */
export function beginningsOf(texts: readonly string[], hashes: readonly string[]): Beginnings {
  const lower = texts.map(lowered);
  const low = [
    ...new Set([...lower.map((text) => `:${text}`), ...hashes.map((hash) => `#${hash}`)]),
  ];
  return { low, high: low.map((text) => text + BEYOND) };
}

/**
 * Returns the tenant's shipments with such terms, unordered; null if there are more than `most`.
 */
export async function shipmentsByTerm(
  db: Queryable,
  { low, high }: Beginnings,
  most: number,
): Promise<readonly string[] | null> {
  const rows = await queryRows<{ shipmentId: string }>(db, {
    name: 'shipments_by_term',
    text: `select distinct t.shipment_id from unnest($1::text[], $2::text[]) as b(low, high)
           cross join lateral (
             select shipment_id from shipment_terms
             where term >= b.low and term < b.high limit $3) t
           limit $3`,
    values: [low, high, most + 1],
  });
  return rows.length > most ? null : rows.map(({ shipmentId: id }) => id);
}

export interface WithoutPeople {
  readonly id: string;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly sealed: { readonly content: Uint8Array; readonly dataKey: Uint8Array };
}

/**
 * Returns shipments from an earlier version, whose people cannot be found yet. Needs the pipeline's
 * role.
 */
export async function shipmentsWithoutPeople(
  db: Queryable,
  limit: number,
): Promise<readonly WithoutPeople[]> {
  const rows = await queryRows<
    Row<'shipments', 'id' | 'merchantId' | 'mode'> & {
      personal: Buffer;
      dataKey: Buffer;
    }
  >(db, {
    name: 'shipments_without_people',
    text: `select id, merchant_id, mode, personal, data_key from shipments
           where personal is not null and people_hashes is null and data_key is not null
           order by id limit $1`,
    values: [limit],
  });
  return rows.map((row) => ({
    id: row.id,
    merchantId: row.merchantId,
    mode: row.mode,
    sealed: { content: row.personal, dataKey: row.dataKey },
  }));
}

/** Stores the hashes of people who have not been changed or deleted meanwhile. */
export async function setPeopleHashes(
  db: Queryable,
  found: readonly { readonly of: WithoutPeople; readonly hashes: readonly string[] }[],
): Promise<void> {
  await db.query({
    name: 'set_people_hashes',
    text: `update shipments s
           set people_hashes = array(select jsonb_array_elements_text(f.hashes))
           from unnest($1::uuid[], $2::bytea[], $3::jsonb[]) as f(id, personal, hashes)
           where s.id = f.id and s.personal = f.personal and s.people_hashes is null`,
    values: [
      found.map((each) => each.of.id),
      found.map((each) => Buffer.from(each.of.sealed.content)),
      found.map(({ hashes }) => JSON.stringify(hashes)),
    ],
  });
}
