import type { Queryable } from '../../platform/database/database.ts';
import { queryRow, queryRows } from '../../platform/database/query-rows.ts';
import type { Rows } from '../../platform/database/rows.gen.ts';
import { readSilence, type Silence } from '../bridges/silence.ts';
import type { Savings } from '../budget/savings.ts';
import type { TargetGroup } from '../due/target.ts';
import { readRefusals } from '../run/trouble.ts';
import { type BreakerState, readBreaker } from './breaker.ts';
import type {
  AccountState,
  HealthState,
  PauseState,
  Refusals,
  SpendPlan,
  Trouble,
} from './state.ts';

type StateRow = Omit<
  Rows['account_states'],
  'healthSequence' | 'push' | 'pushSinceMs' | 'pushMissed' | 'pushConfirmed' | 'pushReason'
> & { readonly health: HealthState; readonly pauseState: PauseState | null };

const COLUMNS = `account_id, merchant_id, mode, carrier, health, health_reason, health_since, breaker,
  refusals, pause_state, pause_reason, pauses_in_a_row, paused_until, last_ok_at, next_slot_at,
  saved_planned, saved_owed, saved_at, wake_at, planned_at, price, ceiling_s, stretched, hour_shares,
  active_targets, bridge_update_at, silence`;

/** Creates the account's row if there is none yet. */
export async function ensureState(
  db: Queryable,
  account: TargetGroup & { readonly id: string },
  nowMs: number,
): Promise<void> {
  await db.query({
    name: 'ensure_account_state',
    text: `insert into account_states (account_id, merchant_id, mode, carrier, health_since)
           values ($1, $2, $3, $4, to_timestamp($5 / 1000.0)) on conflict do nothing`,
    values: [account.id, account.merchantId, account.mode, account.carrier, nowMs],
  });
}

/** Reads an account's state; null if there is none. Uses row-level security with the app's role. */
export async function readState(db: Queryable, accountId: string): Promise<AccountState | null> {
  const row = await queryRow<StateRow>(db, {
    name: 'read_account_state',
    text: `select ${COLUMNS} from account_states where account_id = $1`,
    values: [accountId],
  });
  return row && toState(row);
}

/** Reads an account's state and locks its row, so that processes change it one after another. */
export async function lockState(tx: Queryable, accountId: string): Promise<AccountState | null> {
  const row = await queryRow<StateRow>(tx, {
    name: 'lock_account_state',
    text: `select ${COLUMNS} from account_states where account_id = $1 for update`,
    values: [accountId],
  });
  return row && toState(row);
}

export async function saveSavings(
  tx: Queryable,
  accountId: string,
  savings: Savings,
  nextSlotAtMs: number | null,
): Promise<void> {
  await tx.query({
    name: 'save_savings',
    text: `update account_states set saved_planned = $2, saved_owed = $3,
             saved_at = to_timestamp($4 / 1000.0), next_slot_at = to_timestamp($5 / 1000.0)
           where account_id = $1`,
    values: [accountId, savings.planned, savings.owed, savings.asOfMs, nextSlotAtMs],
  });
}

export async function saveWake(
  db: Queryable,
  accountId: string,
  wakeAtMs: number | null,
): Promise<void> {
  await db.query({
    name: 'save_wake',
    text: 'update account_states set wake_at = to_timestamp($2 / 1000.0) where account_id = $1',
    values: [accountId, wakeAtMs],
  });
}

/** Stores why an account is paused and until when; null ends the pause. */
export async function saveTrouble(
  tx: Queryable,
  accountId: string,
  trouble: Trouble | null,
  lastOkAtMs: number | null,
): Promise<void> {
  await tx.query({
    name: 'save_trouble',
    text: `update account_states set pause_state = $2, pause_reason = $3, pauses_in_a_row = $4,
             paused_until = to_timestamp($5 / 1000.0),
             last_ok_at = coalesce(to_timestamp($6 / 1000.0), last_ok_at)
           where account_id = $1`,
    values: [
      accountId,
      trouble?.state ?? null,
      trouble?.reason ?? null,
      trouble?.times ?? 0,
      trouble?.untilMs ?? null,
      lastOkAtMs,
    ],
  });
}

/** Stores how an account is to spend its calls. */
export async function savePlan(db: Queryable, accountId: string, plan: SpendPlan): Promise<void> {
  await db.query({
    name: 'save_plan',
    text: `update account_states set planned_at = to_timestamp($2 / 1000.0), price = $3,
             ceiling_s = $4, stretched = $5, hour_shares = $6, active_targets = $7
           where account_id = $1`,
    values: [
      accountId,
      plan.plannedAtMs,
      plan.price,
      Math.ceil(plan.ceilingS),
      plan.stretched,
      plan.hourShares,
      plan.activeTargets,
    ],
  });
}

/** Stores the account's health. The caller holds the row's lock. */
export async function saveHealth(
  tx: Queryable,
  accountId: string,
  health: {
    readonly state: HealthState;
    readonly reason: string;
    readonly sinceMs: number;
  },
): Promise<void> {
  await tx.query({
    name: 'save_health',
    text: `update account_states set health = $2, health_reason = $3,
             health_since = to_timestamp($4 / 1000.0)
           where account_id = $1`,
    values: [accountId, health.state, health.reason, health.sinceMs],
  });
}

/** Stores when a bridge brought an update, for all of a tenant's accounts with it. */
export async function saveBridgeUpdate(
  db: Queryable,
  { merchantId, mode, carrier }: TargetGroup,
  atMs: number,
): Promise<void> {
  await db.query({
    name: 'save_bridge_update',
    text: `update account_states
           set bridge_update_at = greatest(bridge_update_at, to_timestamp($4 / 1000.0))
           where merchant_id = $1 and mode = $2 and carrier = $3`,
    values: [merchantId, mode, carrier, atMs],
  });
}

/** Stores a bridge's silence. The caller holds the row's lock. */
export async function saveSilence(
  tx: Queryable,
  accountId: string,
  silence: Silence,
): Promise<void> {
  await tx.query({
    name: 'save_silence',
    text: 'update account_states set silence = $2 where account_id = $1',
    values: [accountId, JSON.stringify(silence)],
  });
}

/** Takes the number of the next event about the account. The row stays locked. */
export async function nextEventSequence(tx: Queryable, accountId: string): Promise<number> {
  const rows = await queryRows<{ sequence: number }>(tx, {
    name: 'next_account_event',
    text: `update account_states set health_sequence = health_sequence + 1 where account_id = $1
           returning health_sequence as sequence`,
    values: [accountId],
  });
  const [row] = rows;
  if (row === undefined) throw new Error('the account has no state');
  return row.sequence;
}

export async function saveBreaker(
  tx: Queryable,
  accountId: string,
  breaker: BreakerState,
): Promise<void> {
  await tx.query({
    name: 'save_breaker',
    text: 'update account_states set breaker = $2 where account_id = $1',
    values: [accountId, JSON.stringify(breaker)],
  });
}

export async function saveRefusals(
  tx: Queryable,
  accountId: string,
  refusals: Refusals | null,
): Promise<void> {
  await tx.query({
    name: 'save_refusals',
    text: 'update account_states set refusals = $2 where account_id = $1',
    values: [accountId, refusals === null ? null : JSON.stringify(refusals)],
  });
}

export interface AccountPush {
  readonly state: 'healthy' | 'silent' | 'suspended' | 'none';
  readonly sinceMs: number | null;
  /** The number of live subscriptions. */
  readonly subscriptions: number;
  /** Why requested pushes do not arrive, or none are requested; null if there is no problem. */
  readonly reason: string | null;
}

/** Reads the state of an account's pushes. Uses row-level security with the app's role. */
export async function pushOfAccount(db: Queryable, accountId: string): Promise<AccountPush> {
  const row = await queryRow<AccountPush>(db, {
    name: 'push_of_account',
    text: `select push as state, push_since as since, push_reason as reason,
             (select count(*)::int from push_subscriptions p
              where p.account_id = $1 and p.state = 'active') as subscriptions
           from account_states where account_id = $1`,
    values: [accountId],
  });
  return row ?? { state: 'none', sinceMs: null, subscriptions: 0, reason: null };
}

/** Converts a row; pause and plan are null if the row has none. */
function toState({
  breaker,
  refusals,
  pauseState,
  pauseReason,
  pausesInARow,
  pausedUntilMs,
  savedPlanned,
  savedOwed,
  savedAtMs,
  plannedAtMs,
  price,
  ceilingS,
  stretched,
  hourShares,
  activeTargets,
  silence,
  ...account
}: StateRow): AccountState {
  const isPlanned = plannedAtMs !== null && price !== null && ceilingS !== null;
  return {
    ...account,
    breaker: readBreaker(breaker),
    refusals: readRefusals(refusals),
    silence: readSilence(silence),
    trouble:
      pauseState === null || pausedUntilMs === null
        ? null
        : {
            state: pauseState,
            reason: pauseReason ?? '',
            times: pausesInARow,
            untilMs: pausedUntilMs,
          },
    savings: { planned: savedPlanned, owed: savedOwed, asOfMs: savedAtMs },
    plan: isPlanned
      ? { plannedAtMs, price, ceilingS, stretched, hourShares: hourShares ?? [], activeTargets }
      : null,
  };
}

/**
 * After a restore, raises each account's event sequence to at least `floor`, so that no number used
 * by the lost hub is issued again. The lost hub may have published the first event of an account
 * that has no event or no state in the backup, so these are raised too.
 */
export async function fenceAccountEvents(db: Queryable, floor: number): Promise<void> {
  await db.query(
    `insert into account_states as s
       (account_id, merchant_id, mode, carrier, health_since, health_sequence)
     select id, merchant_id, mode, carrier, created_at, $1 from carrier_accounts
     on conflict (account_id) do update
       set health_sequence = greatest(s.health_sequence, excluded.health_sequence)`,
    [floor],
  );
}
