import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';

/** Which of these facts (positions in the list, from 1) a shipment of the tenant's has already. */
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
      select w.nr
      from unnest($3::text[], $4::text[], $5::text[]) with ordinality
             as w(carrier, number, identity, nr)
      where exists (
        select from shipments s join facts f on f.shipment_id = s.id and f.identity = w.identity
        where s.carrier = w.carrier and s.tracking_number = w.number
          and s.merchant_id = $1 and s.mode = $2 and s.deleted_at is null)`,
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
