import type { Clock } from '../clock.ts';
import type { SharedRates } from './shared-rates.ts';

/** Does in memory what the Lua script in `redis-rates.ts` does, for tests and as explanation. */
export function memoryRates(clock: Clock): SharedRates {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return {
    async charge({ limiter, client, tokens, burst, perS }) {
      const key = `${limiter} ${client}`;
      const nowMs = clock.nowMs();
      const before = buckets.get(key) ?? { tokens: burst, atMs: nowMs };
      const grown = (Math.max(0, nowMs - before.atMs) * perS) / 1_000;
      const left = Math.min(burst, before.tokens + grown) - tokens;
      buckets.set(key, { tokens: left, atMs: nowMs });
      return left;
    },
  };
}
