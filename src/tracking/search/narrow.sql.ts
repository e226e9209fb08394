import { ATTRIBUTES, type AttributeFilter } from '../../events/shipment-attributes.ts';
import type { Status } from '../../kernel/status.ts';
import { type Queryable, together } from '../../platform/database/database.ts';
import { lowered } from './terms.sql.ts';

export type AttributeValues = Readonly<Partial<Record<AttributeFilter, string | undefined>>>;

/** What a list of shipments is narrowed to; null: not by that. */
export interface Narrowing {
  readonly carrier: string | null;
  /** Any of these. Null also where the order that is asked for has an index of states. */
  readonly statuses: readonly Status[] | null;
  readonly attributes: AttributeValues;
  readonly trackingNumber: string | null;
  /** Any of these, all of whose members count. */
  readonly metadata: readonly Readonly<Record<string, string | number | boolean>>[] | null;
}

interface Wanted {
  readonly name: string;
  /** The terms to look for, by the first parameter; any of them. */
  readonly terms: string;
  readonly value: unknown;
}

/** One for each filter: of each alternative of metadata one for each of its members. */
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
 * The tenant's shipments that the filters leave, and perhaps some more: those that the narrowest filter alone
 * leaves. Null: each leaves more than `most`, or there is none.
 */
export async function narrowedTo(
  db: Queryable,
  narrowing: Narrowing,
  most: number,
): Promise<readonly string[] | null> {
  const lookups = wantedBy(narrowing).map(({ name, terms, value }) =>
    db.query<{ shipment_id: string }>({
      name: `shipments_by_${name}_term`,
      // Equality of texts may be asked before row security is, so this reads the index.
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
