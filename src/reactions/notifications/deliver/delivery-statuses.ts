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
 * Records the delivery statuses of an authentic call. The same status may be reported twice, and in
 * any order: a bounce or a complaint is final, whatever comes after it.
 *
 * @param tenant the tenant of the channel that the provider called; null: it is the installation's,
 *   which serves all.
 * @returns how many of the statuses were about our messages.
 */
export async function recordDeliveryStatuses(
  { db, clock, log }: DeliveryStatusesDeps,
  provider: string,
  tenant: Tenant | null,
  deliveryStatuses: readonly DeliveryStatus[],
): Promise<number> {
  let known = 0;
  for (const deliveryStatus of deliveryStatuses) {
    // The status is not final: the provider keeps trying, and reports the end.
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
