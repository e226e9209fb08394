import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';

/**
 * Returns which of these facts (positions in the list, from 1) a shipment of the tenant already
 * has. Shipments are looked up by number first and facts by the result, because an engine may store
 * facts on other servers than their shipments.
 */
export async function recordedFacts(
  db: Queryable,
  tenant: Tenant,
  facts: readonly {
    readonly carrier: string;
    readonly trackingNumber: string;
    readonly identity: string;
  }[],
): Promise<number[]> {
  const named = await shipmentsNamed(db, tenant, facts);
  if (named.length === 0) return [];
  const rows = await queryRows<{ shipmentId: string; identity: string }>(db, {
    name: 'recorded_facts',
    text: `select shipment_id, identity from facts
           where shipment_id = any($1::uuid[]) and identity = any($2::text[])`,
    values: [
      [...new Set(named.map(({ id }) => id))],
      [...new Set(facts.map(({ identity }) => identity))],
    ],
  });
  const recorded = new Set(rows.map((row) => `${row.shipmentId} ${row.identity}`));
  const found = named.filter(({ id, nr }) => recorded.has(`${id} ${facts[nr - 1]?.identity}`));
  return [...new Set(found.map(({ nr }) => nr))];
}

/**
 * Returns the tenant's shipments with each of these numbers (`nr`: the position in the list, from
 * 1). The statement forces one look-up per number: when the planner could choose, it once started
 * with the merchant and read all of its shipments.
 */
async function shipmentsNamed(
  db: Queryable,
  { merchantId, mode }: Tenant,
  numbers: readonly { readonly carrier: string; readonly trackingNumber: string }[],
): Promise<{ nr: number; id: string }[]> {
  const rows = await queryRows<{ nr: string; id: string }>(db, {
    name: 'shipments_named',
    text: `
      select w.nr, s.id
      from unnest($3::text[], $4::text[]) with ordinality as w(carrier, number, nr)
      cross join lateral (
        select s.id, s.merchant_id, s.mode from shipments s
        where s.carrier = w.carrier and s.tracking_number = w.number and s.deleted_at is null
        offset 0) as s
      where s.merchant_id = $1 and s.mode = $2`,
    values: [
      merchantId,
      mode,
      numbers.map(({ carrier }) => carrier),
      numbers.map(({ trackingNumber }) => trackingNumber),
    ],
  });
  return rows.map(({ nr, id }) => ({ nr: Number(nr), id }));
}
