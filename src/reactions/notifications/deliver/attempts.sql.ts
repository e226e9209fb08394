import type { Queryable } from '../../../platform/database/database.ts';
import { queryAny, queryRows } from '../../../platform/database/query-rows.ts';
import type { NotificationState, NotSentReason, WaitingReason } from '../contract.ts';
import type { Window } from '../policy/decide.ts';
import type { Outgoing } from './outbox.sql.ts';

/** The record of an attempt, written before it is made. */
interface Attempt {
  readonly id: string;
  readonly lease: string;
  readonly provider: string;
  /** The account with the provider. */
  readonly account: string;
  /** The hash of the address, in hex. */
  readonly addressHash: string;
  readonly locale: string | null;
  readonly window: Window;
  /**
   * When the event was recorded in the log, from which windows are counted; null for a
   * confirmation.
   */
  readonly recordedAtMs: number | null;
}

/**
 * Records an attempt before it is made: from here on the message may have been sent. The same
 * statement takes the window of the message's subject, which only one message has at a time, so
 * that with any number of processes an address is notified once.
 *
 * @returns `lost`: another process has claimed the message since; `duplicate`: another message has
 *   the window.
 */
export async function beginAttempt(
  db: Queryable,
  attempt: Attempt,
  nowMs: number,
  leaseMs: number,
): Promise<'begun' | 'lost' | 'duplicate'> {
  const { window } = attempt;
  const rows = await queryRows<{ claimed: boolean; begun: boolean }>(db, {
    name: 'begin_attempt',
    text: `
      with claimed as (
        select id, merchant_id, mode, shipment_id, subject, channel, position from notifications
        where id = $1 and lease = $2 and state in ('queued', 'postponed') for update),
      taken as (
        insert into notification_windows as w (merchant_id, mode, shipment_id, subject, channel,
          address_hash, published_until, notification_id, position)
        select merchant_id, mode, shipment_id, subject, channel, decode($7, 'hex'),
          $9::timestamptz, id, position
        from claimed where position is not null
        on conflict (shipment_id, subject, channel, address_hash) do update
          set published_until = excluded.published_until, notification_id = excluded.notification_id,
              position = excluded.position
          where w.notification_id = excluded.notification_id
             or w.published_until <= to_timestamp($10::float8 / 1000.0)
             or ($11 and w.position < excluded.position)
        returning w.notification_id),
      begun as (
        update notifications n set state = 'sending', attempts = attempts + 1, provider = $3,
          address_hash = decode($7, 'hex'), locale = $8, reason = null,
          lease_until = to_timestamp(($4::float8 + $5) / 1000.0)
        from claimed
        where n.id = claimed.id and (claimed.position is null or exists (select from taken))
        returning n.id, n.attempts, n.merchant_id, n.mode),
      noted as (
        insert into notification_attempts
          (notification_id, nr, merchant_id, mode, provider, account, started_at)
        select id, attempts, merchant_id, mode, $3, $6, to_timestamp($4 / 1000.0) from begun)
      select exists (select from claimed) as mine, exists (select from begun) as begun`,
    values: [
      attempt.id,
      attempt.lease,
      attempt.provider,
      nowMs,
      leaseMs,
      attempt.account,
      attempt.addressHash,
      attempt.locale,
      Number.isFinite(window.untilMs) ? new Date(window.untilMs).toISOString() : 'infinity',
      attempt.recordedAtMs,
      window.corrects,
    ],
  });
  const [row] = rows;
  if (row?.begun === true) return 'begun';
  return row?.claimed === true ? 'duplicate' : 'lost';
}

/** An earlier attempt. */
export interface AttemptMade {
  readonly nr: number;
  /** The account it used; before accounts were recorded, the provider. */
  readonly account: string;
  /** The outcome of the attempt; null: none was recorded. */
  readonly outcome: AttemptOutcome | null;
}

/** The attempts for a message, latest first. */
export async function attemptsMade(db: Queryable, id: string): Promise<readonly AttemptMade[]> {
  return queryRows<AttemptMade>(db, {
    name: 'attempts_made',
    text: `select nr, coalesce(account, provider) as account, outcome from notification_attempts
           where notification_id = $1 order by nr desc`,
    values: [id],
  });
}

export type AttemptOutcome = 'accepted' | 'retry' | 'refused' | 'unknown';

/** Records the outcome of an attempt. */
export async function endAttempt(
  db: Queryable,
  id: string,
  index: number,
  outcome: AttemptOutcome,
  reason: string | null,
  nowMs: number,
): Promise<void> {
  await db.query({
    name: 'end_attempt',
    text: `update notification_attempts set ended_at = to_timestamp($5 / 1000.0), outcome = $3,
             reason = $4
           where notification_id = $1 and nr = $2 and outcome is null`,
    values: [id, index, outcome, reason, nowMs],
  });
}

/** The new state of a message after an attempt. */
export interface Settled {
  readonly state: NotificationState;
  readonly reason: string | null;
  readonly providerId: string | null;
  /** When the message is due again; null: it has ended. */
  readonly sendAtMs: number | null;
}

/**
 * Stores the new state of a message.
 *
 * @returns false when its state was already decided: by another process, or by the provider, whose
 *   delivery status may arrive before its answer.
 */
export function settle(
  db: Queryable,
  id: string,
  lease: string,
  { state, reason, providerId, sendAtMs }: Settled,
  nowMs: number,
): Promise<boolean> {
  return queryAny(db, {
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
}

/** A message that is not sent, with the hash of its address. */
export interface NotSent {
  readonly id: string;
  readonly reason: NotSentReason;
  /** The hash in hex; null: there is no address. */
  readonly addressHash: string | null;
}

/**
 * Records messages that are not sent. An earlier attempt that certainly did not arrive releases its
 * window, so that a later event may notify of the same.
 */
export async function settleNotSent(
  db: Queryable,
  lease: string,
  all: readonly NotSent[],
  nowMs: number,
): Promise<void> {
  if (all.length === 0) return;
  await db.query({
    name: 'settle_not_sent',
    text: `
      with ended as (
        update notifications n set state = 'not_sent', reason = v.reason, send_at = null,
          lease = null, lease_until = null, ended_at = to_timestamp($2 / 1000.0),
          address_hash = coalesce(decode(v.hash, 'hex'), n.address_hash)
        from unnest($3::uuid[], $4::text[], $5::text[]) as v(id, reason, hash)
        where n.id = v.id and n.lease = $1 and n.state in ('queued', 'postponed')
        returning n.id, n.shipment_id, n.subject, n.channel, n.attempts)
      delete from notification_windows w using ended
      where w.shipment_id = ended.shipment_id and w.subject = ended.subject
        and w.channel = ended.channel and w.notification_id = ended.id
        and not exists (select from notification_attempts a where a.notification_id = ended.id
                          and (a.outcome is null or a.outcome in ('accepted', 'unknown')))`,
    values: [
      lease,
      nowMs,
      all.map(({ id }) => id),
      all.map(({ reason }) => reason),
      all.map(({ addressHash }) => addressHash),
    ],
  });
}

/** Ends a message that may have been sent and whose repeat could not be recognized. */
export function settleUnknown(
  db: Queryable,
  id: string,
  lease: string,
  reason: string,
  nowMs: number,
): Promise<boolean> {
  return queryAny(db, {
    name: 'settle_unknown',
    text: `update notifications set state = 'unknown', reason = $3, send_at = null, lease = null,
             lease_until = null, ended_at = to_timestamp($4 / 1000.0)
           where id = $1 and lease = $2 and state in ('queued', 'postponed')`,
    values: [id, lease, reason, nowMs],
  });
}

/** A message that is decided again later. */
export interface Postponed {
  readonly id: string;
  readonly untilMs: number;
  /** The reason; null: nothing was decided. */
  readonly why: WaitingReason | null;
}

/** Postpones messages: they are decided again at that time. */
export async function postpone(
  db: Queryable,
  lease: string,
  all: readonly Postponed[],
): Promise<void> {
  if (all.length === 0) return;
  await db.query({
    name: 'postpone_notifications',
    text: `update notifications n
           set state = case when v.why is null then n.state else 'postponed' end,
             reason = coalesce(v.why, n.reason), send_at = to_timestamp(v.until_ms / 1000.0),
             lease = null, lease_until = null
           from unnest($2::uuid[], $3::float8[], $4::text[]) as v(id, until_ms, why)
           where n.id = v.id and n.lease = $1 and n.state in ('queued', 'postponed')`,
    values: [
      lease,
      all.map(({ id }) => id),
      all.map(({ untilMs }) => untilMs),
      all.map(({ why }) => why),
    ],
  });
}

/**
 * Records that an address was notified of a retraction: a new occurrence of the retracted subject
 * must be announced again. Messages sent since are not retracted.
 */
export async function retractWindow(
  db: Queryable,
  {
    shipmentId,
    channel,
    addressHash,
    entry,
  }: Pick<Outgoing, 'shipmentId' | 'channel' | 'addressHash' | 'entry'>,
  subject: string,
): Promise<void> {
  await db.query({
    name: 'retract_window',
    text: `delete from notification_windows where shipment_id = $1 and subject = $2 and channel = $3
             and address_hash = decode($4, 'hex') and position < $5`,
    values: [shipmentId, subject, channel, addressHash, entry?.position.toString() ?? '0'],
  });
}
