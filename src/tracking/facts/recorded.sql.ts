import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';

/**
 * Which of these facts (positions in the list, from 1) a shipment of the tenant's has already. One look-up
 * by number and one by fact for each, whatever the planner believes: where it could choose, it once began
 * with the merchant and read all of its shipments, and once with the facts while there were none.
 */
export async function recordedFacts(
  db: Queryable,
  { merchantId, mode }: Tenant,
  facts: readonly {
    readonly carrier: string;
    readonly trackingNumber: string;
    readonly identity: string;
  }[],
): Promise<number[]> {
  const { rows } = await db.query<{ nr: string }>({
    name: 'recorded_facts',
    text: `
      select distinct w.nr
      from unnest($3::text[], $4::text[], $5::text[]) with ordinality as w(carrier, number, identity, nr)
      cross join lateral (
        select s.id, s.merchant_id, s.mode from shipments s
        where s.carrier = w.carrier and s.tracking_number = w.number and s.deleted_at is null
        offset 0) as s
      cross join lateral (
        select from facts f where f.shipment_id = s.id and f.identity = w.identity limit 1) as f
      where s.merchant_id = $1 and s.mode = $2`,
    values: [
      merchantId,
      mode,
      facts.map(({ carrier }) => carrier),
      facts.map(({ trackingNumber }) => trackingNumber),
      facts.map(({ identity }) => identity),
    ],
  });
  return rows.map(({ nr }) => Number(nr));
}
