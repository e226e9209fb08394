import { LRUCache } from 'lru-cache';
import type { Clock } from '../../platform/clock.ts';
import { type SharedRates, sharedRates } from '../../platform/rates/shared-rates.ts';

/**
 * How many requests one client may send: one bucket for each API key, and for each network where
 * strangers have no key.
 *
 * Each process has buckets of its own, and decides by them at once. Where processes share buckets, too
 * (shared-rates.ts), it says afterwards what it took, and lowers its own to what is left for all. So n
 * processes together allow at most `n × (burst + chargedFrom) + perS × t` in any time t, and over a long
 * one `perS`, however a client spreads its requests; what arrives within a round trip to Redis is what
 * exceeds the limit, and is paid back. Without, they allow `n × (burst + perS × t)`.
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
  /** Of its own: limiters of the same name in other processes share its buckets. */
  readonly name: string;
  readonly burst: number;
  readonly perS: number;
  readonly clock: Clock;
  readonly clientsMax?: number;
  /** Absent: those of the process, if it has any. */
  readonly shared?: SharedRates;
}

/**
 * About 10 MB. Beyond it the client that was silent longest is forgotten and would begin anew
 * with a full bucket; whoever sends often is never that one.
 */
const CLIENTS_MAX = 50_000;

/** So much of a burst is taken before others are told: whoever asks once costs them nothing. */
const CHARGED_SHARE = 1 / 8;

interface Bucket {
  tokens: number;
  filledAtMs: number;
  /** Taken and not told yet. */
  unlogged: number;
  isTelling: boolean;
}

/** Token buckets. */
export function createRateLimiter(options: RateLimitOptions): RateLimiter {
  const { name, burst, perS, clock } = options;
  const chargedFrom = chargedFromOf(burst);
  let opened: LRUCache<string, Bucket> | null = null;

  function bucketOf(key: string): Bucket {
    // Room for all of them is made at once: a megabyte, which a limiter that nobody meets never needs.
    opened ??= new LRUCache<string, Bucket>({ max: options.clientsMax ?? CLIENTS_MAX });
    const buckets = opened;
    const known = buckets.get(key);
    if (known !== undefined) return filled(known);
    const fresh = { tokens: burst, filledAtMs: clock.nowMs(), unlogged: 0, isTelling: false };
    buckets.set(key, fresh);
    return fresh;
  }

  function filled(bucket: Bucket): Bucket {
    const nowMs = clock.nowMs();
    // A clock set back must neither drain a bucket nor stop it from filling.
    const passedMs = Math.max(0, nowMs - bucket.filledAtMs);
    bucket.tokens = Math.min(burst, bucket.tokens + (passedMs * perS) / 1_000);
    bucket.filledAtMs = nowMs;
    return bucket;
  }

  /** Tells what was taken, and takes over what is left for all. */
  function tell(shared: SharedRates, key: string, bucket: Bucket): void {
    if (bucket.isTelling || bucket.unlogged < chargedFrom) return;
    const tokens = bucket.unlogged;
    bucket.unlogged = 0;
    bucket.isTelling = true;
    void shared.charge({ limiter: name, client: key, tokens, burst, perS }).then((left) => {
      bucket.isTelling = false;
      // Away: this bucket counts. What was taken meanwhile is forgotten, or it would be a debt of hours.
      if (left === null) {
        bucket.unlogged = 0;
        return;
      }
      filled(bucket).tokens = Math.min(bucket.tokens, left - bucket.unlogged);
      tell(shared, key, bucket);
    });
  }

  return {
    burst,
    take(client, cost = 1) {
      const key = networkOf(client);
      const bucket = bucketOf(key);
      const needed = Math.min(cost, burst);
      if (bucket.tokens < needed) return (needed - bucket.tokens) / perS;
      bucket.tokens -= needed;
      const shared = options.shared ?? sharedRates();
      if (shared !== null) {
        // However long an answer takes: nobody owes more than a full bucket.
        bucket.unlogged = Math.min(burst, bucket.unlogged + needed);
        tell(shared, key, bucket);
      }
      return 0;
    },
    left(client) {
      const { tokens } = bucketOf(networkOf(client));
      return {
        remaining: Math.max(0, Math.floor(tokens)),
        resetS: Math.ceil((burst - tokens) / perS),
      };
    },
  };
}

/** How much is taken from a bucket in one process before the others hear of it. */
export function chargedFromOf(burst: number): number {
  return Math.max(1, Math.floor(burst * CHARGED_SHARE));
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
