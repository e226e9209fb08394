import { LRUCache } from 'lru-cache';
import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import {
  type AccessVerdict,
  createPace,
  createSession,
  createTokenCache,
  type Debit,
  type Pace,
  paceWindows,
  verifyAccess,
} from '../../adapters/index.ts';
import type { CredentialVerdict, PollingAccount } from '../../intake/index.ts';
import type { ErrorText } from '../../kernel/errors.ts';
import type { Clock, RandomBytes, Wait } from '../../platform/clock.ts';
import { type Database, withTransaction } from '../../platform/database/database.ts';
import type { HttpClient } from '../../platform/net/http-client.ts';
import { within } from '../../platform/work/within.ts';
import { ensureState, lockState } from '../accounts/state.sql.ts';
import { bookCall, roomAtMs, usedCalls } from '../budget/ledger.sql.ts';
import { type AccountLimits, limitsOf } from '../budget/limits.ts';
import { noSystem } from '../no-system.ts';

export interface CredentialVerifier {
  /**
   * Checks credentials with one call to the carrier at most, within `VERIFY_MS_MAX`. Never rejects.
   */
  verify(candidate: Candidate): Promise<CredentialVerdict>;
  /** Books the call for an account that was verified before it was stored. */
  stored(account: Candidate & { readonly id: string }): Promise<void>;
}

interface CredentialVerifierDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly randomBytes: RandomBytes;
  readonly adapterOf: (carrier: string) => CarrierAdapter | undefined;
  readonly originOf: (
    account: Pick<PollingAccount, 'carrier' | 'environment'>,
    adapter: CarrierAdapter,
  ) => string | null;
}

/** Somebody waits for the answer in front of a form; a healthy carrier needs a second. */
const VERIFY_MS_MAX = 8_000;
/** The limit of each exchange leaves time for the wait before it. */
const EXCHANGE_MS_MAX = 6_000;
/**
 * How many call rates are remembered, of origins and token endpoints: a handful for each carrier.
 */
const PACES_MAX = 1_000;
/** How many "not before" times are remembered; dropping the oldest costs one call too many. */
const WAITS_MAX = 10_000;
/**
 * The longest that a carrier's "not before" is obeyed: a mistake must not close a form for days.
 */
const WAIT_MS_MAX = 3_600_000;

/**
 * Verifies credentials in any process with a database, whether or not it polls. Each attempt uses
 * its own tokens and discards them: a carrier's answer to the previous attempt must not answer this
 * one, and no token stays behind. The rate limits of an origin and of its token endpoint are
 * shared, so that many wrong attempts do not make a carrier block us. A carrier's "not before"
 * applies to the account that received it, or to all unstored accounts of its merchant, and to
 * nobody else's.
 */
export function createCredentialVerifier(deps: CredentialVerifierDeps): CredentialVerifier {
  const { clock, wait } = deps;
  const notBeforeMs = new Map<string, number>();
  const paces = new LRUCache<string, Pace>({ max: PACES_MAX });

  function paceOf(key: string, limits: Parameters<typeof paceWindows>[0]): Pace {
    const pace = paces.get(key) ?? createPace(paceWindows(limits), clock, wait);
    paces.set(key, pace);
    return pace;
  }

  function rememberWait(key: string, retryAfterS: number): void {
    if (!(retryAfterS > 0)) return;
    notBeforeMs.delete(key);
    notBeforeMs.set(key, clock.nowMs() + Math.min(retryAfterS * 1_000, WAIT_MS_MAX));
    for (const oldest of notBeforeMs.keys()) {
      if (notBeforeMs.size <= WAITS_MAX) break;
      notBeforeMs.delete(oldest);
    }
  }

  /**
   * Makes the verifying call, unless the carrier asked to wait. `unverified` if nothing can be
   * concluded.
   */
  async function callCarrier(candidate: Candidate): Promise<CredentialVerdict> {
    const { id, caps } = candidate;
    const adapter = deps.adapterOf(candidate.carrier);
    if (adapter?.access === undefined) return unverified('accounts.carrierOutOfReach');
    const origin = deps.originOf(candidate, adapter);
    if (origin === null) return unverified(noSystem(candidate));
    const waitKey = JSON.stringify([origin, id ?? [candidate.merchantId, candidate.mode]]);
    const waitMs = (notBeforeMs.get(waitKey) ?? 0) - clock.nowMs();
    if (waitMs > 0) {
      const retryAfterS = Math.ceil(waitMs / 1_000);
      return unverified({ 'accounts.carrierLimits': { reason: 'none' } }, retryAfterS);
    }
    if (adapter.access.token !== undefined) {
      const callsPerSecond = adapter.access.token.callsPerSecondMax ?? 1;
      await paceOf(`token ${origin}`, { callsPerSecond }).turn();
    }
    const session = createSession({
      accountId: 'verification',
      adapter,
      credentials: candidate.credentials,
      origin,
      http: deps.http,
      tokens: createTokenCache(clock, wait),
      clock,
      randomBytes: deps.randomBytes,
      debit: () =>
        // An unstored account has all its calls left, and no row to book this one in.
        id === null
          ? Promise.resolve({ ok: true })
          : bookVerification(deps, { ...candidate, id }, limitsOf(adapter.manifest.limits, caps)),
      breaker: { allows: () => ({ ok: true }), report: () => {} },
      pace: paceOf(origin, adapter.manifest.limits),
      timeoutMs: EXCHANGE_MS_MAX,
    });
    const verdict = await verifyAccess(adapter.access, session);
    if (verdict.outcome === 'rate_limited') rememberWait(waitKey, verdict.retryAfterS ?? 0);
    return toVerdict(verdict, candidate.credentials);
  }

  return {
    async verify(candidate) {
      const asked = callCarrier(candidate).catch(() => unverified('accounts.carrierNotReached'));
      return within(VERIFY_MS_MAX, asked, unverified('accounts.carrierAnswersLate'));
    },
    async stored(account) {
      const adapter = deps.adapterOf(account.carrier);
      if (adapter?.access?.verify === undefined || adapter.access.token !== undefined) return;
      await bookVerification(deps, account, limitsOf(adapter.manifest.limits, account.caps));
    },
  };
}

function unverified(reason: ErrorText, retryAfterS?: number | null): CredentialVerdict {
  return { state: 'unverified', reason, ...(retryAfterS === undefined ? {} : { retryAfterS }) };
}

/** Converts the outcome of the call to a verdict; its reason contains no credentials. */
function toVerdict(
  verdict: AccessVerdict,
  credentials: Candidate['credentials'],
): CredentialVerdict {
  if (verdict.outcome === 'accepted') return { state: 'verified' };
  if (verdict.outcome === 'unasked') {
    return unverified('accounts.firstPollVerifies', null);
  }
  const reason = maskCredentials(verdict.reason, credentials);
  const { retryAfterS } = verdict;
  switch (verdict.outcome) {
    case 'auth_error':
      return { state: 'refused', reason: { 'values.verbatim': { text: reason } } };
    case 'scope_missing':
      return unverified({ 'accounts.permissionMissing': { reason } });
    case 'rate_limited':
      return unverified({ 'accounts.carrierLimits': { reason } }, retryAfterS);
    case 'unsent':
      return unverified({ 'accounts.noCallLeft': { reason } }, retryAfterS);
    case 'error':
      return unverified({ 'accounts.noUsableAnswer': { reason } }, retryAfterS);
  }
}

/** Shorter values may be words of any sentence, and are not masked. */
const VALUE_CHARS_MIN = 4;

/**
 * Masks the credentials in a reason. An adapter's sentence should contain none, but may quote an
 * answer that does.
 */
function maskCredentials(reason: string, credentials: Candidate['credentials']): string {
  return Object.values(credentials)
    .filter((value) => value.length >= VALUE_CHARS_MIN)
    .reduce((text, value) => text.replaceAll(value, '***'), reason);
}

/**
 * Books a call that verifies credentials, within the account's hour and day like any other. Neither
 * the plan nor a pause prevents it: new credentials are what ends a pause.
 */
async function bookVerification(
  { db, clock }: { readonly db: Pick<Database, 'pipeline'>; readonly clock: Clock },
  { id, merchantId, mode, carrier }: Candidate & { readonly id: string },
  { windows }: AccountLimits,
): Promise<Debit> {
  const nowMs = clock.nowMs();
  await ensureState(db.pipeline, { id, merchantId, mode, carrier }, nowMs);
  return withTransaction(db.pipeline, async (tx): Promise<Debit> => {
    await lockState(tx, id);
    const used = await usedCalls(tx, id, windows, nowMs);
    const full = windows.find((limit, index) => (used[index]?.calls ?? 0) >= limit.calls);
    if (full !== undefined) {
      const roomMs = await roomAtMs(tx, id, full, 0, nowMs);
      return { ok: false, retryAfterS: Math.max(1, Math.ceil((roomMs - nowMs) / 1_000)) };
    }
    await bookCall(tx, { accountId: id, merchantId, mode, atMs: nowMs, isRefresh: true });
    return { ok: true };
  });
}

/** Credentials to verify; `id` is null for an account that is not stored yet. */
export interface Candidate
  extends Pick<
    PollingAccount,
    'merchantId' | 'mode' | 'carrier' | 'environment' | 'credentials' | 'caps'
  > {
  readonly id: string | null;
}
