import { createHash } from 'node:crypto';
import type { ShopConnectionEvent } from '../../events/event.ts';
import type { ErrorText } from '../../kernel/errors.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import { appendToLog, SHARDS, withShard } from '../../platform/event-log/event-log.ts';
import { errorText } from '../../platform/messages/error-text.ts';
import { hasFailedTooLong } from '../../reactions/merchant-webhooks/index.ts';
import type { ShopWorkDeps } from '../shop-deps.ts';
import type { ShopFailure } from '../shop-failure.ts';
import type { Shop } from './shop.ts';
import { disableShop, noteFailure } from './shops.sql.ts';

type FailureDeps = Pick<ShopWorkDeps, 'db' | 'clock' | 'randomBytes' | 'log'>;

/** How long a shop that does not answer is left alone. */
const UNAVAILABLE_MS = 15_000;

/**
 * Counts a failed call and pauses the shop if it asked for that or does not answer. A shop that
 * refuses the credentials, or has failed for days, is disabled; what waits stays, and is sent in
 * order once it is connected again.
 */
export async function reportFailure(
  deps: FailureDeps,
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

const TYPE: ShopConnectionEvent['type'] = 'shop.disabled';

/** Disables a shop and logs an event about it, both or neither, once however many calls fail. */
async function disable(
  { db, clock, randomBytes, log }: FailureDeps,
  { id, merchantId, mode, platform, url }: Shop,
  reason: ErrorText,
): Promise<void> {
  const shard = createHash('sha256').update(id).digest().readUInt8(0) % SHARDS;
  const isDisabled = await withShard(db.pipeline, shard, async (tx) => {
    const sequence = await disableShop(tx, id, JSON.stringify(reason));
    if (sequence === null) return false;
    const nowMs = clock.nowMs();
    const entry = {
      id: uuidV7(nowMs, randomBytes(10)),
      tenant: { merchantId, mode },
      subjectId: id,
      sequence,
      type: TYPE,
      occurredAtMs: nowMs,
      data: {
        ...{ id, mode, platform, url },
        status: 'disabled',
        disabled_reason: errorText(reason),
        disabled_at: new Date(nowMs).toISOString(),
      } satisfies ShopConnectionEvent['data'],
      previousAttributes: { status: 'connected' },
    };
    await appendToLog(tx, shard, [entry], nowMs);
    return true;
  });
  if (!isDisabled) return;
  const fields = { shop_id: id, merchant_id: merchantId, platform, reason: errorText(reason) };
  log.warn(fields, 'a shop was disabled');
}
