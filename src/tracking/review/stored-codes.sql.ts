import type { CodeMatch } from '../../adapters/contract/contract.ts';
import { DEMO_TENANT } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';

export interface StoredCodes {
  readonly carrier: string;
  readonly codes: CodeMatch;
  readonly count: number;
}

/** Limit of facts that are read: about two seconds. */
const FACTS_MAX = 2_000_000;
/**
 * Limit of combinations that are returned, the most frequent first; carriers have some hundred
 * each.
 */
const COMBINATIONS_MAX = 20_000;

/**
 * Counts how often each combination of codes occurred, without the demo. Beyond `FACTS_MAX` facts,
 * whole pages are sampled (`tablesample system`), so that the cost stays the same for any amount of
 * data.
 */
export async function countStoredCodes(
  db: Queryable,
): Promise<{ rows: StoredCodes[]; sampled: boolean }> {
  const sizes = await queryRows<{ facts: string }>(
    db,
    `select greatest(reltuples, 0)::bigint as facts from pg_class where oid = 'facts'::regclass`,
  );
  const facts = Number(sizes[0]?.facts ?? 0);
  const sampled = facts > FACTS_MAX;
  const percent = Math.max(0.001, (100 * FACTS_MAX) / Math.max(facts, 1)).toFixed(3);
  const rows = await queryRows<{ carrier: string; codes: CodeMatch; count: string }>(
    db,
    `select coalesce(f.bridge, s.carrier) as carrier, f.codes, count(*) as count
     from facts f ${sampled ? `tablesample system (${percent})` : ''}
     join shipments s on s.id = f.shipment_id
     where f.source in ('carrier', 'bridge') and f.merchant_id <> $1
     group by 1, f.codes order by count(*) desc, 1 limit ${COMBINATIONS_MAX}`,
    [DEMO_TENANT.merchantId],
  );
  return { rows: rows.map((row) => ({ ...row, count: Number(row.count) })), sampled };
}
