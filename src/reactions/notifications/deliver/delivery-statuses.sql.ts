import { isUuid } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';
import type { ChannelKind, DeliveryStatus } from '../contract.ts';

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
