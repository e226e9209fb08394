import type { ErrorText } from '../../../kernel/errors.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { issueText, textOf } from '../../../kernel/wire/explain-issues.ts';
import { type Transaction, withTenant } from '../../../platform/database/database.ts';
import { eventBody } from '../deliveries/body.ts';
import { judge } from '../deliveries/decide.ts';
import { insertTest } from '../deliveries/deliveries.sql.ts';
import type { WebhookFormat } from '../deliveries/format.ts';
import { requestHeaders } from '../deliveries/request-headers.ts';
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
 * contains the secret, which is empty if requests are not signed.
 */
export async function createEndpoint(
  deps: WebhookDeps,
  tenant: Tenant,
  { url, events, filters, description, format, customHeaders = [], ...given }: NewEndpoint,
): Promise<{ readonly endpoint: Endpoint; readonly secret: string } | null> {
  const nowMs = deps.clock.nowMs();
  const id = uuidV7(nowMs, deps.randomBytes(10));
  const secret = given.secret === undefined ? newSecret(deps.randomBytes) : given.secret;
  const secrets = secret === null ? [] : [{ secret, untilMs: null }];
  const written = {
    id,
    sealed: sealSecrets(deps.keyring, id, { url, secrets, headers: customHeaders }),
    description: description ?? '',
    events: [...events],
    filters: filters ?? {},
    format: format ?? 'waybill',
    state: 'active',
    disabledReason: null,
  } as const;
  const row = await withTenant(deps.db.app, tenant, async (tx) => {
    await countChange(tx, tenant);
    return insertEndpoint(tx, tenant, written, nowMs, ENDPOINTS_MAX);
  });
  return row === null ? null : { endpoint: toEndpoint(deps, row), secret: secret ?? '' };
}

/**
 * Lists endpoints, oldest first.
 *
 * @param after the last id of the previous page.
 * @param format null: of any.
 */
export async function listEndpoints(
  deps: WebhookDeps,
  tenant: Tenant,
  { after, limit }: { readonly after: string | null; readonly limit: number },
  format: WebhookFormat | null = null,
): Promise<readonly Endpoint[]> {
  const rows = await withTenant(deps.db.app, tenant, (tx) =>
    visibleEndpoints(tx, after, limit, format),
  );
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
      sealed: sealSecrets(deps.keyring, id, {
        url: patch.url ?? secrets.url,
        secrets:
          patch.secret === undefined ? secrets.secrets : [{ secret: patch.secret, untilMs: null }],
        headers: patch.customHeaders ?? secrets.headers ?? [],
      }),
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
    const { secrets, ...sealedToo } = openSecrets(deps.keyring, id, row.sealed);
    const endsMs = nowMs + overlapS * 1_000;
    const older = liveSecrets(secrets, nowMs).map((each) => ({
      ...each,
      untilMs: Math.min(each.untilMs ?? endsMs, endsMs),
    }));
    const all = [{ secret, untilMs: null }, ...liveSecrets(older, nowMs)].slice(0, SECRETS_MAX);
    const sealed = sealSecrets(deps.keyring, id, { ...sealedToo, secrets: all });
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
    format: row.format,
    ...openSecrets(deps.keyring, row.id, row.sealed),
  };
}

/** The endpoint as its merchant sees it: with the URL, without the secrets. */
export function toEndpoint(
  deps: Pick<WebhookDeps, 'keyring' | 'clock'>,
  { merchantId, mode, sealed, version, skipBeforeMs, ...row }: EndpointRow,
): Endpoint {
  const { url, secrets, headers = [] } = openSecrets(deps.keyring, row.id, sealed);
  return {
    ...row,
    customHeaders: headers,
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
  const { url, secrets, format, headers = [] } = destinationOf(deps, row);
  const atMs = deps.clock.nowMs();
  const id = uuidV7(atMs, deps.randomBytes(10));
  const theirs = format === 'waybill' ? undefined : deps.formats?.[format];
  const body = theirs?.test(id, tenant.mode, atMs) ?? testBody(id, endpointId, tenant, atMs);
  const live = liveSecrets(secrets, atMs).map(({ secret }) => secret);
  const outcome = await deps.post({
    url,
    headers: requestHeaders(format, { id, body, secrets: live, nowMs: atMs }, headers),
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
