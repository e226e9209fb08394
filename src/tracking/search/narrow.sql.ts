import { ATTRIBUTES, type AttributeFilter } from '../../events/shipment-attributes.ts';
import type { Status } from '../../kernel/status.ts';
import { type Queryable, together } from '../../platform/database/database.ts';
import { lowered } from './terms.sql.ts';

export type AttributeValues = Readonly<Partial<Record<AttributeFilter, string | undefined>>>;

/** The filters of a list of shipments; null: no filter. */
export interface Narrowing {
  readonly carrier: string | null;
  /** Any of these statuses. Null also if the requested order has an index of statuses. */
  readonly statuses: readonly Status[] | null;
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

/** Returns one entry per filter; for metadata, one per member of each alternative. */
function wantedBy({ carrier, attributes, trackingNumber, metadata }: Narrowing): Wanted[] {
  const keys = new Set((metadata ?? []).flatMap((each) => Object.keys(each)));
  const readingsOf = (key: string) =>
    (metadata ?? []).map((each) => JSON.stringify({ [key]: each[key] }));
  return [
    ...(carrier === null
      ? []
      : [
          {
            ...{ name: 'carrier', value: carrier },
            terms: `select waybill_exact_term('carrier', $1::text)`,
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
      ...{ name: 'metadata', value: readingsOf(key) },
      terms: 'select waybill_metadata_terms(each) from unnest($1::jsonb[]) as each',
    })),
  ];
}

function byStatus(db: Queryable, statuses: readonly Status[], most: number) {
  return db.query<{ shipment_id: string }>({
    name: 'shipments_by_status_alone',
    text: `select id as shipment_id from shipments
           where status = any($1::text[]) and deleted_at is null limit $2`,
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
  if (narrowing.statuses !== null) lookups.push(byStatus(db, narrowing.statuses, most));
  await together(lookups);
  const found = (await Promise.all(lookups))
    .filter(({ rows }) => rows.length <= most)
    .map(({ rows }) => [...new Set(rows.map(({ shipment_id: id }) => id))]);
  const [narrowest = null] = found.sort((one, other) => one.length - other.length);
  return narrowest;
}
