import { LRUCache } from 'lru-cache';
import type { Clock } from '../../platform/clock.ts';

/**
 * How many requests one client may send: one bucket for each API key, and for each network where
 * strangers have no key. In process: n processes allow n times as much together.
 */
export interface RateLimiter {
  /** Tokens a full bucket holds. */
  readonly burst: number;
  /**
   * Takes `cost` tokens (1 when absent) from a client's bucket.
   *
   * @param client an address, which counts as its network; any other text, such as a key's id, is
   * itself
   * @returns 0 when they were there, else the seconds until they will be; then none were taken.
   */
  take(client: string, cost?: number): number;
  /** What is left, as the `RateLimit-*` headers tell it; takes nothing. */
  left(client: string): {
    readonly remaining: number;
    /** Seconds until the bucket is full again. */
    readonly resetS: number;
  };
}

export interface RateLimitOptions {
  readonly burst: number;
  readonly perS: number;
  readonly clock: Clock;
  readonly clientsMax?: number;
}

/**
 * About 10 MB. Beyond it the client that was silent longest is forgotten and would begin anew
 * with a full bucket; whoever sends often is never that one.
 */
const CLIENTS_MAX = 50_000;

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** Token buckets. */
export function createRateLimiter(options: RateLimitOptions): RateLimiter {
  const { burst, perS, clock } = options;
  const buckets = new LRUCache<string, Bucket>({ max: options.clientsMax ?? CLIENTS_MAX });

  function bucketOf(client: string): Bucket {
    const key = networkOf(client);
    const nowMs = clock.nowMs();
    const known = buckets.get(key);
    if (known === undefined) {
      const fresh = { tokens: burst, filledAtMs: nowMs };
      buckets.set(key, fresh);
      return fresh;
    }
    // A clock set back must neither drain a bucket nor stop it from filling.
    const passedMs = Math.max(0, nowMs - known.filledAtMs);
    known.tokens = Math.min(burst, known.tokens + (passedMs * perS) / 1_000);
    known.filledAtMs = nowMs;
    return known;
  }

  return {
    burst,
    take(client, cost = 1) {
      const bucket = bucketOf(client);
      const needed = Math.min(cost, burst);
      if (bucket.tokens < needed) return (needed - bucket.tokens) / perS;
      bucket.tokens -= needed;
      return 0;
    },
    left(client) {
      const { tokens } = bucketOf(client);
      return { remaining: Math.floor(tokens), resetS: Math.ceil((burst - tokens) / perS) };
    },
  };
}

/**
 * Whom an address stands for: an IPv4 address for itself, an IPv6 address for its /64, because
 * one household or server is given at least that many addresses (RFC 6177).
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const bare = address.split('%', 1)[0] ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = bare.split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  // An IPv4 tail (64:ff9b::192.0.2.1) stands for two groups.
  const groups = left.length + right.length + (right.at(-1)?.includes('.') ? 1 : 0);
  const filled = [...left, ...Array.from({ length: Math.max(0, 8 - groups) }, () => '0'), ...right];
  const network = filled.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
