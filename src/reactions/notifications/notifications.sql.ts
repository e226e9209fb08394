import { isUuid } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryAny, queryRow, queryRows } from '../../platform/database/query-rows.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import type {
  Audience,
  ChannelKind,
  DeliveryStatus,
  NotificationState,
  TemplateName,
  WrittenMessage,
} from './contract.ts';
import { NO_ADDRESS_HASH } from './people/addresses.ts';

/** A decision as its merchant sees it: with the audience, never with the address. */
export interface Notification {
  readonly id: string;
  readonly shipmentId: string;
  readonly eventId: string | null;
  readonly rule: string | null;
  readonly milestone: TemplateName;
  readonly template: TemplateName;
  readonly channel: ChannelKind;
  readonly audience: Audience;
  readonly subscriptionId: string | null;
  readonly locale: string | null;
  readonly state: NotificationState;
  readonly reason: string | null;
  readonly occurredAtMs: number;
  readonly createdAtMs: number;
  readonly sendAtMs: number | null;
  readonly sentAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly attempts: number;
  readonly provider: string | null;
}

export interface Attempt {
  readonly nr: number;
  readonly provider: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly outcome: string | null;
  readonly reason: string | null;
}

export interface NotificationFilter {
  readonly shipmentId: string | null;
  readonly state: string | null;
  readonly reason: string | null;
  readonly milestone: string | null;
  readonly channel: string | null;
  readonly audience: string | null;
}

const COLUMNS = `id, shipment_id, event_id, rule, milestone, template, channel, audience,
  subscription_id, locale, state, reason, occurred_at, created_at, send_at, sent_at, ended_at,
  attempts, provider`;

/** Lists the notifications of the current tenant, newest first. */
export async function listNotifications(
  db: Queryable,
  filter: NotificationFilter,
  before: string | null,
  limit: number,
): Promise<Notification[]> {
  return queryRows<Notification>(db, {
    name: 'list_notifications',
    text: `select ${COLUMNS} from notifications
           where ($1::uuid is null or shipment_id = $1) and ($2::text is null or state = $2)
             and ($3::text is null or reason = $3) and ($4::text is null or milestone = $4)
             and ($5::text is null or channel = $5) and ($6::text is null or audience = $6)
             and ($7::uuid is null or id < $7)
           order by id desc limit $8`,
    values: [
      filter.shipmentId,
      filter.state,
      filter.reason,
      filter.milestone,
      filter.channel,
      filter.audience,
      before,
      limit,
    ],
  });
}

export async function notificationById(db: Queryable, id: string): Promise<Notification | null> {
  return queryRow<Notification>(db, `select ${COLUMNS} from notifications where id = $1`, [id]);
}

export async function attemptsOf(db: Queryable, id: string): Promise<Attempt[]> {
  return queryRows<Attempt>(
    db,
    `select nr, provider, started_at, ended_at, outcome, reason from notification_attempts
     where notification_id = $1 order by nr`,
    [id],
  );
}

/**
 * Queues a dead letter again, with as many attempts as at first; earlier attempts stay recorded,
 * but do not count. A confirmation is never queued again: how often an address is asked is limited
 * when somebody requests one, and a retry would bypass that limit.
 *
 * @returns false when nothing is queued.
 */
export function reviveDead(db: Queryable, id: string, nowMs: number): Promise<boolean> {
  return queryAny(
    db,
    `update notifications set state = 'queued', attempts_before = attempts, ended_at = null,
       send_at = to_timestamp($2 / 1000.0)
     where id = $1 and state in ('dead', 'failed') and template <> $3`,
    [id, nowMs, CONFIRMATION],
  );
}

/** The message that asks an address to opt in. */
export const CONFIRMATION: TemplateName = 'confirm_subscription';

interface NewWritten extends SealedWritten {
  readonly id: string;
  readonly shipmentId: string;
  readonly channel: 'email' | 'sms';
}

/**
 * Puts a message written by hand into the outbox; one with the same id stays as it is. The shipment
 * is locked meanwhile, so that an erasure either finds the message or prevents it.
 *
 * @returns false: the tenant has no such shipment any more.
 */
export async function insertWritten(
  tx: Queryable,
  { merchantId, mode }: Tenant,
  message: NewWritten,
  { nowMs, forS }: { readonly nowMs: number; readonly forS: number },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select from shipments where id = $1 and deleted_at is null for no key update',
    [message.shipmentId],
  );
  if (rowCount === 0) return false;
  await tx.query(
    `insert into notifications (id, merchant_id, mode, shipment_id, occurred_at, milestone,
       template, channel, audience, address_hash, subject, state, created_at, send_at, stale_at,
       written, data_key)
     select $1, $2, $3, $4, at, 'merchant_message', 'merchant_message', $5, 'recipient',
       decode($6, 'hex'), 'merchant_message', 'queued', at, at, at + make_interval(secs => $7), $8, $9
     from to_timestamp($10 / 1000.0) as at
     on conflict (id) do nothing`,
    [
      message.id,
      merchantId,
      mode,
      message.shipmentId,
      message.channel,
      NO_ADDRESS_HASH,
      forS,
      message.sealed,
      message.dataKey,
      nowMs,
    ],
  );
  return true;
}

interface WrittenRow {
  readonly id: string;
  readonly written: Buffer;
  readonly dataKey: Buffer;
}

/** The maximum number of messages, as many as a page shows. */
const WRITTEN_MAX = 50;

/** The newest messages written by hand about a shipment of the current tenant. */
export async function writtenOfShipment(
  db: Queryable,
  shipmentId: string,
): Promise<readonly ({ readonly id: string } & SealedWritten)[]> {
  const rows = await queryRows<WrittenRow>(db, {
    name: 'written_of_shipment',
    text: `select id, written, data_key from notifications
           where shipment_id = $1 and written is not null order by id desc limit $2`,
    values: [shipmentId, WRITTEN_MAX],
  });
  return rows.map(({ id, written, dataKey }) => ({ id, sealed: written, dataKey }));
}

/**
 * A sealed message. It may name people, so it has a key of its own, which is deleted with the
 * shipment.
 */
interface SealedWritten {
  readonly sealed: Uint8Array;
  readonly dataKey: Uint8Array;
}

export function sealWritten(
  sealer: EnvelopeSealer,
  { subject, text }: WrittenMessage,
): SealedWritten {
  return sealer.seal(Buffer.from(JSON.stringify({ subject, text }), 'utf8'));
}

export function openWritten(
  sealer: EnvelopeSealer,
  { sealed, dataKey }: SealedWritten,
): WrittenMessage {
  const { subject, text } = JSON.parse(Buffer.from(sealer.open(sealed, dataKey)).toString('utf8'));
  return { subject: String(subject), text: String(text) };
}

interface DeliveryStatusAbout {
  readonly id: string;
  readonly tenant: Tenant;
  readonly channel: ChannelKind;
  readonly addressHash: string;
}

/**
 * Applies a delivery status to its message; null: the message is not one of this provider and
 * tenant.
 */
export async function applyDeliveryStatus(
  db: Queryable,
  provider: string,
  tenant: Tenant | null,
  deliveryStatus: DeliveryStatus & { readonly state: Exclude<DeliveryStatus['state'], 'deferred'> },
  nowMs: number,
): Promise<DeliveryStatusAbout | null> {
  const { notificationId, providerId, state, reason } = deliveryStatus;
  const id = notificationId !== null && isUuid(notificationId) ? notificationId : null;
  if (id === null && providerId === null) return null;
  const rows = await queryRows<{
    id: string;
    merchantId: string;
    mode: Tenant['mode'];
    channel: ChannelKind;
    hash: string;
  }>(
    db,
    `update notifications set
       state = case when state in ('bounced', 'complained') and $5 <> 'complained' then state
                    when state in ('delivered') and $5 = 'failed' then state
                    else $5 end,
       reason = coalesce($6, reason), ended_at = coalesce(ended_at, to_timestamp($7 / 1000.0)),
       provider_id = coalesce(provider_id, $3),
       send_at = null
     where provider = $1 and attempts > 0
       and case when $2::uuid is null then provider_id = $3 else id = $2::uuid end
       and ($4::uuid is null or (merchant_id = $4::uuid and mode = $8))
     returning id, merchant_id, mode, channel, encode(address_hash, 'hex') as hash`,
    [
      provider,
      id,
      providerId,
      tenant?.merchantId ?? null,
      state,
      reason,
      nowMs,
      tenant?.mode ?? null,
    ],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { merchantId, mode, channel, hash } = row;
  return { id: row.id, tenant: { merchantId, mode }, channel, addressHash: hash };
}
