import type { Queryable } from '../../platform/database/database.ts';
import { queryRow } from '../../platform/database/query-rows.ts';
import type { PollTarget, TargetGroup } from '../due/target.ts';
import type { PushHealth } from './push-health.ts';

/**
 * Reads the push health and locks its row until the transaction ends; null before the first run.
 */
export async function lockPushHealth(tx: Queryable, accountId: string): Promise<PushHealth | null> {
  return queryRow<PushHealth>(tx, {
    name: 'lock_push_health',
    text: `select push as state, coalesce(push_since, to_timestamp(0)) as since, push_missed as missed,
                  push_confirmed as confirmed
           from account_states where account_id = $1 for update`,
    values: [accountId],
  });
}

export async function savePushHealth(
  tx: Queryable,
  accountId: string,
  { state, sinceMs, missed, confirmed }: PushHealth,
): Promise<void> {
  await tx.query({
    name: 'save_push_health',
    text: `update account_states set push = $2, push_since = to_timestamp(nullif($3::float8, 0) / 1000.0),
             push_missed = $4, push_confirmed = $5 where account_id = $1`,
    values: [accountId, state, sinceMs, missed, confirmed],
  });
}

/**
 * Stores why an account has no pushes.
 *
 * @param reason null: pushes are requested and granted, or the carrier has no such call.
 */
export async function savePushReason(
  db: Queryable,
  accountId: string,
  reason: string | null,
): Promise<void> {
  await db.query({
    name: 'save_push_reason',
    text: `update account_states set push_reason = $2
           where account_id = $1 and push_reason is distinct from $2`,
    values: [accountId, reason],
  });
}

export interface PushCover {
  readonly accountId: string;
  readonly group: TargetGroup;
  readonly state: PollTarget['push'];
  /**
   * Whether only numbers with a live subscription of their own are pushed; otherwise the whole
   * group is.
   */
  readonly byNumber: boolean;
  readonly nowMs: number;
  /** Parcels that push no longer covers are polled within this time. */
  readonly takeOverMs: number;
}

/**
 * The number of targets updated per statement: their rows stay locked for a fraction of a second.
 */
const AT_ONCE = 5_000;
/** Enough for more targets than any account has active. If not, the next pass updates the rest. */
const ROUNDS_MAX = 200;

/**
 * Records for all the account's targets whether push brings their updates, some at a time; returns
 * how many there were. Locked rows are left for the next time. Targets that push no longer covers
 * become due spread over `takeOverMs`, so that the end of pushes for thousands does not cause
 * thousands of calls at once.
 */
export async function coverTargets(
  db: Queryable,
  cover: PushCover,
  atOnce: number = AT_ONCE,
): Promise<number> {
  let covered = 0;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const changed = await coverSome(db, cover, atOnce);
    covered += changed;
    if (changed < atOnce) break;
  }
  return covered;
}

/**
 * Updates up to `limit` targets to whether pushes cover them. Those that lose their cover become
 * due, spread over `takeOverMs`. Returns how many changed.
 */
async function coverSome(db: Queryable, cover: PushCover, limit: number): Promise<number> {
  const { merchantId, mode, carrier } = cover.group;
  const { rowCount } = await db.query({
    name: `cover_targets_${cover.byNumber ? 'by_number' : 'of_account'}`,
    text: `
      with wanted as (
        select t.merchant_id, t.mode, t.carrier, t.tracking_number, ${
          cover.byNumber
            ? `case when exists (select from push_subscriptions s
                   where s.account_id = $5 and s.tracking_number = t.tracking_number
                     and s.state = 'active') then $4::text else 'none' end`
            : '$4::text'
        } as push
        from poll_targets t
        where t.merchant_id = $1 and t.mode = $2 and t.carrier = $3 and t.ended_at is null
          ${cover.byNumber ? '' : 'and $5::uuid is not null'}),
      changed as (
        select w.push, t.merchant_id, t.mode, t.carrier, t.tracking_number
        from wanted w join poll_targets t
          using (merchant_id, mode, carrier, tracking_number)
        where t.push <> w.push
        order by t.merchant_id, t.mode, t.carrier, t.tracking_number
        limit $8 for update of t skip locked)
      update poll_targets t
      set push = c.push,
          due_at = case when t.push = 'healthy' then
            greatest(coalesce(t.lease_until, '-infinity'),
                     least(t.due_at, to_timestamp(($6::float8 + random() * $7) / 1000.0)))
            else t.due_at end,
          why = case when t.push = 'healthy'
            then 'Webhooks no longer bring its updates; it is polled instead.' else t.why end
      from changed c
      where t.merchant_id = c.merchant_id and t.mode = c.mode and t.carrier = c.carrier
        and t.tracking_number = c.tracking_number`,
    values: [
      merchantId,
      mode,
      carrier,
      cover.state,
      cover.accountId,
      cover.nowMs,
      cover.takeOverMs,
      limit,
    ],
  });
  return rowCount ?? 0;
}
