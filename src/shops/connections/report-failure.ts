import type { ErrorText } from '../../kernel/errors.ts';
import { errorText } from '../../platform/messages/error-text.ts';
import { hasFailedTooLong } from '../../reactions/merchant-webhooks/index.ts';
import type { ShopWorkDeps } from '../shop-deps.ts';
import type { ShopFailure } from '../shop-failure.ts';
import type { Shop } from './shop.ts';
import { disableShop, noteFailure } from './shops.sql.ts';

/** How long a shop that does not answer is left alone. */
const UNAVAILABLE_MS = 15_000;

/**
 * Counts a failed call and pauses the shop if it asked for that or does not answer. A shop that
 * refuses the credentials, or has failed for days, is disabled; what waits stays, and is sent in
 * order once it is connected again.
 */
export async function reportFailure(
  deps: Pick<ShopWorkDeps, 'db' | 'clock' | 'log'>,
  shop: Shop,
  { kind, reason, pauseMs }: ShopFailure,
): Promise<void> {
  if (kind === 'refused') return;
  const nowMs = deps.clock.nowMs();
  const waitMs = pauseMs ?? (kind === 'unavailable' ? UNAVAILABLE_MS : null);
  const pausedUntilMs = waitMs === null ? null : nowMs + waitMs;
  const stored = { reason: JSON.stringify(reason), pausedUntilMs };
  const failing = await noteFailure(deps.db.pipeline, shop.id, stored, nowMs);
  if (failing === null) return;
  if (kind === 'credentials')
    return disable(deps, shop, { 'shops.credentialsRefused': { reason: { text: reason } } });
  if (kind === 'unavailable' && hasFailedTooLong(failing, nowMs)) {
    const since = new Date(failing.failingSinceMs).toISOString();
    const { failures } = failing;
    await disable(deps, shop, {
      'webhooks.noSuccessSince': { since, failures, last: { text: reason } },
    });
  }
}

async function disable(
  { db, log }: Pick<ShopWorkDeps, 'db' | 'log'>,
  { id, merchantId, platform }: Shop,
  reason: ErrorText,
): Promise<void> {
  if (!(await disableShop(db.pipeline, id, JSON.stringify(reason)))) return;
  const fields = { shop_id: id, merchant_id: merchantId, platform, reason: errorText(reason) };
  log.warn(fields, 'a shop was disabled');
}
