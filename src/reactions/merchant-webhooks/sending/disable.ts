import { createHash } from 'node:crypto';
import type { WebhookEndpointEvent } from '../../../events/event.ts';
import type { ErrorText } from '../../../kernel/errors.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import { issueText, textOf } from '../../../kernel/wire/explain-issues.ts';
import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import { appendToLog, SHARDS, withShard } from '../../../platform/event-log/event-log.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { ENDPOINTS_CHANNEL } from '../deps.ts';
import {
  announceEndpoint,
  countChange,
  endpointsById,
  markDisabled,
} from '../endpoints/endpoints.sql.ts';
import type { FailingEndpoint } from './settle.sql.ts';

interface DisableDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
}

/** An endpoint in the version that its sender knows: a later change has not arrived yet. */
interface KnownEndpoint {
  readonly endpointId: string;
  readonly version: number;
}

/** Disables endpoints, each only once at a time. */
export interface Disabler {
  disable(endpoint: KnownEndpoint, reason: ErrorText): void;
  /** Disables those that have failed for long enough. */
  consider(ailing: readonly FailingEndpoint[]): void;
  isBusy(): boolean;
}

export function createDisabler(
  deps: DisableDeps,
  { onChanged }: { readonly onChanged: (endpointId: string) => void },
): Disabler {
  const underWay = new Set<string>();
  function disable(endpoint: KnownEndpoint, reason: ErrorText): void {
    const { endpointId } = endpoint;
    if (underWay.has(endpointId)) return;
    underWay.add(endpointId);
    disableEndpoint(deps, endpoint, reason)
      .then(() => onChanged(endpointId))
      .catch((err: unknown) => {
        // The next failure tries again.
        deps.log.warn({ err, endpoint_id: endpointId }, 'a webhook endpoint is not disabled yet');
      })
      .finally(() => underWay.delete(endpointId));
  }
  return {
    disable,
    consider(failing) {
      const nowMs = deps.clock.nowMs();
      for (const each of failing.filter((one) => hasFailedTooLong(one, nowMs))) {
        const since = new Date(each.failingSinceMs).toISOString();
        const { failures, lastFailure } = each;
        const text = lastFailure === null ? 'webhooks.unknownFailure' : textOf(lastFailure);
        disable(each, { 'webhooks.noSuccessSince': { since, failures, last: { text } } });
      }
    },
    isBusy: () => underWay.size > 0,
  };
}

/** After this long without a success, and this many failures, an endpoint is disabled. */
const FAILING_MS_MAX = 3 * 86_400_000;
/**
 * The minimum number of failures: one parcel with a few failures in a quiet week is not enough
 * evidence.
 */
const FAILURES_MIN = 20;

/** Whether a receiver has failed for so long, and so often, that it is disabled. Pure. */
export function hasFailedTooLong(
  { failingSinceMs, failures }: Pick<FailingEndpoint, 'failingSinceMs' | 'failures'>,
  nowMs: number,
): boolean {
  return nowMs - failingSinceMs >= FAILING_MS_MAX && failures >= FAILURES_MIN;
}

const TYPE: WebhookEndpointEvent['type'] = 'webhook_endpoint.disabled';

/**
 * Disables an endpoint and logs an event about it, both or neither: the merchant's feed and other
 * endpoints receive the event. Nothing happens if the endpoint was changed since, because another
 * URL may have failed. Waiting deliveries stay, and are sent in order when the merchant enables it
 * again.
 */
async function disableEndpoint(
  { db, clock, randomBytes, log }: DisableDeps,
  { endpointId, version }: KnownEndpoint,
  reason: ErrorText,
): Promise<boolean> {
  const [current] = await endpointsById(db.pipeline, [endpointId]);
  if (current === undefined || current.state === 'disabled') return false;
  const tenant = { merchantId: current.merchantId, mode: current.mode };
  const shard = createHash('sha256').update(endpointId).digest().readUInt8(0) % SHARDS;
  const disabled = await withShard(db.pipeline, shard, async (tx) => {
    await countChange(tx, tenant);
    const nowMs = clock.nowMs();
    const sequence = await markDisabled(tx, { id: endpointId, version }, issueText(reason), nowMs);
    if (sequence === null) return false;
    const entry = {
      id: uuidV7(nowMs, randomBytes(10)),
      tenant,
      subjectId: endpointId,
      sequence,
      type: TYPE,
      occurredAtMs: nowMs,
      data: {
        id: endpointId,
        mode: tenant.mode,
        description: current.description,
        state: 'disabled',
        disabled_reason: errorText(reason),
        disabled_at: new Date(nowMs).toISOString(),
      } satisfies WebhookEndpointEvent['data'],
      previousAttributes: { state: 'active' },
    };
    await appendToLog(tx, shard, [entry], nowMs);
    await announceEndpoint(tx, ENDPOINTS_CHANNEL, endpointId);
    return true;
  });
  if (disabled) {
    const fields = {
      endpoint_id: endpointId,
      merchant_id: tenant.merchantId,
      reason: errorText(reason),
    };
    log.warn(fields, 'a webhook endpoint was disabled');
  }
  return disabled;
}
