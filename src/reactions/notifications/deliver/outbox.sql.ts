import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import type {
  Audience,
  ChannelKind,
  NotificationState,
  NotSentReason,
  TemplateName,
} from '../contract.ts';
import { DAYS_TOLD, type DayMessage } from '../policy/day-notified.ts';

/** A decision that is to be carried out. */
export interface Outgoing {
  readonly id: string;
  readonly tenant: Tenant;
  readonly shipmentId: string;
  /** Where the log's entry stands; null for a confirmation. */
  readonly entry: { readonly shard: number; readonly position: bigint } | null;
  readonly rule: string | null;
  readonly milestone: TemplateName;
  readonly template: TemplateName;
  readonly channel: ChannelKind;
  readonly audience: Audience;
  readonly subscriptionId: string | null;
  /** Hex. */
  readonly addressHash: string;
  readonly merchantTo: string | null;
  readonly locale: string | null;
  /** What may be told once only. */
  readonly subject: string;
  readonly createdAtMs: number;
  readonly sendAtMs: number;
  readonly staleAtMs: number;
  readonly postponed: boolean;
  readonly attempts: number;
  /** Of these, those before somebody last had it sent again. */
  readonly attemptsBefore: number;
  /** Of the last attempt. */
  readonly provider: string | null;
}

interface OutgoingRow {
  id: string;
  merchant_id: string;
  mode: Tenant['mode'];
  shipment_id: string;
  shard: number | null;
  position: string | null;
  rule: string | null;
  milestone: TemplateName;
  template: TemplateName;
  channel: ChannelKind;
  audience: Audience;
  subscription_id: string | null;
  address_hash: string;
  merchant_to: string | null;
  locale: string | null;
  subject: string;
  created_at: Date;
  send_at: Date | null;
  stale_at: Date;
  state: NotificationState;
  attempts: number;
  attempts_before: number;
  provider: string | null;
}

const COLUMNS = `n.id, n.merchant_id, n.mode, n.shipment_id, n.shard, n.position, n.rule,
  n.milestone, n.template, n.channel, n.audience, n.subscription_id,
  encode(n.address_hash, 'hex') as address_hash, n.merchant_to, n.locale, n.subject, n.created_at,
  n.send_at, n.stale_at, n.state, n.attempts, n.attempts_before, n.provider`;

/** A tenant of whom something of a kind is due. */
export interface DueLane {
  readonly channel: ChannelKind;
  readonly tenant: Tenant;
}

/**
 * From one tenant to the next by the index, however many messages each has waiting; in the order of
 * their ids, by which they have their turns. That is asked for: while little is known of the table, the
 * plan begins at the messages, and the same tenant came first whosever turn it was.
 */
export async function dueLanes(db: Queryable, nowMs: number): Promise<readonly DueLane[]> {
  const { rows } = await db.query<{
    channel: ChannelKind;
    merchant_id: string;
    mode: Tenant['mode'];
  }>({
    name: 'due_lanes',
    text: `
      with recursive lane as (
        (select channel, merchant_id, mode from notifications
         where state in ('queued', 'postponed') order by channel, merchant_id, mode limit 1)
        union all
        select next.channel, next.merchant_id, next.mode from lane l cross join lateral (
          select n.channel, n.merchant_id, n.mode from notifications n
          where n.state in ('queued', 'postponed')
            and (n.channel, n.merchant_id, n.mode) > (l.channel, l.merchant_id, l.mode)
          order by n.channel, n.merchant_id, n.mode limit 1) next)
      select l.channel, l.merchant_id, l.mode from lane l
      where exists (
        select from notifications n
        where n.state in ('queued', 'postponed') and n.channel = l.channel
          and n.merchant_id = l.merchant_id and n.mode = l.mode
          and n.send_at <= to_timestamp($1 / 1000.0)
          and (n.lease_until is null or n.lease_until <= to_timestamp($1 / 1000.0)))
      order by l.channel, l.merchant_id, l.mode`,
    values: [nowMs],
  });
  return rows.map(({ channel, merchant_id: merchantId, mode }) => ({
    channel,
    tenant: { merchantId, mode },
  }));
}

/**
 * Takes what is due in hand, of each tenant so many, for others until the lease ends. What is told to
 * one address of one parcel goes out in the order of the log: the later waits while the earlier is due
 * or under way.
 */
export async function claimDue(
  db: Queryable,
  claim: {
    readonly channel: ChannelKind;
    readonly shares: readonly { readonly tenant: Tenant; readonly many: number }[];
    readonly lease: string;
    /** The session that takes them, whose end ends the lease; null: only time does. */
    readonly holder: number | null;
    readonly nowMs: number;
    readonly leaseMs: number;
  },
): Promise<Outgoing[]> {
  const { channel, shares, lease, holder, nowMs, leaseMs } = claim;
  const { rows } = await db.query<OutgoingRow>({
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
                and e.address_hash = n.address_hash and e.position < n.position
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
      shares.map(({ many }) => many),
      holder,
    ],
  });
  return rows.map(toOutgoing);
}

/** Somebody took these in hand and began to send, and was not heard of again. */
export async function claimBroken(
  db: Queryable,
  lease: string,
  holder: number | null,
  nowMs: number,
  leaseMs: number,
  limit: number,
): Promise<Outgoing[]> {
  const { rows } = await db.query<OutgoingRow>({
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

/**
 * The attempt, before it is made: from here on it may have been sent. @returns false when another
 * has taken it in hand since; then it must not be sent.
 */
export async function beginAttempt(
  db: Queryable,
  id: string,
  lease: string,
  { provider, account }: { readonly provider: string; readonly account: string },
  nowMs: number,
  leaseMs: number,
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'begin_attempt',
    text: `
      with begun as (
        update notifications set state = 'sending', attempts = attempts + 1, provider = $3,
          lease_until = to_timestamp(($4::float8 + $5) / 1000.0)
        where id = $1 and lease = $2 and state in ('queued', 'postponed')
        returning id, attempts, merchant_id, mode)
      insert into notification_attempts
        (notification_id, nr, merchant_id, mode, provider, account, started_at)
      select id, attempts, merchant_id, mode, $3, $6, to_timestamp($4 / 1000.0) from begun`,
    values: [id, lease, provider, nowMs, leaseMs, account],
  });
  return (rowCount ?? 0) > 0;
}

/** An attempt that was made before. */
export interface AttemptMade {
  readonly nr: number;
  /** Through which it went; before accounts were written down, the provider. */
  readonly account: string;
  /** Null: nobody wrote down how it ended. */
  readonly outcome: AttemptOutcome | null;
}

/** The latest first. */
export async function attemptsMade(db: Queryable, id: string): Promise<readonly AttemptMade[]> {
  const { rows } = await db.query<AttemptMade>({
    name: 'attempts_made',
    text: `select nr, coalesce(account, provider) as account, outcome from notification_attempts
           where notification_id = $1 order by nr desc`,
    values: [id],
  });
  return rows;
}

export type AttemptOutcome = 'accepted' | 'retry' | 'refused' | 'unknown';

export async function endAttempt(
  db: Queryable,
  id: string,
  nr: number,
  outcome: AttemptOutcome,
  reason: string | null,
  nowMs: number,
): Promise<void> {
  await db.query({
    name: 'end_attempt',
    text: `update notification_attempts set ended_at = to_timestamp($5 / 1000.0), outcome = $3,
             reason = $4
           where notification_id = $1 and nr = $2 and outcome is null`,
    values: [id, nr, outcome, reason, nowMs],
  });
}

/** What becomes of it after an attempt. */
export interface Settled {
  readonly state: NotificationState;
  readonly reason: string | null;
  readonly providerId: string | null;
  /** Null: it has ended. */
  readonly sendAtMs: number | null;
}

/**
 * @returns false when somebody else has decided meanwhile what became of it: another process, or the
 *   provider, whose word of it may come before its answer.
 */
export async function settle(
  db: Queryable,
  id: string,
  lease: string,
  { state, reason, providerId, sendAtMs }: Settled,
  nowMs: number,
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'settle_notification',
    text: `update notifications set state = $3, reason = $4,
             provider_id = coalesce($5, provider_id),
             send_at = to_timestamp($6::float8 / 1000.0),
             sent_at = case when $3 = 'sent' then to_timestamp($7 / 1000.0) else sent_at end,
             ended_at = case when $6::float8 is null then to_timestamp($7 / 1000.0) end,
             lease = null, lease_until = null
           where id = $1 and lease = $2 and state = 'sending'`,
    values: [id, lease, state, reason, providerId, sendAtMs, nowMs],
  });
  return (rowCount ?? 0) > 0;
}

/**
 * It is not told, so that the same may be told by later news: its window is given back, to what it was
 * taken from where that stands.
 */
export async function settleNotSent(
  db: Queryable,
  id: string,
  lease: string,
  reason: NotSentReason,
  stands: Pick<ToldLast, 'id' | 'position'> | null,
  nowMs: number,
): Promise<void> {
  await db.query({
    name: 'settle_not_sent',
    text: `
      with ended as (
        update notifications set state = 'not_sent', reason = $3, send_at = null, lease = null,
          lease_until = null, ended_at = to_timestamp($4 / 1000.0)
        where id = $1 and lease = $2 and state in ('queued', 'postponed')
          and not exists (select from notification_attempts a where a.notification_id = $1
                            and (a.outcome is null or a.outcome in ('accepted', 'unknown')))
        returning id),
      given as (
        update notification_windows w set notification_id = $5::uuid, position = $6::bigint
        from ended where w.notification_id = ended.id and $5::uuid is not null)
      delete from notification_windows w using ended
      where w.notification_id = ended.id and $5::uuid is null`,
    values: [id, lease, reason, nowMs, stands?.id ?? null, stands?.position.toString() ?? null],
  });
  // After such a try it may have arrived: the window stays.
  await db.query({
    name: 'settle_not_sent_again',
    text: `update notifications set state = 'not_sent', reason = $3, send_at = null, lease = null,
             lease_until = null, ended_at = to_timestamp($4 / 1000.0)
           where id = $1 and lease = $2 and state in ('queued', 'postponed')`,
    values: [id, lease, reason, nowMs],
  });
}

/** It may have been sent, and cannot be repeated so that the second were known for the first. */
export async function settleUnknown(
  db: Queryable,
  id: string,
  lease: string,
  reason: string,
  nowMs: number,
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'settle_unknown',
    text: `update notifications set state = 'unknown', reason = $3, send_at = null, lease = null,
             lease_until = null, ended_at = to_timestamp($4 / 1000.0)
           where id = $1 and lease = $2 and state in ('queued', 'postponed')`,
    values: [id, lease, reason, nowMs],
  });
  return (rowCount ?? 0) > 0;
}

export async function postpone(
  db: Queryable,
  id: string,
  lease: string,
  sendAtMs: number,
  reason: string | null,
): Promise<void> {
  await db.query({
    name: 'postpone_notification',
    text: `update notifications set state = case when $4 = 'quiet_hours' then 'postponed' else state end,
             reason = $4, send_at = to_timestamp($3 / 1000.0), lease = null, lease_until = null
           where id = $1 and lease = $2 and state in ('queued', 'postponed')`,
    values: [id, lease, sendAtMs, reason],
  });
}

/**
 * The recipient's address was changed since: the message goes to the new one, unless that was told
 * already. @returns false when it was.
 */
export async function readdress(
  db: Queryable,
  id: string,
  lease: string,
  addressHash: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `with moved as (
       update notification_windows w set address_hash = decode($3, 'hex')
       where w.notification_id = $1
         and not exists (select from notification_windows o
                         where o.shipment_id = w.shipment_id and o.subject = w.subject
                           and o.channel = w.channel and o.address_hash = decode($3, 'hex'))
       returning w.notification_id)
     update notifications n set address_hash = decode($3, 'hex') from moved
     where n.id = $1 and n.lease = $2`,
    [id, lease, addressHash],
  );
  return (rowCount ?? 0) > 0;
}

/** What an address was told, or may have been. */
export interface ToldLast {
  readonly id: string;
  readonly subject: string;
  /** Of the news by which it was. */
  readonly position: bigint;
}

/**
 * By the latest news of any of these subjects, but for the message itself. What was begun and of
 * which nobody knows how it ended may have arrived.
 */
export async function toldLast(
  db: Queryable,
  { id, shipmentId, channel }: Pick<Outgoing, 'id' | 'shipmentId' | 'channel'>,
  addressHash: string,
  subjects: readonly string[],
): Promise<ToldLast | null> {
  const { rows } = await db.query<{ id: string; subject: string; position: string }>({
    name: 'told_last',
    text: `select n.id, n.subject, n.position from notifications n
           where n.shipment_id = $1 and n.channel = $2 and n.address_hash = decode($3, 'hex')
             and n.subject = any($4::text[]) and n.id <> $5 and n.position is not null
             and (n.state in ('sending', 'sent', 'delivered', 'complained', 'unknown')
                  or exists (select from notification_attempts a where a.notification_id = n.id
                               and (a.outcome is null or a.outcome = 'unknown')))
           order by n.position desc limit 1`,
    values: [shipmentId, channel, addressHash, subjects, id],
  });
  return rows[0] ? { ...rows[0], position: BigInt(rows[0].position) } : null;
}

/** Newest first; a date that trembles for days has more, and the newest tell. */
const DAYS_LOOKED_AT = 50;

/** The other messages of its parcel to an address that tell of a day: sent, or about to be. */
export async function daysTold(
  db: Queryable,
  { id, shipmentId, channel }: Pick<Outgoing, 'id' | 'shipmentId' | 'channel'>,
  addressHash: string,
): Promise<DayMessage[]> {
  const { rows } = await db.query<Omit<DayMessage, 'position'> & { position: string }>({
    name: 'days_told',
    text: `select l.type = 'shipment.edd_changed' as "ofMove", n.position,
                  n.state in ('queued', 'postponed') as waits,
                  left(l.data->'estimated_delivery'->>'date', 10) as day
           from notifications n
           join event_log l on l.shard = n.shard and l.position = n.position
           where n.shipment_id = $1 and n.channel = $2 and n.address_hash = decode($3, 'hex')
             and n.milestone = any($4::text[]) and n.id <> $5 and n.position is not null
             and n.state in ('queued', 'postponed', 'sending', 'sent', 'delivered', 'complained',
                             'unknown')
           order by n.position desc limit $6`,
    values: [shipmentId, channel, addressHash, DAYS_TOLD, id, DAYS_LOOKED_AT],
  });
  return rows.map((row) => ({ ...row, position: BigInt(row.position) }));
}

/**
 * An address was told something that takes back what it was told before: the same is news again when
 * it happens again. What has been decided since is not taken back.
 */
export async function untell(
  db: Queryable,
  { shipmentId, channel, addressHash, entry }: Outgoing,
  subject: string,
): Promise<void> {
  await db.query({
    name: 'untell',
    text: `delete from notification_windows where shipment_id = $1 and subject = $2 and channel = $3
             and address_hash = decode($4, 'hex') and position < $5`,
    values: [shipmentId, subject, channel, addressHash, entry?.position.toString() ?? '0'],
  });
}

function toOutgoing(row: OutgoingRow): Outgoing {
  const { shard, position } = row;
  const createdAtMs = row.created_at.getTime();
  return {
    id: row.id,
    tenant: { merchantId: row.merchant_id, mode: row.mode },
    shipmentId: row.shipment_id,
    entry: shard === null || position === null ? null : { shard, position: BigInt(position) },
    rule: row.rule,
    milestone: row.milestone,
    template: row.template,
    channel: row.channel,
    audience: row.audience,
    subscriptionId: row.subscription_id,
    addressHash: row.address_hash,
    merchantTo: row.merchant_to,
    locale: row.locale,
    subject: row.subject,
    createdAtMs,
    sendAtMs: row.send_at?.getTime() ?? createdAtMs,
    staleAtMs: row.stale_at.getTime(),
    postponed: row.state === 'postponed',
    attempts: row.attempts,
    attemptsBefore: row.attempts_before,
    provider: row.provider,
  };
}
