import { lowestIdAt } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { type Transaction, withTenant } from '../../../platform/database/database.ts';
import { ENDPOINTS_CHANNEL, type WebhookDeps } from '../deps.ts';
import { announceEndpoint, visibleEndpoint } from '../endpoints/endpoints.sql.ts';
import { TEST_EVENT } from '../endpoints/endpoints.ts';
import {
  makeWait,
  type Replayable,
  visibleAttempts,
  visibleDeliveries,
  visibleDelivery,
  visibleHealth,
  visibleReplayable,
} from './deliveries.sql.ts';
import type {
  Attempt,
  Delivery,
  DeliveryFilter,
  EndpointHealth,
  ReplayFilter,
} from './delivery.ts';

/**
 * Lists deliveries, newest first; null when the tenant has no such endpoint, as in all functions
 * below.
 */
export async function listDeliveries(
  deps: WebhookDeps,
  tenant: Tenant,
  endpointId: string,
  filter: DeliveryFilter,
  page: { readonly before: string | null; readonly limit: number },
): Promise<readonly Delivery[] | null> {
  return withEndpoint(deps, tenant, endpointId, (tx) =>
    visibleDeliveries(tx, endpointId, filter, page),
  );
}

/** The maximum number of attempts shown per delivery; nobody reads further back. */
const ATTEMPTS_SHOWN_MAX = 100;

export async function findDelivery(
  deps: WebhookDeps,
  tenant: Tenant,
  endpointId: string,
  id: string,
): Promise<{
  readonly delivery: Delivery;
  /** The body of the request, exactly the bytes that were signed. */
  readonly body: Buffer;
  /** The newest first. */
  readonly attempts: readonly Attempt[];
} | null> {
  return withEndpoint(deps, tenant, endpointId, async (tx) => {
    const found = await visibleDelivery(tx, endpointId, id);
    if (found === null) return null;
    return {
      ...found,
      attempts: await visibleAttempts(tx, { endpointId, id }, ATTEMPTS_SHOWN_MAX),
    };
  });
}

/**
 * Sends one delivery again, with the same id and bytes. A waiting one is left to its turn. A test
 * is not sent again, and neither is one whose payload was erased with its shipment.
 */
export async function replayDelivery(
  deps: WebhookDeps,
  tenant: Tenant,
  endpointId: string,
  id: string,
): Promise<Delivery | 'test' | 'erased' | null> {
  return withEndpoint(deps, tenant, endpointId, async (tx) => {
    const found = await visibleDelivery(tx, endpointId, id);
    if (found === null) return null;
    if (found.delivery.type === TEST_EVENT) return 'test';
    if (found.delivery.isErased) return 'erased';
    await queueAgain(deps, tx, endpointId, [{ id, subjectId: found.delivery.subjectId }]);
    return (await visibleDelivery(tx, endpointId, id))?.delivery ?? null;
  });
}

/** The maximum number of deliveries per call; the caller can continue where this one ended. */
export const REPLAY_MAX = 5_000;

export interface ReplayOutcome {
  readonly replayed: number;
  /** The `sinceMs` at which to continue; null: that was all. */
  readonly nextSinceMs: number | null;
}

/** Sends the deliveries of a time range again, in order for each shipment, with the same bytes. */
export async function replayDeliveries(
  deps: WebhookDeps,
  tenant: Tenant,
  endpointId: string,
  { sinceMs, untilMs, types, states }: ReplayFilter,
): Promise<ReplayOutcome | null> {
  return withEndpoint(deps, tenant, endpointId, async (tx) => {
    const chosen = await visibleReplayable(tx, {
      endpointId,
      fromId: lowestIdAt(sinceMs - CLOCKS_APART_MS),
      toId: lowestIdAt(untilMs + CLOCKS_APART_MS),
      sinceMs,
      untilMs,
      types: types ?? null,
      states: states ?? ['delivered', 'dead', 'cancelled'],
      butType: TEST_EVENT,
      limit: REPLAY_MAX,
    });
    const replayed = await queueAgain(deps, tx, endpointId, chosen);
    const last = chosen.length < REPLAY_MAX ? undefined : chosen.at(-1);
    return { replayed, nextSinceMs: last?.recordedAtMs ?? null };
  });
}

/**
 * How much an event's id may differ from the time at which it was recorded: transactions wait for
 * one another.
 */
const CLOCKS_APART_MS = 120_000;

/** Makes the chosen deliveries wait again and wakes the senders; returns how many there were. */
async function queueAgain(
  deps: WebhookDeps,
  tx: Transaction,
  endpointId: string,
  chosen: readonly Omit<Replayable, 'recordedAtMs'>[],
): Promise<number> {
  if (chosen.length === 0) return 0;
  const count = await makeWait(tx, endpointId, chosen, deps.clock.nowMs());
  await announceEndpoint(tx, ENDPOINTS_CHANNEL, endpointId);
  return count;
}

const DAY_MS = 86_400_000;
/** Counting more would take too long for its use. */
const SAMPLE_MAX = 10_000;

/** Returns the results of an endpoint in the last day, and its waiting and dead deliveries. */
export async function endpointHealth(
  deps: WebhookDeps,
  tenant: Tenant,
  endpointId: string,
): Promise<EndpointHealth | null> {
  return withEndpoint(deps, tenant, endpointId, async (tx) => {
    const since = lowestIdAt(deps.clock.nowMs() - DAY_MS);
    const found = await visibleHealth(tx, endpointId, since, SAMPLE_MAX);
    if (found === null) return null;
    const { byState, ...health } = found;
    return { ...health, day: { waiting: 0, delivered: 0, dead: 0, cancelled: 0, ...byState } };
  });
}

/** Does some work in the tenant's transaction; null when the tenant has no such endpoint. */
async function withEndpoint<T>(
  deps: WebhookDeps,
  tenant: Tenant,
  endpointId: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T | null> {
  return withTenant(deps.db.app, tenant, async (tx) =>
    (await visibleEndpoint(tx, endpointId)) === null ? null : work(tx),
  );
}
