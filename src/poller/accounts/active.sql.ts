import type { Mode } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { HealthState } from './state.ts';

/** How one account with a carrier is, of whichever merchant. */
export interface AccountState {
  readonly id: string;
  readonly merchant: string;
  readonly mode: Mode;
  readonly carrier: string;
  readonly label: string;
  readonly state: HealthState;
  readonly reason: string;
  readonly since: Date;
}

/** All merchants' accounts that are in use, those in trouble first, and of these the longest. */
export async function accountStates(db: Queryable, limit: number): Promise<AccountState[]> {
  const { rows } = await db.query<AccountState>(
    `select a.id, m.slug as merchant, a.mode, a.carrier, a.label,
            coalesce(s.health, 'idle') as state,
            coalesce(s.health_reason, 'nothing was asked yet') as reason,
            coalesce(s.health_since, a.created_at) as since
     from carrier_accounts a
     join merchants m on m.id = a.merchant_id
     left join account_states s on s.account_id = a.id
     where a.disabled_at is null
     order by coalesce(s.health, 'idle') in ('ok', 'idle'), coalesce(s.health_since, a.created_at),
              a.id limit $1`,
    [limit],
  );
  return rows;
}

/** How many accounts are in each state; an account that has made no call yet is idle. */
export async function accountsByState(db: Queryable): Promise<Readonly<Record<string, number>>> {
  const { rows } = await db.query<{ state: string; count: string }>(
    `select coalesce(s.health, 'idle') as state, count(*) as count
     from carrier_accounts a left join account_states s on s.account_id = a.id
     where a.disabled_at is null group by 1`,
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
}
