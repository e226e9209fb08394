import type { Clock } from '../../platform/clock.ts';

/** What a request found in its bucket, as the `RateLimit-*` headers tell it. */
export interface RateVerdict {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the bucket is full again. */
  readonly resetS: number;
  /** Seconds until one more request is allowed; 0 when it is now. */
  readonly retryAfterS: number;
}

export interface KeyedLimiter {
  take(key: string): RateVerdict;
}

export interface KeyedLimiterOptions {
  readonly burst: number;
  readonly perS: number;
  readonly clock: Clock;
}

/** Buckets kept; beyond it the full ones, which say nothing, are forgotten. */
const BUCKETS_MAX = 10_000;

/** One token bucket for each API key. In process: n processes allow n times as much together. */
export function createKeyedLimiter({ burst, perS, clock }: KeyedLimiterOptions): KeyedLimiter {
  const buckets = new Map<string, { tokens: number; filledAtMs: number }>();

  const filled = (bucket: { tokens: number; filledAtMs: number }, nowMs: number): number => {
    const passedMs = Math.max(0, nowMs - bucket.filledAtMs);
    return Math.min(burst, bucket.tokens + (passedMs * perS) / 1_000);
  };
  const forgetFullOnes = (nowMs: number): void => {
    for (const [key, bucket] of buckets) if (filled(bucket, nowMs) >= burst) buckets.delete(key);
  };

  return {
    take(key) {
      const nowMs = clock.nowMs();
      if (buckets.size >= BUCKETS_MAX && !buckets.has(key)) forgetFullOnes(nowMs);
      const bucket = buckets.get(key) ?? { tokens: burst, filledAtMs: nowMs };
      bucket.tokens = filled(bucket, nowMs);
      bucket.filledAtMs = nowMs;
      const allowed = bucket.tokens >= 1;
      if (allowed) bucket.tokens -= 1;
      buckets.set(key, bucket);
      return {
        allowed,
        limit: burst,
        remaining: Math.floor(bucket.tokens),
        resetS: Math.ceil((burst - bucket.tokens) / perS),
        retryAfterS: allowed ? 0 : Math.max(1, Math.ceil((1 - bucket.tokens) / perS)),
      };
    },
  };
}
