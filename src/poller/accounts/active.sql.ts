import type { Queryable } from '../../platform/database/database.ts';
import { queryRows, type Row } from '../../platform/database/query-rows.ts';
import type { HealthState } from './state.ts';

/** The state of one merchant's account with a carrier, for operators. */
export interface AccountState extends Row<'carrier_accounts', 'id' | 'mode' | 'carrier' | 'label'> {
  readonly merchant: string;
  readonly state: HealthState;
  readonly reason: string;
  readonly sinceMs: number;
  /** Why its credentials are not verified, as stored; null: they are, or it has none. */
  readonly unverified: string | null;
  readonly checkedAtMs: number;
  /** Whether the carrier has answered calls since. */
  readonly answeredSince: boolean;
}

/**
 * Returns the accounts in use of all merchants, or those with one carrier: those in trouble first,
 * the longest in trouble first.
 */
export async function accountStates(
  db: Queryable,
  limit: number,
  carrier: string | null = null,
): Promise<AccountState[]> {
  return queryRows<AccountState>(
    db,
    `select a.id, m.slug as merchant, a.mode, a.carrier, a.label,
            coalesce(s.health, 'idle') as state,
            coalesce(s.health_reason, 'nothing was asked yet') as reason,
            coalesce(s.health_since, a.created_at) as since,
            case when a.verification <> 'verified' and a.credentials is not null
              then a.verification_reason end as unverified,
            a.verification_at as checked_at,
            coalesce(s.last_ok_at > a.verification_at, false) as answered_since
     from carrier_accounts a
     join merchants m on m.id = a.merchant_id
     left join account_states s on s.account_id = a.id
     where a.disabled_at is null and ($2::text is null or a.carrier = $2)
     order by coalesce(s.health, 'idle') in ('ok', 'idle'), coalesce(s.health_since, a.created_at),
              a.id limit $1`,
    [limit, carrier],
  );
}

/**
 * Returns the states of these accounts; one that has made no call yet has none. Uses row-level
 * security with the app's role.
 */
export async function pollStates(
  db: Queryable,
  accountIds: readonly string[],
): Promise<({ readonly accountId: string } & Pick<AccountState, 'state' | 'sinceMs'>)[]> {
  return queryRows(
    db,
    `select account_id, health as state, health_since as since from account_states
     where account_id = any($1)`,
    [accountIds],
  );
}

/** A carrier's accounts in one state. */
export interface AccountCount {
  readonly carrier: string;
  readonly state: HealthState;
  readonly count: number;
}

/**
 * Returns the number of accounts of each carrier in each state; an account that has made no call
 * yet is idle.
 */
export async function countAccounts(db: Queryable): Promise<readonly AccountCount[]> {
  return queryRows<AccountCount>(
    db,
    `select a.carrier, coalesce(s.health, 'idle') as state, count(*)::int as count
     from carrier_accounts a left join account_states s on s.account_id = a.id
     where a.disabled_at is null group by 1, 2`,
  );
}
