import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import { assertScope } from '../../../http/kit/auth.ts';
import { createRateLimiter } from '../../../http/kit/rate-limit.ts';
import { entriesMax } from '../../../kernel/entries-max.ts';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { type ApiKey, type ApiKeysDeps, authenticate } from '../../../merchants/index.ts';

/** Authenticates live connections by API key. */
export interface LiveGate {
  /**
   * Returns the API key of the request. Throws `Problem` if there is none that may watch, or the
   * client is over the rate limit.
   */
  admit(request: IncomingMessage, clientIp: string): Promise<ApiKey>;
  /** Forgets all cached keys; called when a key was revoked. */
  forget(): void;
}

/**
 * How long a valid key is cached: ten thousand screens may reconnect at once with the same few
 * keys.
 */
const GOOD_MS = 1_000;
const KNOWN_MAX = 10_000;
/**
 * Connections of one key: enough for all of a merchant's screens to reconnect after a restart of
 * the hub, with reserve for a second restart.
 */
const BURST = 15_000;
const PER_S = 500;
/** Requests of one IP address with keys that were not valid before. */
const UNKNOWN_KEY_BURST = 600;
const UNKNOWN_KEY_PER_S = 20;
const BEARER = /^Bearer +([^\s]{1,256})$/i;

/** Creates the gate that authenticates live connections by API key. */
export function createLiveGate(keys: ApiKeysDeps): LiveGate {
  const { clock } = keys;
  const validKeys = new LRUCache<string, Promise<ApiKey>>({
    ...entriesMax(KNOWN_MAX),
    ttl: GOOD_MS,
  });
  const known = new LRUCache<string, true>(entriesMax(KNOWN_MAX));
  const rates = createRateLimiter({ name: 'live keys', burst: BURST, perS: PER_S, clock });
  const unknownKeys = createRateLimiter({
    name: 'unknown live keys',
    burst: UNKNOWN_KEY_BURST,
    perS: UNKNOWN_KEY_PER_S,
    clock,
  });

  async function checkKey(offered: string, digest: string): Promise<ApiKey> {
    const key = await authenticate(keys, offered);
    if (key === null) {
      known.delete(digest);
      throw new Problem('unauthenticated', 'positions.keyUnknownOrRevoked');
    }
    known.set(digest, true);
    return key;
  }

  async function keyOf(request: IncomingMessage, clientIp: string): Promise<ApiKey> {
    const offered = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (offered === undefined) {
      const missing = 'positions.bearerKeyMissing';
      throw new Problem('unauthenticated', missing, {
        fix: 'positions.useMerchantKey',
      });
    }
    const digest = createHash('sha256').update(offered).digest('base64');
    const waitS = known.has(digest) ? 0 : unknownKeys.take(clientIp);
    if (waitS > 0) throw tooMany('requests.tooManyUnauthenticatedRequests', waitS);
    const cachedKey = validKeys.get(digest);
    if (cachedKey !== undefined) return cachedKey;
    const checking = checkKey(offered, digest);
    validKeys.set(digest, checking);
    checking.catch(() => validKeys.delete(digest));
    return checking;
  }

  return {
    async admit(request, clientIp) {
      const key = await keyOf(request, clientIp);
      assertScope(key, 'couriers:read');
      const waitS = rates.take(key.id);
      if (waitS > 0) throw tooMany('positions.tooManyKeyConnections', waitS);
      return key;
    },
    forget: () => validKeys.clear(),
  };
}

function tooMany(detail: ErrorText, retryAfterS: number): Problem {
  return new Problem('rate_limited', detail, { retryAfterS });
}

/** Live connections of this process; some 20 KB each. */
const CONNECTIONS_MAX = 12_000;
/** One merchant's screens, in both modes together, leave room for another's. */
const OF_MERCHANT_MAX = 11_000;
const FULL_RETRY_AFTER_S = 30;

/** Counts live connections, in total and per owner. */
export interface StreamPlaces {
  /**
   * Reserves a place; throws `Problem` when none is free. @returns a function that releases it.
   *
   * @param whose a merchant's id, or the id of another kind of watcher
   * @param most the owner's maximum
   */
  take(whose: string, most?: number): () => void;
  readonly count: number;
}

/** Creates the count of this process's live connections. */
export function countPlaces(): StreamPlaces {
  const openByOwner = new Map<string, number>();
  let open = 0;
  return {
    take(key, most = OF_MERCHANT_MAX) {
      const own = openByOwner.get(key) ?? 0;
      if (open >= CONNECTIONS_MAX || own >= most) {
        throw new Problem('overloaded', 'positions.liveConnectionsExhausted', {
          retryAfterS: FULL_RETRY_AFTER_S,
          fix: 'positions.closeIdleConnections',
        });
      }
      openByOwner.set(key, own + 1);
      open += 1;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        open -= 1;
        const rest = (openByOwner.get(key) ?? 1) - 1;
        if (rest === 0) openByOwner.delete(key);
        else openByOwner.set(key, rest);
      };
    },
    get count() {
      return open;
    },
  };
}
