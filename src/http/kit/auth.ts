import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import { entriesMax } from '../../kernel/entries-max.ts';
import { type ErrorText, Problem } from '../../kernel/errors.ts';
import { isOpsScope, type Scope } from '../../kernel/scopes.ts';
import { type ApiKey, type ApiKeysDeps, authenticate } from '../../merchants/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { createRateLimiter } from './rate-limit.ts';

/** Rejects requests without a valid key, over the rate limit, or without permission. */
export interface Gate<Key extends ApiKey = ApiKey> {
  /**
   * The key of the request, after charging its rate limit and setting the headers. Throws
   * `Problem`.
   */
  admit(request: IncomingMessage, response: ServerResponse, clientIp: string): Promise<Key>;
  /** The same for a key that another header holds. */
  admitKey(offered: OfferedKey, response: ServerResponse, clientIp: string): Promise<Key>;
}

/** A key as a request states it. */
export interface OfferedKey {
  /** Undefined: there is none, or its header is malformed. */
  readonly text: string | undefined;
  /** What to tell a caller without a key. */
  readonly missing: ErrorText;
}

/** A merchant's import of a day's orders comes at once; 200 a second is 17 million a day. */
export const KEY_BURST = 2_000;
const KEY_PER_S = 200;
/**
 * Limits unknown keys from one address. Each costs a database lookup, so made-up keys are stopped
 * before it; a key that was just valid is never delayed by them.
 */
const UNKNOWN_KEY_BURST = 600;
const UNKNOWN_KEY_PER_S = 20;
const KNOWN_DIGESTS_MAX = 10_000;

/** The key in an Authorization header. */
export const BEARER = /^Bearer +([^\s]{1,256})$/i;

export function createGate({ clock, ...deps }: ApiKeysDeps): Gate {
  return createGateOf((text) => authenticate({ clock, ...deps }, text), clock);
}

/**
 * The same for any kind of key.
 *
 * @param find returns the key that a text stands for; null: it stands for none.
 */
export function createGateOf<Key extends ApiKey>(
  find: (text: string) => Promise<Key | null>,
  clock: Clock,
): Gate<Key> {
  const rates = createRateLimiter({ name: 'keys', burst: KEY_BURST, perS: KEY_PER_S, clock });
  const unknownKeys = createRateLimiter({
    name: 'unknown keys',
    burst: UNKNOWN_KEY_BURST,
    perS: UNKNOWN_KEY_PER_S,
    clock,
  });
  const knownDigests = new LRUCache<string, true>(entriesMax(KNOWN_DIGESTS_MAX));

  /** Throws `Problem` for a missing or unknown key, and for too many of those from one address. */
  async function identify({ text: offered, missing }: OfferedKey, clientIp: string) {
    const digest = createHash('sha256')
      .update(offered ?? '')
      .digest('base64');
    const waitS = knownDigests.has(digest) ? 0 : unknownKeys.take(clientIp);
    if (waitS > 0) {
      throw new Problem('rate_limited', 'requests.tooManyUnauthenticatedRequests', {
        retryAfterS: waitS,
      });
    }
    const key = offered === undefined ? null : await find(offered);
    if (key === null) {
      knownDigests.delete(digest);
      const detail = offered === undefined ? missing : 'positions.keyUnknownOrRevoked';
      throw new Problem('unauthenticated', detail);
    }
    knownDigests.set(digest, true);
    return key;
  }

  const admitKey: Gate<Key>['admitKey'] = async (offered, response, clientIp) => {
    const key = await identify(offered, clientIp);
    const waitS = rates.take(key.id);
    const { remaining, resetS } = rates.left(key.id);
    response.setHeader('ratelimit-limit', KEY_BURST);
    response.setHeader('ratelimit-remaining', remaining);
    response.setHeader('ratelimit-reset', resetS);
    if (waitS === 0) return key;
    const detail: ErrorText = {
      'requests.keyRateExceeded': { keyBurst: KEY_BURST, keyPerS: KEY_PER_S },
    };
    throw new Problem('rate_limited', detail, { retryAfterS: waitS });
  };
  return {
    admitKey,
    admit(request, response, clientIp) {
      const text = BEARER.exec(request.headers.authorization ?? '')?.[1];
      return admitKey({ text, missing: 'positions.bearerKeyMissing' }, response, clientIp);
    },
  };
}

/** `admin` includes every other scope of merchants. */
export function assertScope(key: ApiKey, scope: Scope): void {
  if (key.scopes.includes(scope)) return;
  if (key.scopes.includes('admin') && !isOpsScope(scope)) return;
  const has = key.scopes.join(', ') || 'none';
  throw new Problem('forbidden', { 'requests.scopeMissing': { scope, has } });
}
