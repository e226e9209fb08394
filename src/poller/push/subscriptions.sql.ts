import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';
import type { TargetGroup } from '../due/target.ts';
import type { SubscriptionsState } from './push-health.ts';
import type { RequestedSubscription } from './subscription.ts';

/** A subscription to request: for one number, or (null) for all of the account's parcels. */
export interface WantedSubscription {
  readonly trackingNumber: string | null;
  readonly tries: number;
}

export interface Search {
  readonly accountId: string;
  readonly group: TargetGroup;
  /** The SHA-256 of the secret that authenticates pushes. */
  readonly secretRef: Buffer;
  readonly nowMs: number;
  readonly limit: number;
}

/**
 * A subscription made with another secret would be rejected by our endpoint, so it is created
 * again.
 */
const IS_DUE = `(s.id is null or s.try_at <= to_timestamp($6 / 1000.0) or s.state = 'ended'
  or (s.state in ('active', 'pending') and s.secret_ref is distinct from $5))`;

/** Returns active numbers whose subscription is to be requested, longest waiting first. */
export async function wantedByNumber(db: Queryable, search: Search): Promise<WantedSubscription[]> {
  const { merchantId, mode, carrier } = search.group;
  return queryRows<{ trackingNumber: string; tries: number }>(db, {
    name: 'wanted_subscriptions',
    text: `
      select t.tracking_number, coalesce(s.tries, 0) as tries
      from poll_targets t
      left join push_subscriptions s
        on s.account_id = $4 and s.tracking_number = t.tracking_number
      where t.merchant_id = $1 and t.mode = $2 and t.carrier = $3 and t.ended_at is null
        and t.status not in ('delivered', 'returned_to_sender', 'cancelled') and ${IS_DUE}
      order by s.try_at nulls first, t.created_at limit $7`,
    values: [
      merchantId,
      mode,
      carrier,
      search.accountId,
      search.secretRef,
      search.nowMs,
      search.limit,
    ],
  });
}

/** Returns the subscription for the whole account, if it is to be requested. */
export async function wantedOfAccount(
  db: Queryable,
  { accountId, secretRef, nowMs }: Search,
): Promise<WantedSubscription[]> {
  const rows = await queryRows<{ tries: number }>(db, {
    name: 'wanted_account_subscription',
    text: `
      select coalesce(s.tries, 0) as tries
      from (select $1::uuid as account_id) a
      left join push_subscriptions s on s.account_id = a.account_id and s.tracking_number is null
      where ${IS_DUE.replaceAll('$6', '$3').replaceAll('$5', '$2')}`,
    values: [accountId, secretRef, nowMs],
  });
  return rows.map(({ tries }) => ({ trackingNumber: null, tries }));
}

export interface SubscriptionRow extends RequestedSubscription {
  readonly id: string;
  readonly trackingNumber: string | null;
}

/**
 * Records the results of requests; a subscription whose renewal failed continues until it expires.
 */
export async function recordSubscriptions(
  db: Queryable,
  { accountId, group, secretRef, nowMs }: Search,
  rows: readonly SubscriptionRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const at = (ms: string) => `to_timestamp(${ms} / 1000.0)`;
  await db.query({
    name: 'record_subscriptions',
    text: `
      insert into push_subscriptions as s (id, account_id, merchant_id, mode, carrier,
        tracking_number, carrier_subscription_id, state, reason, secret_ref, requested_at, try_at,
        tries, expires_at, created_at, updated_at)
      select n.id, $1, $2, $3, $4, n.number, n.carrier_id, n.state, n.reason,
        case when n.state in ('active', 'pending') then $5::bytea end, ${at('$6')},
        ${at('n.try_ms')}, n.tries, ${at('n.expires_ms')}, ${at('$6')}, ${at('$6')}
      from unnest($7::uuid[], $8::text[], $9::text[], $10::text[], $11::text[], $12::float8[],
                  $13::int[], $14::float8[])
        as n(id, number, carrier_id, state, reason, try_ms, tries, expires_ms)
      on conflict (account_id, tracking_number) do update set
        state = case when excluded.state = 'wanted' and s.state in ('active', 'pending')
                       and s.secret_ref = $5 and s.expires_at > ${at('$6')}
                     then s.state else excluded.state end,
        carrier_subscription_id =
          coalesce(excluded.carrier_subscription_id, s.carrier_subscription_id),
        secret_ref = coalesce(excluded.secret_ref, s.secret_ref),
        expires_at = coalesce(excluded.expires_at, s.expires_at),
        reason = excluded.reason, requested_at = excluded.requested_at, try_at = excluded.try_at,
        tries = excluded.tries, updated_at = excluded.updated_at`,
    values: [
      accountId,
      group.merchantId,
      group.mode,
      group.carrier,
      secretRef,
      nowMs,
      rows.map(({ id }) => id),
      rows.map(({ trackingNumber }) => trackingNumber),
      rows.map(({ carrierSubscriptionId }) => carrierSubscriptionId),
      rows.map(({ state }) => state),
      rows.map(({ reason }) => reason),
      rows.map(({ tryAtMs }) => tryAtMs),
      rows.map(({ tries }) => tries),
      rows.map(({ expiresAtMs }) => expiresAtMs),
    ],
  });
}

/** Requests refused subscriptions again at once, as if for the first time. */
export async function retrySubscriptions(
  db: Queryable,
  accountId: string,
  nowMs: number,
): Promise<void> {
  await db.query({
    name: 'retry_subscriptions',
    text: `update push_subscriptions
           set try_at = to_timestamp($2 / 1000.0), tries = 0, updated_at = to_timestamp($2 / 1000.0)
           where account_id = $1 and state in ('wanted', 'refused')`,
    values: [accountId, nowMs],
  });
}

/** Whether the account has a subscription with this id of the carrier. */
export async function hasSubscription(
  db: Queryable,
  accountId: string,
  subscriptionId: string,
): Promise<boolean> {
  const { rows } = await db.query({
    name: 'has_subscription',
    text: `select from push_subscriptions where account_id = $1 and carrier_subscription_id = $2
           limit 1`,
    values: [accountId, subscriptionId],
  });
  return rows.length > 0;
}

/**
 * Records that the handshake succeeded, so that the subscription is active, or that it was refused.
 */
export async function settleHandshake(
  db: Queryable,
  accountId: string,
  subscriptionId: string,
  refusedFor: string | null,
  nowMs: number,
): Promise<void> {
  await db.query({
    name: 'settle_handshake',
    text: `
      update push_subscriptions
      set state = case when $3::text is null then 'active' else 'refused' end, reason = $3,
          try_at = case when $3::text is not null then to_timestamp(($4::float8 + 86400000) / 1000.0)
                        when expires_at is not null
                          then greatest(to_timestamp($4 / 1000.0), expires_at - interval '1 day') end,
          updated_at = to_timestamp($4 / 1000.0)
      where account_id = $1 and carrier_subscription_id = $2 and state in ('pending', 'wanted')`,
    values: [accountId, subscriptionId, refusedFor, nowMs],
  });
}

export interface SubscriptionState extends SubscriptionsState {
  /**
   * The reason of the latest loss or refusal; null if a subscription is active, or none was
   * requested.
   */
  readonly reason: string | null;
}

/**
 * Returns the state of the account's subscriptions. Lost are those that expired without renewal,
 * and those refused for the whole account or after having been active; the refusal of a number that
 * the carrier never accepted may be due to the number.
 */
export async function subscriptionStateOf(
  db: Queryable,
  { accountId, group, nowMs }: Omit<Search, 'secretRef' | 'limit'>,
): Promise<SubscriptionState> {
  const isPast = 's.expires_at <= to_timestamp($5 / 1000.0)';
  const rows = await queryRows<SubscriptionState>(db, {
    name: 'standing_of_subscriptions',
    text: `
      select l.live, coalesce(x.lost, false) as lost, x.reason
      from (select exists (select from push_subscriptions s
              where s.account_id = $4 and s.state in ('active', 'pending')
                and (${isPast}) is not true) as live) l
      left join lateral (
        select s.reason, coalesce(s.state = 'ended' or ${isPast} or (s.state = 'refused'
            and (s.tracking_number is null or s.carrier_subscription_id is not null)), false) as lost
        from push_subscriptions s
        where not l.live and s.account_id = $4
          and (s.state = 'refused' or ${isPast} or (s.state = 'ended' and s.reason = 'expired'))
          and (s.tracking_number is null or exists (select from poll_targets t
            where t.merchant_id = $1 and t.mode = $2 and t.carrier = $3
              and t.tracking_number = s.tracking_number and t.ended_at is null
              and t.status not in ('delivered', 'returned_to_sender', 'cancelled')))
        order by 2 desc, s.updated_at desc limit 1) x on true`,
    values: [group.merchantId, group.mode, group.carrier, accountId, nowMs],
  });
  return rows[0] ?? { live: false, lost: false, reason: null };
}

/**
 * Ends expired subscriptions and those that are no longer needed; removes those that ended a month
 * ago.
 */
export async function endSubscriptions(
  db: Queryable,
  { accountId, group, nowMs }: Omit<Search, 'secretRef' | 'limit'>,
): Promise<void> {
  const { merchantId, mode, carrier } = group;
  await db.query({
    name: 'end_subscriptions',
    text: `
      update push_subscriptions s
      set state = 'ended', try_at = null, updated_at = to_timestamp($5 / 1000.0),
          reason = case when s.expires_at <= to_timestamp($5 / 1000.0) then 'expired' else 'over' end
      where s.account_id = $4 and s.state <> 'ended' and (
        (s.state in ('active', 'pending') and s.expires_at <= to_timestamp($5 / 1000.0))
        or (s.tracking_number is not null and not exists (select from poll_targets t
          where t.merchant_id = $1 and t.mode = $2 and t.carrier = $3
            and t.tracking_number = s.tracking_number and t.ended_at is null)))`,
    values: [merchantId, mode, carrier, accountId, nowMs],
  });
  await db.query({
    name: 'drop_subscriptions',
    text: `delete from push_subscriptions where account_id = $1 and state = 'ended'
             and tracking_number is not null
             and updated_at < to_timestamp(($2::float8 - 30 * 86400000.0) / 1000.0)`,
    values: [accountId, nowMs],
  });
}
