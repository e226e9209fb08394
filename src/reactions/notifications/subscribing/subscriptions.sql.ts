import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryAny, queryRows, queryValue } from '../../../platform/database/query-rows.ts';
import type { SubscriptionChannel } from '../contract.ts';
import type { AddressOf } from '../people/preferences.sql.ts';
import type { OptOut } from './opt-out.ts';

export type SubscriptionState = 'pending' | 'active' | 'ended';

interface Subscription extends AddressOf {
  readonly id: string;
  readonly tenant: Tenant;
  readonly shipmentId: string;
  readonly channel: SubscriptionChannel;
  /** The sealed address; null: the subscription has ended, and its address was deleted. */
  readonly sealedAddress: Uint8Array | null;
  readonly milestones: readonly string[];
  readonly locale: string | null;
  readonly state: SubscriptionState;
  readonly branded: boolean;
  /**
   * The number of codes that were tried, if the subscription is confirmed by a code; null: by a
   * link.
   */
  readonly codeTries: number | null;
}

type SubscriptionRow = Omit<Subscription, 'tenant'> & Tenant;

const COLUMNS = `id, merchant_id, mode, shipment_id, channel, address as sealed_address,
  encode(address_hash, 'hex') as address_hash, milestones, locale, state, branded, code_tries`;

/** The active subscriptions of any of these shipments. */
export async function activeSubscriptions(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<Subscription[]> {
  const rows = await queryRows<SubscriptionRow>(db, {
    name: 'active_subscriptions',
    text: `select ${COLUMNS} from subscriptions
           where shipment_id = any($1::uuid[]) and state = 'active'`,
    values: [shipmentIds],
  });
  return rows.map(toSubscription);
}

export async function subscriptionById(db: Queryable, id: string): Promise<Subscription | null> {
  const rows = await queryRows<SubscriptionRow>(db, {
    name: 'subscription_by_id',
    text: `select ${COLUMNS} from subscriptions where id = $1`,
    values: [id],
  });
  return rows[0] ? toSubscription(rows[0]) : null;
}

/** The number of a shipment's subscriptions, without ended ones. */
export async function countSubscriptions(db: Queryable, shipmentId: string): Promise<number> {
  return (
    (await queryValue<number>(
      db,
      `select count(*)::int as count from subscriptions where shipment_id = $1 and state <> 'ended'`,
      [shipmentId],
    )) ?? 0
  );
}

/**
 * Stores a subscription that waits for its confirmation, and returns its id. If the address already
 * has one for the shipment that is pending or has ended, it is replaced. An active one stays
 * unchanged, because the request does not prove that the address is the requester's: then the
 * result is null.
 */
export function upsertPending(
  db: Queryable,
  wanted: Omit<Subscription, 'state'>,
  nowMs: number,
): Promise<string | null> {
  const { merchantId, mode } = wanted.tenant;
  return queryValue<string>(
    db,
    `insert into subscriptions as s (id, merchant_id, mode, shipment_id, channel, address,
       address_hash, milestones, locale, branded, code_tries, created_at)
     values ($1, $2, $3, $4, $5, $6, decode($7, 'hex'), $8, $9, $10, $11,
       to_timestamp($12 / 1000.0))
     on conflict (shipment_id, channel, address_hash) do update
       set id = excluded.id, address = excluded.address, milestones = excluded.milestones,
           locale = excluded.locale, branded = excluded.branded, code_tries = excluded.code_tries,
           state = 'pending',
           created_at = excluded.created_at, confirmed_at = null, ended_at = null
       where s.state <> 'active'
     returning id`,
    [
      wanted.id,
      merchantId,
      mode,
      wanted.shipmentId,
      wanted.channel,
      wanted.sealedAddress,
      wanted.addressHash,
      wanted.milestones,
      wanted.locale,
      wanted.branded,
      wanted.codeTries,
      nowMs,
    ],
  );
}

/**
 * Activates a subscription.
 *
 * @returns false when there is none, or it has ended.
 */
export function activate(db: Queryable, id: string, nowMs: number): Promise<boolean> {
  return queryAny(
    db,
    `update subscriptions set state = 'active',
       confirmed_at = coalesce(confirmed_at, to_timestamp($2 / 1000.0))
     where id = $1 and state in ('pending', 'active')`,
    [id, nowMs],
  );
}

/**
 * Counts a try of a code, and activates the subscription if the code is right. False: the
 * subscription accepts no more codes, or is not confirmed by one. It is one statement, so that
 * concurrent tries are counted. A right code that is sent twice does not count as another try.
 */
export function tryCode(
  db: Queryable,
  id: string,
  tried: {
    readonly isRight: boolean;
    readonly nowMs: number;
    readonly triesMax: number;
    readonly sinceMs: number;
  },
): Promise<boolean> {
  const isRepeated = `($4 and state = 'active' and code_tries is not null)`;
  return queryAny(
    db,
    `update subscriptions
     set code_tries = case when ${isRepeated} then code_tries else code_tries + 1 end,
         state = case when $4 then 'active' else state end,
         confirmed_at = case when $4 then coalesce(confirmed_at, to_timestamp($5 / 1000.0))
                        else confirmed_at end
     where id = $1 and state in ('pending', 'active') and (code_tries < $2 or ${isRepeated})
       and created_at > to_timestamp($3 / 1000.0)`,
    [id, tried.triesMax, tried.sinceMs, tried.isRight, tried.nowMs],
  );
}

/**
 * Ends a subscription and deletes its address. The row stays, and another request starts the
 * subscription anew.
 */
export async function endSubscription(db: Queryable, id: string, nowMs: number): Promise<void> {
  await db.query(
    `update subscriptions set state = 'ended', address = null,
       ended_at = coalesce(ended_at, to_timestamp($2 / 1000.0))
     where id = $1`,
    [id, nowMs],
  );
}

export async function deleteSubscriptions(db: Queryable, shipmentId: string): Promise<void> {
  await db.query('delete from subscriptions where shipment_id = $1', [shipmentId]);
}

interface SubscriptionRequest {
  readonly id: string;
  readonly channel: SubscriptionChannel;
  /** The hash of the address in its plainest spelling. */
  readonly personHash: string;
  readonly shipmentId: string;
}

/** Records that an address was asked for its confirmation, for the limits. */
export async function insertRequest(
  db: Queryable,
  { id, channel, personHash, shipmentId }: SubscriptionRequest,
  nowMs: number,
): Promise<void> {
  await db.query(
    `insert into subscription_requests (id, channel, address_hash, shipment_id, at)
     values ($1, $2, decode($3, 'hex'), $4, to_timestamp($5 / 1000.0))`,
    [id, channel, personHash, shipmentId, nowMs],
  );
}

/**
 * Counts the confirmations sent over a channel since `sinceMs`, to all recipients, up to `max`.
 * Takes no lock, which would serialize all requests; so concurrent requests may exceed the limit by
 * a few.
 */
export async function countByChannel(
  db: Queryable,
  channel: SubscriptionChannel,
  sinceMs: number,
  max: number,
): Promise<number> {
  return (
    (await queryValue<number>(
      db,
      `select count(*)::int as count from
       (select 1 from subscription_requests
        where channel = $1 and at > to_timestamp($2 / 1000.0) limit $3) as counted`,
      [channel, sinceMs, max],
    )) ?? 0
  );
}

interface RequestCounts {
  readonly ofAddress: number;
  readonly ofShipment: number;
  readonly ofBoth: number;
}

/**
 * The numbers of confirmations sent since then. It first locks the address and the shipment until
 * the transaction ends, so that concurrent requests are counted.
 */
export async function countRequests(
  db: Queryable,
  addressHash: string,
  shipmentId: string,
  sinceMs: number,
): Promise<RequestCounts> {
  await db.query('select pg_advisory_xact_lock($1, hashtext($2))', [
    ADDRESS_LOCK_CLASS,
    addressHash,
  ]);
  await db.query('select pg_advisory_xact_lock($1, hashtext($2))', [
    SHIPMENT_LOCK_CLASS,
    shipmentId,
  ]);
  const rows = await queryRows<{ address: number; shipment: number; both: number }>(
    db,
    `select count(*) filter (where address_hash = decode($1, 'hex'))::int as address,
            count(*) filter (where shipment_id = $2)::int as shipment,
            count(*) filter (where shipment_id = $2 and address_hash = decode($1, 'hex'))::int as both
     from subscription_requests
     where (address_hash = decode($1, 'hex') or shipment_id = $2) and at > to_timestamp($3 / 1000.0)`,
    [addressHash, shipmentId, sinceMs],
  );
  const [row] = rows;
  return {
    ofAddress: row?.address ?? 0,
    ofShipment: row?.shipment ?? 0,
    ofBoth: row?.both ?? 0,
  };
}

/**
 * The classes of the two locks, which are always taken in this order, so that there is no deadlock.
 */
const ADDRESS_LOCK_CLASS = 0x5742_0017;
const SHIPMENT_LOCK_CLASS = 0x5742_0018;

function toSubscription({ merchantId, mode, ...row }: SubscriptionRow): Subscription {
  return { ...row, tenant: { merchantId, mode } };
}

interface Confirmation {
  /** The id of the subscription. */
  readonly id: string;
  readonly tenant: Tenant;
  readonly shipmentId: string;
  readonly channel: SubscriptionChannel;
  readonly addressHash: string;
  readonly locale: string | null;
  readonly notificationId: string;
  readonly nowMs: number;
  /** The number of seconds after which the confirmation is no longer sent. */
  readonly forS: number;
  /**
   * Whether the address is asked with a code, for which somebody holds a ticket; otherwise with a
   * link.
   */
  readonly byCode: boolean;
}

/**
 * The subject of a confirmation with a code. It is stored with the message, because the
 * subscription may still describe an earlier request: another process may run the previous version.
 */
export const BY_CODE = 'confirm_by_code';

/** Puts a confirmation, which asks whether an address wants to be notified, into the outbox. */
export async function insertConfirmation(db: Queryable, confirmation: Confirmation): Promise<void> {
  await db.query(
    `insert into notifications (id, merchant_id, mode, shipment_id, occurred_at, milestone,
       template, channel, audience, subscription_id, address_hash, locale, subject, state,
       created_at, send_at, stale_at)
     values ($1, $2, $3, $4, to_timestamp($9 / 1000.0), 'confirm_subscription',
       'confirm_subscription', $5, 'subscribers', $6, decode($7, 'hex'), $8,
       $11, 'queued', to_timestamp($9 / 1000.0), to_timestamp($9 / 1000.0),
       to_timestamp($9 / 1000.0 + $10))`,
    [
      confirmation.notificationId,
      confirmation.tenant.merchantId,
      confirmation.tenant.mode,
      confirmation.shipmentId,
      confirmation.channel,
      confirmation.id,
      confirmation.addressHash,
      confirmation.locale,
      confirmation.nowMs,
      confirmation.forS,
      confirmation.byCode ? BY_CODE : 'confirm_subscription',
    ],
  );
}

/** Whether the address has opted out of being asked by anybody on this installation. */
export function hasOptedOut(db: Queryable, { channel, hash }: OptOut): Promise<boolean> {
  return queryAny(
    db,
    `select 1 from opted_out_addresses where channel = $1 and address_hash = decode($2, 'hex')`,
    [channel, hash],
  );
}

export async function optOut(
  db: Queryable,
  { channel, hash }: OptOut,
  nowMs: number,
): Promise<void> {
  await db.query(
    `insert into opted_out_addresses (channel, address_hash, at)
     values ($1, decode($2, 'hex'), to_timestamp($3 / 1000.0))
     on conflict (channel, address_hash) do nothing`,
    [channel, hash, nowMs],
  );
}
