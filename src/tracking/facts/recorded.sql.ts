import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';

/**
 * Which of these facts (positions in the list, from 1) a shipment of the tenant's has already. By the
 * number first: a planner that begins with the merchant reads all of its shipments for each.
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
      with known as materialized (
        select s.id, s.merchant_id, s.mode, w.identity, w.nr
        from unnest($3::text[], $4::text[], $5::text[]) with ordinality
               as w(carrier, number, identity, nr)
        join shipments s on s.carrier = w.carrier and s.tracking_number = w.number
        where s.deleted_at is null)
      select distinct k.nr from known k
      join facts f on f.shipment_id = k.id and f.identity = k.identity
      where k.merchant_id = $1 and k.mode = $2`,
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
