import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { eventBody } from '../deliveries/body.ts';
import { insertTest } from '../deliveries/deliveries.sql.ts';
import { judge } from '../deliveries/judge.ts';
import { signedHeaders } from '../deliveries/sign.ts';
import { TIMEOUT_MS, type WebhookDeps } from '../deps.ts';
import { visibleEndpoint } from './endpoints.sql.ts';
import { destinationOf } from './endpoints.ts';
import { liveSecrets } from './secrets.ts';

/** Not an event of the log: it is sent on request, once, and has no sequence. */
export const TEST_EVENT = 'webhook_endpoint.test';

export interface TestOutcome {
  readonly deliveryId: string;
  readonly delivered: boolean;
  readonly status: number | null;
  /** Null: it was delivered. */
  readonly reason: string | null;
  readonly response: string | null;
  readonly durationMs: number;
}

/**
 * Sends a test immediately and returns its result, also for a disabled endpoint: a merchant who
 * fixes a receiver wants to test it before enabling. Null when the tenant has no such endpoint.
 */
export async function sendTest(
  deps: WebhookDeps,
  tenant: Tenant,
  endpointId: string,
): Promise<TestOutcome | null> {
  const row = await withTenant(deps.db.app, tenant, (tx) => visibleEndpoint(tx, endpointId));
  if (row === null) return null;
  const { url, secrets } = destinationOf(deps, row);
  const atMs = deps.clock.nowMs();
  const id = uuidV7(atMs, deps.randomBytes(10));
  const body = testBody(id, endpointId, tenant, atMs);
  const live = liveSecrets(secrets, atMs).map(({ secret }) => secret);
  const outcome = await deps.post({
    url,
    headers: { 'content-type': 'application/json', ...signedHeaders(id, body, live, atMs) },
    body,
    requireTls: tenant.mode === 'live',
    timeoutMs: TIMEOUT_MS,
  });
  const durationMs = deps.clock.nowMs() - atMs;
  const { status, reason, response } = judge(outcome, deps.clock.nowMs());
  const made = { id, endpointId, ...tenant, type: TEST_EVENT, body, nowMs: atMs };
  await withTenant(deps.db.app, tenant, (tx) =>
    insertTest(tx, made, { atMs, durationMs, status, reason, response }),
  );
  return { deliveryId: id, delivered: reason === null, status, reason, response, durationMs };
}

function testBody(id: string, endpointId: string, { mode }: Tenant, nowMs: number): Buffer {
  const entry = {
    type: TEST_EVENT,
    sequence: 0,
    occurredAtMs: nowMs,
    data: { id: endpointId, mode, message: 'A test, sent because you asked for one.' },
    previousAttributes: {},
  };
  return Buffer.from(JSON.stringify(eventBody(entry, id, null)), 'utf8');
}
