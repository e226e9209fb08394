import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import type { OptOut } from './opt-out.ts';
import type { SubscriptionChannel } from './subscriptions.sql.ts';

export interface Confirmation {
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
export async function hasOptedOut(db: Queryable, { channel, hash }: OptOut): Promise<boolean> {
  const { rows } = await db.query(
    `select 1 from opted_out_addresses where channel = $1 and address_hash = decode($2, 'hex')`,
    [channel, hash],
  );
  return rows.length > 0;
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
