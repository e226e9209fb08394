import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { CarrierAdapter, PushSubscriptionManifest } from '../../adapters/contract/contract.ts';
import type { CarrierSession, PushHook, SubscribeOutcome } from '../../adapters/contract/pull.ts';
import type { PollingAccount } from '../../intake/index.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import { type Database, withTransaction } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type AccountChange, type AccountEventDeps, changeAccount } from '../accounts/events.ts';
import { readState } from '../accounts/state.sql.ts';
import { coverTargets, lockPushHealth, savePushHealth, savePushReason } from './push-health.sql.ts';
import {
  evidenceOf,
  type PulledFacts,
  type PushHealth,
  type PushState,
  withEvidence,
  withSubscriptions,
} from './push-health.ts';
import { afterSubscribing, isAccountFailure } from './subscription.ts';
import {
  endSubscriptions,
  recordSubscriptions,
  type Search,
  type SubscriptionRow,
  subscriptionStateOf,
  type WantedSubscription,
  wantedByNumber,
  wantedOfAccount,
} from './subscriptions.sql.ts';

export interface KeepSubscriptionsDeps extends ChangePushDeps {
  /** The URL at which carriers reach this hub. */
  readonly publicUrl: () => string;
  /** The operator's name for the header that carries a carrier's secret. */
  readonly headerName: (carrier: string) => string | undefined;
  /** Schedules a run of the account no later than `atMs`. */
  readonly wake: (accountId: string, atMs: number) => void;
}

/** The most calls for subscriptions in one run; polls have to wait for them. */
const CALLS_MAX = 4;
/** Parcels of a silent push are polled again within this time; `audit` polls detect the silence. */
export const TAKE_OVER_MS = 30 * 60_000;

/**
 * Requests from the carrier the pushes that are wanted and due, and updates the targets on whether
 * push brings their updates. Returns how many subscriptions were requested.
 */
export async function keepSubscriptions(
  deps: KeepSubscriptionsDeps,
  account: PollingAccount,
  adapter: CarrierAdapter,
  session: CarrierSession,
): Promise<number> {
  const terms = adapter.manifest.push?.subscription;
  const request = {
    ...account,
    accountId: account.id,
    publicUrl: deps.publicUrl(),
    header: deps.headerName(account.carrier) ?? null,
  };
  let subscribed = 0;
  if (adapter.subscribe !== undefined && terms !== undefined) {
    const hookOrReason = hookOf(request);
    if ('hook' in hookOrReason && !(await mustWait(deps, account.id))) {
      subscribed = await updateSubscriptions(
        deps,
        account,
        adapter.subscribe,
        terms,
        hookOrReason.hook,
        session,
      );
    }
    await updatePushState(deps, account, 'reason' in hookOrReason ? hookOrReason.reason : null);
  }
  await coverAccount(deps, account, adapter);
  return subscribed;
}

/**
 * Whether subscriptions have to wait. Polls find out whether an account works again; until one
 * succeeds, nothing else is tried with refused credentials, nor with a carrier that does not
 * answer.
 */
async function mustWait(
  { db, clock }: Pick<KeepSubscriptionsDeps, 'db' | 'clock'>,
  accountId: string,
): Promise<boolean> {
  const state = await readState(db.pipeline, accountId);
  if (state === null) return false;
  const { trouble, breaker } = state;
  if (breaker.phase !== 'closed' || trouble?.state === 'failing_credentials') return true;
  return trouble !== null && trouble.untilMs > clock.nowMs();
}

/**
 * Updates the account's push state from its subscriptions.
 *
 * @param cannotRequest why no push can be requested; null: it was requested, where any was wanted.
 */
async function updatePushState(
  deps: KeepSubscriptionsDeps,
  account: PollingAccount,
  cannotRequest: string | null,
): Promise<void> {
  const { pipeline } = deps.db;
  const nowMs = deps.clock.nowMs();
  const subscriptions = await subscriptionStateOf(pipeline, {
    accountId: account.id,
    group: account,
    nowMs,
  });
  const reason = cannotRequest ?? subscriptions.reason;
  await savePushReason(pipeline, account.id, reason);
  const isChange = await changePush(deps, account, {
    decide: (before) => withSubscriptions(before, subscriptions, nowMs),
    reasonOf: (after) =>
      after === 'suspended'
        ? `no subscription is active: ${reason ?? 'it has ended'}`
        : 'webhooks are subscribed to again; polls will show whether they arrive',
  });
  if (isChange) deps.wake(account.id, nowMs);
}

/**
 * Ends subscriptions that are no longer wanted, and requests those that are missing, in batches.
 * Returns how many were requested. A failure that concerns the whole account stops it.
 */
async function updateSubscriptions(
  deps: KeepSubscriptionsDeps,
  account: PollingAccount,
  subscribe: NonNullable<CarrierAdapter['subscribe']>,
  terms: PushSubscriptionManifest,
  hook: PushHook,
  session: CarrierSession,
): Promise<number> {
  const { pipeline } = deps.db;
  const search: Search = {
    accountId: account.id,
    group: account,
    secretRef: createHash('sha256').update(`${hook.url} ${hook.secret}`).digest(),
    nowMs: deps.clock.nowMs(),
    limit: terms.numbersPerCall * CALLS_MAX,
  };
  await endSubscriptions(pipeline, search);
  const wanted =
    terms.scope === 'account'
      ? await wantedOfAccount(pipeline, search)
      : await wantedByNumber(pipeline, search);
  for (let from = 0; from < wanted.length; from += terms.numbersPerCall) {
    const batch = wanted.slice(from, from + terms.numbersPerCall);
    const numbers = batch.flatMap(({ trackingNumber }) => trackingNumber ?? []);
    const outcomes = await subscribe(numbers, hook, session);
    await recordSubscriptions(pipeline, search, rowsOf(deps, batch, outcomes));
    if (outcomes.some(isAccountFailure)) return from + batch.length;
  }
  return wanted.length;
}

/** Returns each requested subscription with its result; one that the adapter omitted has failed. */
function rowsOf(
  { clock, randomBytes }: KeepSubscriptionsDeps,
  batch: readonly WantedSubscription[],
  outcomes: readonly SubscribeOutcome[],
): SubscriptionRow[] {
  const nowMs = clock.nowMs();
  return batch.map(({ trackingNumber, tries }) => {
    const outcome = outcomes.find((each) => each.trackingNumber === trackingNumber) ?? {
      outcome: 'error' as const,
      trackingNumber,
      reason: 'the carrier did not answer about it',
    };
    const id = uuidV7(nowMs, randomBytes(10));
    return { id, trackingNumber, ...afterSubscribing(outcome, tries, nowMs) };
  });
}

/**
 * Records for the account's targets whether push brings their updates, by the account's push state.
 */
export async function coverAccount(
  { db, clock }: Pick<KeepSubscriptionsDeps, 'db' | 'clock'>,
  account: PollingAccount,
  { manifest }: CarrierAdapter,
): Promise<void> {
  const health = await withTransaction(db.pipeline, (tx) => lockPushHealth(tx, account.id));
  if (health === null) return;
  await coverTargets(db.pipeline, {
    accountId: account.id,
    group: account,
    state: health.state === 'suspended' ? 'silent' : health.state,
    byNumber: manifest.push?.subscription?.scope === 'number',
    nowMs: clock.nowMs(),
    takeOverMs: TAKE_OVER_MS,
  });
}

export interface HookRequest {
  readonly carrier: string;
  readonly accountId: string;
  readonly environment: 'production' | 'carrier_test' | 'sandbox';
  /** The hub's public URL, without a slash at the end. */
  readonly publicUrl: string;
  /** The newest is the one that the carrier has to use from now on. */
  readonly webhookSecrets: readonly string[];
  /** The operator's name for the header that carries the secret; null: the carrier's own name. */
  readonly header: string | null;
}

/** Returns where a carrier should post an account's pushes, or why it cannot push. Pure. */
export function hookOf(
  request: HookRequest,
): { readonly hook: PushHook } | { readonly reason: string } {
  const [secret] = request.webhookSecrets;
  if (secret === undefined) return { reason: 'The account has no webhook secret.' };
  if (request.environment !== 'sandbox' && !isPublic(request.publicUrl)) {
    return {
      reason: 'Carriers send webhooks to public https URLs only: set WAYBILL_PUBLIC_URL to one.',
    };
  }
  const url = `${request.publicUrl}/webhooks/carrier/${request.carrier}/${request.accountId}`;
  return { hook: { url, secret, header: request.header } };
}

function isPublic(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  if (protocol !== 'https:') return false;
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) === 4)
    return !/^(0|10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(host);
  if (isIP(host) === 6) return !/^(::1?$|f[cd]|fe[89ab])/i.test(host);
  return host.includes('.') && !/(^|\.)(localhost|local|internal|test|example)$/i.test(host);
}

/**
 * Updates the push health from the results of one call. Returns whether it has changed, so that the
 * targets' push coverage has to be updated.
 */
export async function watchPush(
  deps: ChangePushDeps,
  account: AccountChange['account'],
  pulled: readonly PulledFacts[],
): Promise<boolean> {
  const nowMs = deps.clock.nowMs();
  const evidence = pulled.map((each) => evidenceOf(each, nowMs));
  if (evidence.every((each) => each === 'nothing')) return false;
  return changePush(deps, account, {
    decide: (before) => withEvidence(before, evidence, nowMs),
    reasonOf: (after) =>
      after === 'silent'
        ? 'consecutive polls found updates that no webhook had reported'
        : 'polls found only what webhooks had already reported',
  });
}

interface ChangePushDeps extends AccountEventDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly log: Logger;
}

interface PushDecision {
  readonly decide: (before: PushHealth) => PushHealth;
  /** Returns one sentence about a change to that state. */
  readonly reasonOf: (after: PushState) => string;
}

/**
 * Stores the state of an account's pushes, and reports a change of it in the event log and our own
 * log. Without a change it costs one short transaction. Returns whether the state changed.
 */
async function changePush(
  deps: ChangePushDeps,
  account: AccountChange['account'],
  { decide, reasonOf }: PushDecision,
): Promise<boolean> {
  const { id, carrier } = account;
  const isChange = await withTransaction(deps.db.pipeline, async (tx) => {
    const before = await lockPushHealth(tx, id);
    if (before === null) return false;
    const after = decide(before);
    if (after.state !== before.state) return true;
    if (after !== before) await savePushHealth(tx, id, after);
    return false;
  });
  if (!isChange) return false;
  return changeAccount(deps, id, async (tx) => {
    const before = await lockPushHealth(tx, id);
    if (before === null) return null;
    const after = decide(before);
    await savePushHealth(tx, id, after);
    if (after.state === before.state) return null;
    const reason = reasonOf(after.state);
    const fields = { account: id, carrier, push: after.state, reason };
    if (after.state === 'silent' || after.state === 'suspended') {
      deps.log.warn(fields, 'webhooks no longer arrive; their parcels are polled');
    } else deps.log.info(fields, 'webhooks arrive again');
    const type = 'carrier_account.push_changed';
    return { type, account, state: after.state, previousState: before.state, reason };
  });
}
