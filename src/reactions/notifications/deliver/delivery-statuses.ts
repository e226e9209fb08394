import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import { type Database, withTransaction } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { DeliveryStatus } from '../contract.ts';
import { withoutAddresses } from '../people/addresses.ts';
import { suppress } from '../people/preferences.sql.ts';
import { applyDeliveryStatus } from './delivery-statuses.sql.ts';

interface DeliveryStatusesDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * What a provider reported of messages, after its call was found authentic. The same may be reported
 * twice, in any order: a bounce or a complaint is the last word, whatever comes after it.
 *
 * @param tenant whose channel it came through; null: the installation's, which serves all.
 * @returns how many were about messages of ours.
 */
export async function recordDeliveryStatuses(
  { db, clock, log }: DeliveryStatusesDeps,
  provider: string,
  tenant: Tenant | null,
  deliveryStatuses: readonly DeliveryStatus[],
): Promise<number> {
  let known = 0;
  for (const deliveryStatus of deliveryStatuses) {
    // Not for good: the provider goes on trying, and reports the end of it.
    const { state } = deliveryStatus;
    if (state === 'deferred') continue;
    const reason =
      deliveryStatus.reason === null ? null : withoutAddresses(deliveryStatus.reason, '');
    const nowMs = clock.nowMs();
    const about = await withTransaction(db.pipeline, async (tx) => {
      const found = await applyDeliveryStatus(
        tx,
        provider,
        tenant,
        { ...deliveryStatus, state, reason },
        nowMs,
      );
      if (found === null) return null;
      if (deliveryStatus.permanent || state === 'complained') {
        const why = state === 'complained' ? 'complained' : 'bounced';
        await suppress(tx, found.tenant, found, why, nowMs);
      }
      return found;
    });
    if (about === null) continue;
    known += 1;
    if (deliveryStatus.state !== 'delivered') {
      const { id: notification_id, channel } = about;
      log.info(
        { notification_id, channel, provider, state: deliveryStatus.state, reason },
        'reported by the provider',
      );
    }
  }
  return known;
}
