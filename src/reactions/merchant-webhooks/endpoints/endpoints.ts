import type { ErrorText } from '../../../kernel/errors.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { issueText, textOf } from '../../../kernel/wire/explain-issues.ts';
import { type Transaction, withTenant } from '../../../platform/database/database.ts';
import { eventBody, signedHeaders } from '../deliveries/body.ts';
import { judge } from '../deliveries/decide.ts';
import { insertTest } from '../deliveries/deliveries.sql.ts';
import { ENDPOINTS_CHANNEL, TIMEOUT_MS, type WebhookDeps } from '../deps.ts';
import {
  type Destination,
  ENDPOINTS_MAX,
  type Endpoint,
  type EndpointPatch,
  liveSecrets,
  type NewEndpoint,
  newSecret,
  openSecrets,
  sealSecrets,
} from './endpoint.ts';
import {
  announceEndpoint,
  countChange,
  type EndpointRow,
  endpointForChange,
  insertEndpoint,
  markRemoved,
  updateEndpoint,
  visibleEndpoint,
  visibleEndpoints,
  type WrittenEndpoint,
} from './endpoints.sql.ts';

/**
 * Creates an endpoint. Null: the tenant already has the maximum (`ENDPOINTS_MAX`). Only this result
 * contains the secret.
 */
export async function createEndpoint(
  deps: WebhookDeps,
  tenant: Tenant,
  { url, events, filters, description }: NewEndpoint,
): Promise<{ readonly endpoint: Endpoint; readonly secret: string } | null> {
  const nowMs = deps.clock.nowMs();
  const id = uuidV7(nowMs, deps.randomBytes(10));
  const secret = newSecret(deps.randomBytes);
  const written: WrittenEndpoint = {
    id,
    sealed: sealSecrets(deps.keyring, id, { url, secrets: [{ secret, untilMs: null }] }),
    description: description ?? '',
    events: [...events],
    filters: filters ?? {},
    state: 'active',
    disabledReason: null,
  };
  const row = await withTenant(deps.db.app, tenant, async (tx) => {
    await countChange(tx, tenant);
    return insertEndpoint(tx, tenant, written, nowMs, ENDPOINTS_MAX);
  });
  return row === null ? null : { endpoint: toEndpoint(deps, row), secret };
}

/**
 * Lists endpoints, oldest first.
 *
 * @param after the last id of the previous page.
 */
export async function listEndpoints(
  deps: WebhookDeps,
  tenant: Tenant,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<readonly Endpoint[]> {
  const rows = await withTenant(deps.db.app, tenant, (tx) => visibleEndpoints(tx, after, limit));
  return rows.map((row) => toEndpoint(deps, row));
}

/** Returns an endpoint; null when the tenant has none with that id, as in all functions below. */
export async function findEndpoint(
  deps: WebhookDeps,
  tenant: Tenant,
  id: string,
): Promise<Endpoint | null> {
  const row = await withTenant(deps.db.app, tenant, (tx) => visibleEndpoint(tx, id));
  return row === null ? null : toEndpoint(deps, row);
}

/**
 * Changes the given members of an endpoint. A new URL, or `state: active`, resets failures and ends
 * a pause.
 */
export async function patchEndpoint(
  deps: WebhookDeps,
  tenant: Tenant,
  id: string,
  patch: EndpointPatch,
): Promise<Endpoint | null> {
  return changeEndpoint(deps, tenant, id, async (tx, row, nowMs) => {
    const secrets = openSecrets(deps.keyring, id, row.sealed);
    const state = patch.state ?? row.state;
    const skipsMissed = patch.state === 'active' && patch.missed === 'cancel';
    const written: WrittenEndpoint = {
      id,
      sealed:
        patch.url === undefined
          ? row.sealed
          : sealSecrets(deps.keyring, id, { ...secrets, url: patch.url }),
      description: patch.description ?? row.description,
      events: patch.events === undefined ? row.events : [...patch.events],
      filters: patch.filters ?? row.filters,
      state,
      disabledReason: state === 'active' ? null : (row.disabledReason ?? BY_THE_MERCHANT),
      skipBeforeMs: skipsMissed ? nowMs : row.skipBeforeMs,
    };
    return updateEndpoint(tx, written, nowMs, patch.state === 'active' || patch.url !== undefined);
  });
}

/** Why an endpoint is disabled that the merchant disabled, as its row has it. */
export const BY_THE_MERCHANT = issueText('webhooks.disabledByYou');

/** Removes an endpoint. Returns false when the tenant has none with that id. */
export async function removeEndpoint(
  deps: WebhookDeps,
  tenant: Tenant,
  id: string,
): Promise<boolean> {
  return withTenant(deps.db.app, tenant, async (tx) => {
    await countChange(tx, tenant);
    const removed = await markRemoved(tx, id, deps.clock.nowMs());
    if (removed) await announceEndpoint(tx, ENDPOINTS_CHANNEL, id);
    return removed;
  });
}

/**
 * How long the old secret signs together with the new one by default, so that receivers can change
 * over without a gap.
 */
export const OVERLAP_S_DEFAULT = 86_400;
export const OVERLAP_S_MAX = 30 * 86_400;
/**
 * The maximum number of secrets. Every live secret signs each request, and a receiver needs only
 * the last few.
 */
const SECRETS_MAX = 3;

/**
 * Gives an endpoint a new secret, which only this result contains. Older secrets sign for
 * `overlapS` more seconds.
 */
export async function rotateSecret(
  deps: WebhookDeps,
  tenant: Tenant,
  id: string,
  { overlapS }: { readonly overlapS: number },
): Promise<{ readonly endpoint: Endpoint; readonly secret: string } | null> {
  const secret = newSecret(deps.randomBytes);
  const endpoint = await changeEndpoint(deps, tenant, id, async (tx, row, nowMs) => {
    const { url, secrets } = openSecrets(deps.keyring, id, row.sealed);
    const endsMs = nowMs + overlapS * 1_000;
    const older = liveSecrets(secrets, nowMs).map((each) => ({
      ...each,
      untilMs: Math.min(each.untilMs ?? endsMs, endsMs),
    }));
    const all = [{ secret, untilMs: null }, ...liveSecrets(older, nowMs)].slice(0, SECRETS_MAX);
    const sealed = sealSecrets(deps.keyring, id, { url, secrets: all });
    return updateEndpoint(tx, { ...row, sealed }, nowMs, false);
  });
  return endpoint === null ? null : { endpoint, secret };
}

/**
 * Changes an endpoint in one transaction, serialized for the tenant, and notifies the senders. Null
 * if there is no such endpoint, or `change` returns null.
 */
async function changeEndpoint(
  deps: WebhookDeps,
  tenant: Tenant,
  id: string,
  change: (tx: Transaction, row: EndpointRow, nowMs: number) => Promise<EndpointRow | null>,
): Promise<Endpoint | null> {
  return withTenant(deps.db.app, tenant, async (tx) => {
    await countChange(tx, tenant);
    const row = await endpointForChange(tx, id);
    if (row === null) return null;
    const changed = await change(tx, row, deps.clock.nowMs());
    await announceEndpoint(tx, ENDPOINTS_CHANNEL, id);
    return changed === null ? null : toEndpoint(deps, changed);
  });
}

/** The endpoint as senders need it. Throws `SealBroken` when the master key does not open it. */
export function destinationOf(deps: Pick<WebhookDeps, 'keyring'>, row: EndpointRow): Destination {
  return {
    id: row.id,
    tenant: { merchantId: row.merchantId, mode: row.mode },
    version: Number(row.version),
    isActive: row.state === 'active',
    pausedUntilMs: row.pausedUntilMs,
    skipBeforeMs: row.skipBeforeMs,
    ...openSecrets(deps.keyring, row.id, row.sealed),
  };
}

/** The endpoint as its merchant sees it: with the URL, without the secrets. */
export function toEndpoint(
  deps: Pick<WebhookDeps, 'keyring' | 'clock'>,
  { merchantId, mode, sealed, version, skipBeforeMs, ...row }: EndpointRow,
): Endpoint {
  const { url, secrets } = openSecrets(deps.keyring, row.id, sealed);
  return {
    ...row,
    disabledReason: row.disabledReason === null ? null : textOf(row.disabledReason),
    lastFailure: row.lastFailure === null ? null : textOf(row.lastFailure),
    tenant: { merchantId, mode },
    url,
    olderSecretsUntilMs: liveSecrets(secrets, deps.clock.nowMs()).flatMap(({ untilMs }) =>
      untilMs === null ? [] : [untilMs],
    ),
  };
}

/**
 * The type of a test. It is not an event of the log: it is sent on request, once, and has no
 * sequence.
 */
export const TEST_EVENT = 'webhook_endpoint.test';

export interface TestOutcome {
  readonly deliveryId: string;
  readonly delivered: boolean;
  readonly status: number | null;
  /** Null: it was delivered. */
  readonly reason: ErrorText | null;
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
