import type { CarrierAdapter } from '../../adapters/contract.ts';
import {
  type AccessVerdict,
  createPace,
  createSession,
  createTokenCache,
  type Pace,
  paceWindows,
  verifyAccess,
} from '../../adapters/index.ts';
import type { CredentialVerdict, PollingAccount } from '../../intake/index.ts';
import type { Clock, RandomBytes, Wait } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { HttpClient } from '../../platform/http-client.ts';
import { limitsOf } from '../budget/limits.ts';
import { noSystem } from '../no-system.ts';
import { bookVerification } from './book-verification.ts';
import type { Candidate } from './candidate.ts';

export interface CredentialVerifier {
  /** Asks the carrier with one call at most, within `VERIFY_MS_MAX`. Never rejects. */
  verify(candidate: Candidate): Promise<CredentialVerdict>;
  /** The account that was asked about before it was stored: its call is booked now. */
  stored(account: Candidate & { readonly id: string }): Promise<void>;
}

export interface CredentialVerifierDeps {
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

/** Somebody waits for the answer in front of a form; a carrier that is well needs a second. */
const VERIFY_MS_MAX = 8_000;
/** Each exchange leaves room for the wait before it. */
const EXCHANGE_MS_MAX = 6_000;
/** Remembered, with their pace and their "not before": a handful for each carrier. */
const ORIGINS_MAX = 1_000;

/**
 * Verifies credentials in any process that has the database, whether or not it polls. It has tokens
 * of its own, forgotten at once: what a carrier said to the last attempt must not answer this one.
 * The pace of a token endpoint is kept, and what an origin asked for in the way of waiting is obeyed
 * for all accounts, so that many wrong attempts do not make a carrier close its door.
 */
export function createCredentialVerifier(deps: CredentialVerifierDeps): CredentialVerifier {
  const { clock, wait } = deps;
  const tokens = createTokenCache(clock, wait);
  const waits = new Map<string, number>();
  const paces = new Map<string, Pace>();
  let attempts = 0;

  function paceOf(origin: string, { manifest }: CarrierAdapter): Pace {
    const pace = paces.get(origin) ?? createPace(paceWindows(manifest.limits), clock, wait);
    if (paces.size >= ORIGINS_MAX) paces.clear();
    paces.set(origin, pace);
    return pace;
  }

  async function ask(candidate: Candidate): Promise<CredentialVerdict> {
    const { id, caps } = candidate;
    const adapter = deps.adapterOf(candidate.carrier);
    if (adapter?.access === undefined)
      return unverified('this installation cannot ask the carrier');
    const origin = deps.originOf(candidate, adapter);
    if (origin === null) return unverified(noSystem(candidate));
    const waitMs = (waits.get(origin) ?? 0) - clock.nowMs();
    if (waitMs > 0) {
      const retryAfterS = Math.ceil(waitMs / 1_000);
      return unverified('the carrier has told us to wait', retryAfterS);
    }
    attempts += 1;
    const session = createSession({
      accountId: `verification-${attempts}`,
      adapter,
      credentials: candidate.credentials,
      origin,
      http: deps.http,
      tokens,
      clock,
      randomBytes: deps.randomBytes,
      debit: () =>
        // What is not stored yet has all its calls left, and no row to book this one in.
        id === null
          ? Promise.resolve({ ok: true })
          : bookVerification(deps, { ...candidate, id }, limitsOf(adapter.manifest.limits, caps)),
      breaker: { allows: () => ({ ok: true }), report: () => {} },
      pace: paceOf(origin, adapter),
      timeoutMs: EXCHANGE_MS_MAX,
    });
    const verdict = await verifyAccess(adapter.access, session);
    if (verdict.outcome === 'rate_limited' && verdict.retryAfterS !== undefined) {
      if (waits.size >= ORIGINS_MAX) waits.clear();
      waits.set(origin, clock.nowMs() + verdict.retryAfterS * 1_000);
    }
    return inWords(verdict, candidate.credentials);
  }

  return {
    async verify(candidate) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<CredentialVerdict>((resolve) => {
        timer = setTimeout(
          () => resolve(unverified('the carrier did not answer in time')),
          VERIFY_MS_MAX,
        );
      });
      const failed = () => unverified('the carrier could not be asked');
      try {
        return await Promise.race([ask(candidate).catch(failed), late]);
      } finally {
        clearTimeout(timer);
      }
    },
    async stored(account) {
      const adapter = deps.adapterOf(account.carrier);
      if (adapter?.access?.verify === undefined || adapter.access.token !== undefined) return;
      await bookVerification(deps, account, limitsOf(adapter.manifest.limits, account.caps));
    },
  };
}

function unverified(reason: string, retryAfterS?: number | null): CredentialVerdict {
  return { state: 'unverified', reason, ...(retryAfterS === undefined ? {} : { retryAfterS }) };
}

function inWords(verdict: AccessVerdict, credentials: Candidate['credentials']): CredentialVerdict {
  if (verdict.outcome === 'accepted') return { state: 'verified' };
  if (verdict.outcome === 'unasked') {
    return unverified('this carrier offers no call that shows it; the first poll does', null);
  }
  const reason = withoutValues(verdict.reason, credentials);
  const { retryAfterS } = verdict;
  switch (verdict.outcome) {
    case 'auth_error':
      return { state: 'refused', reason };
    case 'scope_missing':
      return unverified(`the carrier knows them, and they lack a permission: ${reason}`);
    case 'rate_limited':
      return unverified(`the carrier has told us to wait: ${reason}`, retryAfterS);
    case 'unsent':
      return unverified(`no call is left to ask with: ${reason}`, retryAfterS);
    case 'error':
      return unverified(`the carrier gave no usable answer: ${reason}`, retryAfterS);
  }
}

/** Shorter ones are words of any sentence. */
const VALUE_CHARS_MIN = 4;

/** An adapter's sentence holds no secret; should one quote an answer that does, it is masked. */
function withoutValues(reason: string, credentials: Candidate['credentials']): string {
  return Object.values(credentials)
    .filter((value) => value.length >= VALUE_CHARS_MIN)
    .reduce((text, value) => text.replaceAll(value, '***'), reason);
}
