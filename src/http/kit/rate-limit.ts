import { LRUCache } from 'lru-cache';
import { entriesMax } from '../../kernel/entries-max.ts';
import type { Clock } from '../../platform/clock.ts';
import { type SharedRates, sharedRates } from '../../platform/rates/shared-rates.ts';

/**
 * How many requests one client may send: one bucket for each API key, and for each network of
 * clients without a key.
 *
 * Each process has its own buckets, and decides by them immediately. If processes also share
 * buckets (shared-rates.ts), a process reports afterwards what it charged, and lowers its own
 * bucket to the shared remainder. So n processes together allow at most `n × (burst +
 * chargedFrom) + perS × t` in any time t, and over a long one `perS`, however a client spreads
 * its requests. Only requests within a round trip to Redis can exceed the limit, and they are
 * paid back. Without shared buckets, they allow `n × (burst + perS × t)`.
 */
export interface RateLimiter {
  /** Tokens in a full bucket. */
  readonly burst: number;
  /**
   * Charges `cost` tokens (default 1) to a client's bucket.
   *
   * @param client an address, which counts as its network; any other text, such as a key's id,
   *   counts as itself
   * @returns 0 when charged, else the seconds until enough tokens are available; then nothing was
   *   charged.
   */
  take(client: string, cost?: number): number;
  /** What is left, for the `RateLimit-*` headers; charges nothing. */
  left(client: string): {
    readonly remaining: number;
    /** Seconds until the bucket is full again. */
    readonly resetS: number;
  };
}

interface RateLimitOptions {
  /** Limiters of the same name in other processes share its buckets. */
  readonly name: string;
  readonly burst: number;
  readonly perS: number;
  readonly clock: Clock;
  readonly clientsMax?: number;
  /** Absent: those of the process, if it has any. */
  readonly shared?: SharedRates;
}

/**
 * About 10 MB. Beyond it, the client idle longest is evicted and would start again with a full
 * bucket; an active client is never evicted.
 */
const CLIENTS_MAX = 50_000;

/**
 * Share of a burst charged before it is reported: single requests cost the other processes nothing.
 */
const CHARGED_SHARE = 1 / 8;

interface Bucket {
  tokens: number;
  filledAtMs: number;
  /** The tokens that were charged and not reported yet. */
  unreported: number;
  isReporting: boolean;
}

/** Token buckets. */
export function createRateLimiter(options: RateLimitOptions): RateLimiter {
  const { name, burst, perS, clock } = options;
  const chargedFrom = chargedFromOf(burst);
  const buckets = new LRUCache<string, Bucket>(entriesMax(options.clientsMax ?? CLIENTS_MAX));

  function bucketOf(key: string): Bucket {
    const known = buckets.get(key);
    if (known !== undefined) return refill(known);
    const fresh = { tokens: burst, filledAtMs: clock.nowMs(), unreported: 0, isReporting: false };
    buckets.set(key, fresh);
    return fresh;
  }

  function refill(bucket: Bucket): Bucket {
    const nowMs = clock.nowMs();
    // A clock set back must neither drain a bucket nor stop it from filling.
    const passedMs = Math.max(0, nowMs - bucket.filledAtMs);
    bucket.tokens = Math.min(burst, bucket.tokens + (passedMs * perS) / 1_000);
    bucket.filledAtMs = nowMs;
    return bucket;
  }

  /** Reports what was charged, and adopts the shared remainder. */
  function reportCharges(shared: SharedRates, key: string, bucket: Bucket): void {
    if (bucket.isReporting || bucket.unreported < chargedFrom) return;
    const tokens = bucket.unreported;
    bucket.unreported = 0;
    bucket.isReporting = true;
    void shared.charge({ limiter: name, client: key, tokens, burst, perS }).then((left) => {
      bucket.isReporting = false;
      // Unavailable: this bucket alone decides. Unreported charges are dropped, or they would
      // become a debt of hours.
      if (left === null) {
        bucket.unreported = 0;
        return;
      }
      refill(bucket).tokens = Math.min(bucket.tokens, left - bucket.unreported);
      reportCharges(shared, key, bucket);
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
        // However long an answer takes, the debt is at most a full bucket.
        bucket.unreported = Math.min(burst, bucket.unreported + needed);
        reportCharges(shared, key, bucket);
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

/** How much one process charges to a bucket before it reports to the others. */
export function chargedFromOf(burst: number): number {
  return Math.max(1, Math.floor(burst * CHARGED_SHARE));
}

/**
 * The client an address stands for: an IPv4 address for itself, an IPv6 address for its /64,
 * because one household or server gets at least that many addresses (RFC 6177).
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
  const groupsOfAddress = [
    ...left,
    ...Array.from({ length: Math.max(0, 8 - groups) }, () => '0'),
    ...right,
  ];
  const network = groupsOfAddress
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
