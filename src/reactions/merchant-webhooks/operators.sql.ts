import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';
import { IS_IN_STATE, waitingOf } from './deliveries/deliveries.sql.ts';
import type { EndpointRow } from './endpoints/endpoints.sql.ts';

export interface OperatorsRow extends EndpointRow {
  /** The merchant's slug. */
  readonly merchant: string;
  readonly waiting: number;
  readonly dead: number;
  readonly isTroubled: boolean;
}

/**
 * The maximum that is counted for one endpoint in trouble: counting more would take too long for
 * its use.
 */
const COUNTED_MAX = 1_000;

/**
 * Lists endpoints of all merchants, those in trouble first: disabled by us, then failing, then with
 * dead deliveries (a failed test does not count), then the rest. For the role that sees every
 * tenant.
 */
export async function everybodysEndpoints(
  db: Queryable,
  { id, troubled, limit }: OperatorsSearch,
  { byTheMerchant, testEvent }: { readonly byTheMerchant: string; readonly testEvent: string },
): Promise<OperatorsRow[]> {
  return queryRows<OperatorsRow>(
    db,
    `select e.*, m.slug as merchant, w.many as waiting, d.many as dead,
       trouble.rank < 3 as is_troubled
     from webhook_endpoints e
     join merchants m on m.id = e.merchant_id
     cross join lateral (select count(*)::int as many from (
       select from ${waitingOf('e.id')} limit ${COUNTED_MAX}) as found) as w
     cross join lateral (select count(*)::int as many from (
       select from webhook_deliveries
       where endpoint_id = e.id and ${IS_IN_STATE.dead} and type <> $5
       limit ${COUNTED_MAX}) as found) as d
     cross join lateral (select case
       when e.state = 'disabled' and e.disabled_reason is distinct from $4 then 0
       when e.state = 'active' and e.failing_since is not null then 1
       when d.many > 0 then 2
       else 3 end as rank) as trouble
     where e.removed_at is null and ($1::uuid is null or e.id = $1)
       and (not $2 or trouble.rank < 3)
     order by trouble.rank, e.id desc limit $3`,
    [id, troubled, limit, byTheMerchant, testEvent],
  );
}

export interface EndpointFigures {
  readonly total: number;
  /** The number of endpoints that we disabled, not their merchants. */
  readonly disabled: number;
  readonly failing: number;
}

export async function endpointFigures(
  db: Queryable,
  byTheMerchant: string,
): Promise<EndpointFigures> {
  const rows = await queryRows<EndpointFigures>(
    db,
    `select count(*)::int as total,
       count(*) filter (where state = 'disabled' and disabled_reason is distinct from $1)::int
         as disabled,
       count(*) filter (where state = 'active' and failing_since is not null)::int as failing
     from webhook_endpoints where removed_at is null`,
    [byTheMerchant],
  );
  return rows[0] ?? { total: 0, disabled: 0, failing: 0 };
}

interface OperatorsSearch {
  /** The id of the endpoint; null: any. */
  readonly id: string | null;
  /** Whether to list only endpoints that need attention. */
  readonly troubled: boolean;
  readonly limit: number;
}
