import type { Mode } from '../kernel/tenant.ts';
import type { Queryable } from '../platform/database.ts';
import type { HealthState } from './account-state.ts';

/** How one account with a carrier is, of whichever merchant. */
export interface AccountStanding {
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
export async function accountStandings(db: Queryable, limit: number): Promise<AccountStanding[]> {
  const { rows } = await db.query<AccountStanding>(
    `select a.id, m.slug as merchant, a.mode, a.carrier, a.label, s.health as state,
            s.health_reason as reason, s.health_since as since
     from account_states s
     join carrier_accounts a on a.id = s.account_id and a.disabled_at is null
     join merchants m on m.id = a.merchant_id
     order by s.health in ('ok', 'idle'), s.health_since, a.id limit $1`,
    [limit],
  );
  return rows;
}

/** How many accounts are in each state. */
export async function accountsByState(db: Queryable): Promise<Readonly<Record<string, number>>> {
  const { rows } = await db.query<{ state: string; count: string }>(
    `select s.health as state, count(*) as count
     from account_states s join carrier_accounts a on a.id = s.account_id and a.disabled_at is null
     group by s.health`,
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
}
