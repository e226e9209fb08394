import { createHash } from 'node:crypto';
import type { Clock, Wait } from '../../platform/clock.ts';
import type { AdapterLimits } from '../contract/contract.ts';
import type { CarrierAccess, Credentials, HttpAnswer, TokenOutcome } from '../contract/pull.ts';

/**
 * The tokens of all accounts of this process. Each is fetched once, however many callers need it at
 * the same time.
 */
export interface TokenCache {
  /** Returns the account's token, which is fetched when there is none or it is about to expire. */
  get(need: TokenNeed): Promise<TokenResult>;
  /**
   * Replaces the token `refused`, which the carrier answered with 401. Returns the same one again
   * if the last renewal was too recent.
   */
  renew(need: TokenNeed, refused: string): Promise<TokenResult>;
}

export interface TokenNeed {
  readonly accountId: string;
  readonly access: CarrierAccess;
  readonly credentials: Credentials;
  readonly origin: string;
  /** Sends the token request; null when no answer came. */
  send(): Promise<HttpAnswer | null>;
}

interface TokenResult {
  readonly outcome: TokenOutcome;
  /** Whether this very call sent a request to the token endpoint. */
  readonly wasRequested: boolean;
}

interface Entry {
  /**
   * The fingerprint of the credentials, because after a rotation the old token must not be used any
   * more.
   */
  readonly fingerprint: string;
  outcome: TokenOutcome | null;
  untilMs: number;
  /** When a refused token was last replaced. */
  renewedMs: number;
  underWay: Promise<TokenOutcome> | null;
}

/** A token is no longer used this long before it expires (or a tenth of its lifetime, if less). */
const MARGIN_MS = 60_000;
/**
 * Maximum lifetime: no carrier's token lives longer, so one with a longer claimed lifetime is
 * requested again.
 */
const LIFE_MS_MAX = 24 * 3_600_000;
/** How long a failure is cached, if the carrier names no time. */
const FAILURE_MS = 30_000;
/** Maximum wait that a carrier may ask for: a mistaken value must not disable an account. */
const FAILURE_MS_MAX = 3_600_000;
/**
 * Minimum interval between renewals: a carrier that refuses fresh tokens does not get a token
 * request with every call.
 */
const RENEWAL_PAUSE_MS = 60_000;
const ACCOUNTS_MAX = 10_000;

/** Creates the cache of this process's tokens. */
export function createTokenCache(clock: Clock, wait: Wait): TokenCache {
  const entries = new Map<string, Entry>();
  /**
   * The pace by origin, because carriers count the calls to their token endpoint for all accounts
   * of a client.
   */
  const paces = new Map<string, Pace>();

  /** Returns the account's entry; a new one if its credentials or the origin have changed. */
  function entryOf({ accountId, credentials, origin }: TokenNeed): Entry {
    const fingerprint = fingerprintOf(credentials, origin);
    const known = entries.get(accountId);
    if (known?.fingerprint === fingerprint) return known;
    const entry = { fingerprint, outcome: null, untilMs: 0, renewedMs: -Infinity, underWay: null };
    entries.delete(accountId);
    entries.set(accountId, entry);
    for (const oldest of entries.keys()) {
      if (entries.size <= ACCOUNTS_MAX) break;
      entries.delete(oldest);
    }
    return entry;
  }

  async function fetchToken(need: TokenNeed, entry: Entry): Promise<TokenOutcome> {
    const { access, origin } = need;
    const callsPerSecond = access.token?.callsPerSecondMax ?? 1;
    const pace = paces.get(origin) ?? createPace(paceWindows({ callsPerSecond }), clock, wait);
    paces.set(origin, pace);
    await pace.turn();
    // A token's life is counted from before it was made.
    const startedMs = clock.nowMs();
    const answer = await need.send();
    const outcome: TokenOutcome =
      answer === null || access.token === undefined
        ? { outcome: 'error', reason: 'the token endpoint did not return a usable answer' }
        : access.token.read(answer);
    entry.outcome = outcome;
    entry.untilMs =
      outcome.outcome === 'token'
        ? startedMs + usableMs(outcome.lifetimeS)
        : clock.nowMs() + failureMs(outcome.retryAfterS);
    return outcome;
  }

  /** Requests a token, or waits for the request that another caller has already sent. */
  async function request(need: TokenNeed, entry: Entry): Promise<TokenResult> {
    if (entry.underWay !== null) return { outcome: await entry.underWay, wasRequested: false };
    entry.underWay = fetchToken(need, entry).finally(() => {
      entry.underWay = null;
    });
    return { outcome: await entry.underWay, wasRequested: true };
  }

  async function get(need: TokenNeed): Promise<TokenResult> {
    const entry = entryOf(need);
    const { outcome, untilMs } = entry;
    const nowMs = clock.nowMs();
    if (entry.underWay === null && outcome !== null && nowMs < untilMs) {
      return { outcome: withRemainingWait(outcome, untilMs - nowMs), wasRequested: false };
    }
    return request(need, entry);
  }

  async function renew(need: TokenNeed, refused: string): Promise<TokenResult> {
    const entry = entryOf(need);
    if (entry.underWay !== null) return request(need, entry);
    const { outcome } = entry;
    // Another caller was refused, too, and was faster, or the endpoint is known to fail.
    if (outcome?.outcome !== 'token' || outcome.token !== refused) return get(need);
    const nowMs = clock.nowMs();
    const pausedMs = entry.renewedMs + RENEWAL_PAUSE_MS - nowMs;
    // A longer remaining pause means that the clock was set back: it is ignored.
    if (pausedMs > 0 && pausedMs <= RENEWAL_PAUSE_MS) return { outcome, wasRequested: false };
    entry.renewedMs = nowMs;
    return request(need, entry);
  }

  return { get, renew };
}

/** Returns how long a token is used: its lifetime minus the margin; 0 for an invalid lifetime. */
function usableMs(lifetimeS: number): number {
  const lifeMs = Number.isFinite(lifetimeS)
    ? Math.min(Math.max(0, lifetimeS * 1_000), LIFE_MS_MAX)
    : 0;
  return lifeMs - Math.min(MARGIN_MS, lifeMs / 10);
}

function failureMs(retryAfterS: number | undefined): number {
  if (retryAfterS === undefined || !(retryAfterS >= 0)) return FAILURE_MS;
  return Math.min(Math.max(FAILURE_MS, retryAfterS * 1_000), FAILURE_MS_MAX);
}

/** Returns a cached outcome; a failure gets the remaining wait as `retryAfterS`. */
function withRemainingWait(outcome: TokenOutcome, leftMs: number): TokenOutcome {
  if (outcome.outcome === 'token') return outcome;
  return { ...outcome, retryAfterS: Math.ceil(leftMs / 1_000) };
}

function fingerprintOf(credentials: Credentials, origin: string): string {
  const sorted = Object.entries(credentials).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([origin, sorted]))
    .digest('base64');
}

/** Admits calls one after the other, never more than a carrier allows in any window of time. */
export interface Pace {
  /** Resolves when the next call may be sent. Send it at once, with nothing in between. */
  turn(): Promise<void>;
}

/** A limit: at most `calls` in any `perMs` milliseconds, wherever they begin. */
export interface PaceWindow {
  readonly calls: number;
  readonly perMs: number;
}

/**
 * The share of a carrier's limit that we use. Calls sent a second apart may arrive closer together,
 * and an excess call causes minutes of refusals: giving up a tenth of the rate is cheap insurance.
 */
const SHARE = 0.9;

/** Converts a manifest's rate limits into windows, reduced to `SHARE`. */
export function paceWindows(
  limits: Pick<AdapterLimits, 'callsPerSecond' | 'burst'>,
): readonly PaceWindow[] {
  return [
    ...(limits.callsPerSecond === null ? [] : [windowOf(limits.callsPerSecond, 1)]),
    ...(limits.burst === undefined ? [] : [windowOf(limits.burst.calls, limits.burst.perS)]),
  ];
}

/**
 * Converts a limit, reduced to `SHARE`, into a window. If less than one call fits, it is one call
 * in a longer window: 0.2 calls a second become one in 5.6 s.
 */
function windowOf(calls: number, perS: number): PaceWindow {
  const whole = Math.floor(calls * SHARE);
  if (whole >= 1) return { calls: whole, perMs: perS * 1_000 };
  return { calls: 1, perMs: Math.ceil((perS * 1_000) / (calls * SHARE)) };
}

/**
 * Creates a pace for this process that obeys all windows; they slide. Callers get their turns in
 * the order in which they asked. Without windows every turn comes at once.
 */
export function createPace(windows: readonly PaceWindow[], clock: Clock, wait: Wait): Pace {
  const windowMax = Math.max(0, ...windows.map(({ calls }) => calls));
  let sentMs: number[] = [];
  let queue: Promise<void> = Promise.resolve();

  /** Returns how long until a call fits into every window. */
  function delayMs(nowMs: number): number {
    // If the clock was set back, past calls seem to be in the future: they count as made now.
    sentMs = sentMs.map((atMs) => Math.min(atMs, nowMs));
    const delays = windows.map(({ calls, perMs }) => {
      const oldest = sentMs[sentMs.length - calls];
      return oldest === undefined ? 0 : oldest + perMs - nowMs;
    });
    return Math.max(0, ...delays);
  }

  async function waitForTurn(): Promise<void> {
    for (let ms = delayMs(clock.nowMs()); ms > 0; ms = delayMs(clock.nowMs())) await wait(ms);
    sentMs.push(clock.nowMs());
    if (sentMs.length > windowMax) sentMs.shift();
  }

  return {
    turn() {
      queue = queue.then(waitForTurn, waitForTurn);
      return queue;
    },
  };
}
