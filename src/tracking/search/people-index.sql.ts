import type { Mode } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { plainArray } from '../../platform/database/plain-array.ts';
import { queryRows, type Row } from '../../platform/database/query-rows.ts';
import { ARCHIVED_TAG, type SealedPersonal, type Shipment } from '../shipment.ts';
import { allOf } from './narrow.sql.ts';

type Indexed = Pick<Shipment, 'id' | 'sealedPersonal'>;

/**
 * Makes people findable whose data were just sealed, in the transaction that stores them. Triggers
 * remove them again: when their data change, and when the shipment is archived or deleted.
 */
export async function indexPeople(db: Queryable, shipments: readonly Indexed[]): Promise<void> {
  const found = shipments.filter(({ sealedPersonal }) => sealedPersonal?.hashes?.length);
  if (found.length === 0) return;
  await db.query({
    name: 'index_people',
    // By the primary key, whatever the plan: see shipmentsByNumber.
    text: `insert into shipment_people (shipment_id, merchant_id, mode, hashes)
           select s.id, s.merchant_id, s.mode, n.hashes::bigint[]
           from unnest($1::uuid[], $2::text[]) as n(id, hashes)
           cross join lateral (select * from shipments where id = n.id offset 0) as s
           where not s.tags @> array['${ARCHIVED_TAG}'] and s.deleted_at is null
           on conflict (shipment_id) do update set hashes = excluded.hashes`,
    values: [
      plainArray(found, ({ id }) => id),
      found.map(({ sealedPersonal }) => allOf(sealedPersonal?.hashes ?? [])),
    ],
  });
}

interface Unindexed {
  readonly id: string;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly sealed: Pick<SealedPersonal, 'content' | 'dataKey'> | null;
}

/**
 * Returns shipments that cannot be found by all their words, locked until the transaction ends.
 * Needs the pipeline's role.
 */
export async function lockUnindexed(tx: Queryable, limit: number): Promise<readonly Unindexed[]> {
  const rows = await queryRows<
    Row<'shipments', 'id' | 'merchantId' | 'mode' | 'personal' | 'dataKey'>
  >(tx, {
    name: 'lock_unindexed_shipments',
    text: `select id, merchant_id, mode, personal, data_key from shipments
           where not indexed and deleted_at is null
           order by id limit $1 for update skip locked`,
    values: [limit],
  });
  return rows.map(({ id, merchantId, mode, personal, dataKey }) => ({
    ...{ id, merchantId, mode },
    sealed: personal && dataKey && { content: personal, dataKey },
  }));
}

/**
 * Writes the search terms of these shipments anew, and marks them as indexed. Earlier versions did
 * not store the countries either, and had hashes that nothing reads any more.
 */
export async function indexAnew(
  tx: Queryable,
  shipments: readonly Pick<Shipment, 'id' | 'destinationCountry'>[],
): Promise<void> {
  const ids = shipments.map(({ id }) => id);
  await tx.query('delete from shipment_terms where shipment_id = any($1::uuid[])', [ids]);
  await tx.query(
    `insert into shipment_terms (shipment_id, merchant_id, mode, term)
     select s.id, s.merchant_id, s.mode, term from shipments s, waybill_shipment_terms(s) as term
     where s.id = any($1::uuid[])`,
    [ids],
  );
  await tx.query(
    `update shipments s
     set indexed = true, people_hashes = null, destination_country = n.country
     from unnest($1::uuid[], $2::text[]) as n(id, country) where s.id = n.id`,
    [ids, shipments.map(({ destinationCountry }) => destinationCountry)],
  );
}
