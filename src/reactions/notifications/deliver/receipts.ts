import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import { type Database, withTransaction } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { DeliveryReceipt } from '../contract.ts';
import { withoutAddresses } from '../people/addresses.ts';
import { suppress } from '../people/preferences.sql.ts';
import { applyReceipt } from './receipts.sql.ts';

export interface ReceiptsDeps {
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
export async function recordReceipts(
  { db, clock, log }: ReceiptsDeps,
  provider: string,
  tenant: Tenant | null,
  receipts: readonly DeliveryReceipt[],
): Promise<number> {
  let known = 0;
  for (const receipt of receipts) {
    // Not for good: the provider goes on trying, and reports the end of it.
    const { state } = receipt;
    if (state === 'deferred') continue;
    const reason = receipt.reason === null ? null : withoutAddresses(receipt.reason, '');
    const nowMs = clock.nowMs();
    const about = await withTransaction(db.pipeline, async (tx) => {
      const found = await applyReceipt(tx, provider, tenant, { ...receipt, state, reason }, nowMs);
      if (found === null) return null;
      if (receipt.permanent || state === 'complained') {
        const why = state === 'complained' ? 'complained' : 'bounced';
        await suppress(tx, found.tenant, found, why, nowMs);
      }
      return found;
    });
    if (about === null) continue;
    known += 1;
    if (receipt.state !== 'delivered') {
      const { id: notification_id, channel } = about;
      log.info(
        { notification_id, channel, provider, state: receipt.state, reason },
        'reported by the provider',
      );
    }
  }
  return known;
}
