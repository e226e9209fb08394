import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import {
  queryColumn,
  queryCount,
  queryRows,
  type Row,
} from '../../../platform/database/query-rows.ts';
import type { Audience, ChannelKind, TemplateName } from '../contract.ts';

/** A message that is due: to be decided, and perhaps sent. */
export interface Outgoing {
  readonly id: string;
  readonly tenant: Tenant;
  readonly shipmentId: string;
  /** The event's position in the log; null for confirmations and messages written by hand. */
  readonly entry: { readonly shard: number; readonly position: bigint } | null;
  readonly rule: string | null;
  readonly milestone: TemplateName;
  readonly template: TemplateName;
  readonly channel: ChannelKind;
  readonly audience: Audience;
  readonly subscriptionId: string | null;
  /**
   * The hash of the address, in hex; a placeholder until a recipient's address is looked up for the
   * first decision.
   */
  readonly addressHash: string;
  readonly merchantTo: string | null;
  readonly locale: string | null;
  /** The identity of the message, which is sent once per window. */
  readonly subject: string;
  readonly occurredAtMs: number;
  readonly createdAtMs: number;
  readonly sendAtMs: number;
  /** When a message that follows no event becomes stale; null: the rule decides. */
  readonly staleAtMs: number | null;
  readonly postponed: boolean;
  readonly attempts: number;
  /** The number of attempts before the message was last resent by hand. */
  readonly attemptsBefore: number;
  /** The provider of the last attempt. */
  readonly provider: string | null;
  /** The text written by hand, sealed; null: it is rendered from its template alone. */
  readonly written: { readonly sealed: Uint8Array; readonly dataKey: Uint8Array } | null;
}

interface OutgoingRow
  extends Omit<Outgoing, 'tenant' | 'entry' | 'sendAtMs' | 'postponed' | 'written'>,
    Row<
      'notifications',
      'merchantId' | 'mode' | 'shard' | 'position' | 'sendAtMs' | 'state' | 'written' | 'dataKey'
    > {}

const COLUMNS = `n.id, n.merchant_id, n.mode, n.shipment_id, n.shard, n.position, n.rule,
  n.milestone, n.template, n.channel, n.audience, n.subscription_id,
  encode(n.address_hash, 'hex') as address_hash, n.merchant_to, n.locale, n.subject, n.occurred_at,
  n.created_at, n.send_at, n.stale_at, n.state, n.attempts, n.attempts_before, n.provider,
  n.written, n.data_key`;

/** A tenant with due messages of one channel. */
export interface DueQueue {
  readonly channel: ChannelKind;
  readonly tenant: Tenant;
}

/**
 * Finds the tenants with due messages. It steps from one tenant to the next by the index, however
 * many messages each has waiting, in the order of their ids, which is the order in which they are
 * served. The query states that order explicitly: on an unanalyzed table, the plan started at the
 * messages, and the same tenant always came first.
 */
export async function dueQueues(db: Queryable, nowMs: number): Promise<readonly DueQueue[]> {
  const rows = await queryRows<Tenant & { readonly channel: ChannelKind }>(db, {
    name: 'due_queues',
    text: `
      with recursive queue as (
        (select channel, merchant_id, mode from notifications
         where state in ('queued', 'postponed') order by channel, merchant_id, mode limit 1)
        union all
        select next.channel, next.merchant_id, next.mode from queue l cross join lateral (
          select n.channel, n.merchant_id, n.mode from notifications n
          where n.state in ('queued', 'postponed')
            and (n.channel, n.merchant_id, n.mode) > (l.channel, l.merchant_id, l.mode)
          order by n.channel, n.merchant_id, n.mode limit 1) next)
      select l.channel, l.merchant_id, l.mode from queue l
      where exists (
        select from notifications n
        where n.state in ('queued', 'postponed') and n.channel = l.channel
          and n.merchant_id = l.merchant_id and n.mode = l.mode
          and n.send_at <= to_timestamp($1 / 1000.0)
          and (n.lease_until is null or n.lease_until <= to_timestamp($1 / 1000.0)))
      order by l.channel, l.merchant_id, l.mode`,
    values: [nowMs],
  });
  return rows.map(({ channel, merchantId, mode }) => ({
    channel,
    tenant: { merchantId, mode },
  }));
}

/**
 * Claims due messages, a limited number per tenant, until the lease expires. Messages about one
 * parcel to one reader are sent in the order of the log: a later one waits while an earlier one is
 * due or in progress, so the decision on the next knows what was sent.
 */
export async function claimDue(
  db: Queryable,
  claim: {
    readonly channel: ChannelKind;
    readonly shares: readonly { readonly tenant: Tenant; readonly many: number }[];
    readonly lease: string;
    /**
     * The database session that claims the messages, whose end ends the lease; null: only time
     * does.
     */
    readonly holder: number | null;
    readonly nowMs: number;
    readonly leaseMs: number;
  },
): Promise<Outgoing[]> {
  const { channel, shares, lease, holder, nowMs, leaseMs } = claim;
  const rows = await queryRows<OutgoingRow>(db, {
    name: 'claim_notifications',
    text: `
      with due as (
        select d.id
        from unnest($5::uuid[], $6::text[], $7::int[]) as w(merchant_id, mode, many)
        cross join lateral (
          select n.id from notifications n
          where n.state in ('queued', 'postponed') and n.channel = $1
            and n.merchant_id = w.merchant_id and n.mode = w.mode
            and n.send_at <= to_timestamp($2 / 1000.0)
            and (n.lease_until is null or n.lease_until <= to_timestamp($2 / 1000.0))
            and not exists (
              select from notifications e
              where e.shipment_id = n.shipment_id and e.channel = n.channel
                and e.audience = n.audience
                and e.subscription_id is not distinct from n.subscription_id
                and e.merchant_to is not distinct from n.merchant_to
                and e.position < n.position
                and (e.state = 'sending'
                     or (e.state in ('queued', 'postponed')
                         and e.send_at <= to_timestamp($2 / 1000.0))))
          order by n.send_at, n.position limit w.many for update skip locked) d)
      update notifications n set lease = $3, lease_holder = $8,
        lease_until = to_timestamp(($2::float8 + $4) / 1000.0)
      from due where n.id = due.id returning ${COLUMNS}`,
    values: [
      channel,
      nowMs,
      lease,
      leaseMs,
      shares.map(({ tenant }) => tenant.merchantId),
      shares.map(({ tenant }) => tenant.mode),
      shares.map(({ many: count }) => count),
      holder,
    ],
  });
  return rows.map(toOutgoing);
}

/** Claims messages that a process began to send without reporting a result since. */
export async function claimBroken(
  db: Queryable,
  lease: string,
  holder: number | null,
  nowMs: number,
  leaseMs: number,
  limit: number,
): Promise<Outgoing[]> {
  const rows = await queryRows<OutgoingRow>(db, {
    name: 'claim_broken_notifications',
    text: `
      with broken as (
        select id from notifications
        where state = 'sending' and lease_until <= to_timestamp($2 / 1000.0)
        order by lease_until limit $4 for update skip locked)
      update notifications n set lease = $1, lease_holder = $5,
        lease_until = to_timestamp(($2::float8 + $3) / 1000.0)
      from broken where n.id = broken.id returning ${COLUMNS}`,
    values: [lease, nowMs, leaseMs, limit, holder],
  });
  return rows.map(toOutgoing);
}

function toOutgoing({
  merchantId,
  mode,
  shard,
  position,
  state,
  written,
  dataKey,
  ...row
}: OutgoingRow): Outgoing {
  return {
    ...row,
    tenant: { merchantId, mode },
    entry: shard === null || position === null ? null : { shard, position: BigInt(position) },
    sendAtMs: row.sendAtMs ?? row.createdAtMs,
    postponed: state === 'postponed',
    written: written && dataKey && { sealed: written, dataKey },
  };
}

/** The sessions that hold messages. They are few, and an index contains just these. */
export function leaseHolders(db: Queryable): Promise<readonly number[]> {
  return queryColumn<number>(db, {
    name: 'lease_holders',
    text: `select distinct lease_holder from notifications
           where lease_until is not null and lease_holder is not null`,
  });
}

/** Ends the leases of these holders now. A holder that is still alive finds its lease replaced. */
export function endLeasesOf(
  db: Queryable,
  holders: readonly number[],
  nowMs: number,
): Promise<number> {
  return queryCount(db, {
    name: 'end_leases_of',
    text: `update notifications set lease_until = to_timestamp($2 / 1000.0)
           where lease_until > to_timestamp($2 / 1000.0) and lease_holder = any($1::int[])`,
    values: [holders, nowMs],
  });
}
