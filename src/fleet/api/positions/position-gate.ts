import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import { assertScope } from '../../../http/kit/auth.ts';
import { createRateLimiter } from '../../../http/kit/rate-limit.ts';
import { entriesMax } from '../../../kernel/entries-max.ts';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { type ApiKey, type ApiKeysDeps, authenticate } from '../../../merchants/index.ts';

/** Authenticates a merchant's key for positions, and limits its rate. */
export interface PositionGate {
  /**
   * Returns the API key of the request: without a promise if the key was valid a moment ago. Throws
   * `Problem` if it is not valid.
   */
  admit(request: IncomingMessage, clientIp: string): ApiKey | Promise<ApiKey>;
  /** Charges a key for what it sent; returns seconds to wait, 0 when within the limit. */
  charge(key: ApiKey, positions: number): number;
  /** Figures for the `RateLimit-*` headers. */
  readonly burst: number;
  left(key: ApiKey): { readonly remaining: number; readonly resetS: number };
}

/**
 * How long a valid key is cached: three thousand requests a second use the same few. A revoked key
 * can send positions for one more second.
 */
const GOOD_MS = 1_000;
const KNOWN_MAX = 10_000;
/** Positions of a key: 100,000 couriers every two seconds, plus the backlog of a minute offline. */
const BURST = 1_000_000;
const PER_S = 250_000;
/** A request costs as much as this many positions. */
const REQUEST_COST = 10;
/** Requests of one IP address with keys that were not valid before. */
const UNKNOWN_KEY_BURST = 600;
const UNKNOWN_KEY_PER_S = 20;
/** Headers of current senders; an entry lives no longer than its cached key. */
const HEADERS_MAX = 256;
const BEARER = /^Bearer +([^\s]{1,256})$/i;

/** Creates the gate for positions sent with a merchant's key. */
export function createPositionGate(keys: ApiKeysDeps): PositionGate {
  const { clock } = keys;
  const good = new LRUCache<string, ApiKey>({ ...entriesMax(KNOWN_MAX), ttl: GOOD_MS });
  const goodHeaders = new LRUCache<string, ApiKey>({
    max: HEADERS_MAX,
    ttl: GOOD_MS,
    ttlAutopurge: true,
  });
  /** Only keys that were valid once: made-up keys cannot displace them. */
  const known = new LRUCache<string, true>(entriesMax(KNOWN_MAX));
  const rates = createRateLimiter({ name: 'positions', burst: BURST, perS: PER_S, clock });
  const unknownKeys = createRateLimiter({
    name: 'unknown position keys',
    burst: UNKNOWN_KEY_BURST,
    perS: UNKNOWN_KEY_PER_S,
    clock,
  });

  async function authenticateKey(
    header: string,
    offered: string,
    digest: string,
    clientIp: string,
  ): Promise<ApiKey> {
    const waitS = known.has(digest) ? 0 : unknownKeys.take(clientIp);
    if (waitS > 0) throw tooMany('requests.tooManyUnauthenticatedRequests', waitS);
    const key = await authenticate(keys, offered);
    if (key === null) {
      known.delete(digest);
      throw new Problem('unauthenticated', 'positions.keyUnknownOrRevoked');
    }
    known.set(digest, true);
    assertScope(key, 'positions:write');
    good.set(digest, key);
    goodHeaders.set(header, key);
    return key;
  }

  return {
    burst: BURST,
    admit(request, clientIp) {
      const header = request.headers.authorization ?? '';
      const cachedKey = goodHeaders.get(header);
      if (cachedKey !== undefined) return cachedKey;
      const offered = BEARER.exec(header)?.[1];
      if (offered === undefined) {
        const missing = 'positions.bearerKeyMissing';
        throw new Problem('unauthenticated', missing);
      }
      const digest = createHash('sha256').update(offered).digest('base64');
      return good.get(digest) ?? authenticateKey(header, offered, digest, clientIp);
    },
    charge: (key, positions) => rates.take(key.id, REQUEST_COST + positions),
    left: (key) => rates.left(key.id),
  };
}

export function tooMany(detail: ErrorText, retryAfterS: number): Problem {
  return new Problem('rate_limited', detail, { retryAfterS });
}
