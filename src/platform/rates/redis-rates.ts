import { createHash } from 'node:crypto';
import { openRedisClient, type RedisAddress } from '../redis/client.ts';
import type { Charge, SharedRates } from './shared-rates.ts';

export interface RedisRates extends SharedRates {
  close(): void;
}

export interface RedisRatesOptions {
  readonly address: RedisAddress;
  /** Separates hubs that share a server. */
  readonly namespace: string;
  readonly onError: (error: Error) => void;
  /** Called with the result of each charge. */
  readonly onCharged?: (outcome: 'counted' | 'away') => void;
  /** Returns milliseconds that only grow. */
  readonly monotonicMs?: () => number;
}

const RECONNECT_MS_MAX = 2_000;
/** A later answer is useless: meanwhile each process counts for itself. */
const COMMAND_MS_MAX = 500;
/** A Redis that did not answer is not called again for this long. */
const AWAY_MS = 1_000;
/** The most charges in progress; more would only wait for each other. */
const WAITING_MAX = 2_000;

/**
 * Takes tokens from a bucket, by the clock of Redis, because the clocks of processes may differ.
 * KEYS: the bucket. ARGV: tokens, burst, tokens per second. A full bucket is deleted.
 */
const CHARGE = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local stored = redis.call('hmget', KEYS[1], 'tokens', 'at')
local burst, per_s = tonumber(ARGV[2]), tonumber(ARGV[3])
local tokens = tonumber(stored[1]) or burst
local grown = math.max(0, now - (tonumber(stored[2]) or now)) * per_s / 1000
tokens = math.min(burst, tokens + grown) - tonumber(ARGV[1])
redis.call('hset', KEYS[1], 'tokens', tostring(tokens), 'at', now)
redis.call('pexpire', KEYS[1], math.ceil((burst - tokens) / per_s * 1000) + 1000)
return tostring(tokens)`;

/** Opens buckets in Redis. A bucket that Redis loses starts full again; nothing else is lost. */
export function openRedisRates(options: RedisRatesOptions): RedisRates {
  const { address, namespace, onError, onCharged, monotonicMs = () => performance.now() } = options;
  const redis = openRedisClient(address, {
    maxRetriesPerRequest: 1,
    commandTimeout: COMMAND_MS_MAX,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), RECONNECT_MS_MAX),
  });
  redis.on('error', onError);
  const prefix = `waybill-${namespace}:rates:`;
  let waiting = 0;
  let awayUntilMs = Number.NEGATIVE_INFINITY;

  /**
   * Charges a limiter in Redis, and returns the tokens left. Null if Redis cannot be asked now;
   * after a failure it is left alone for a while.
   */
  async function chargeInRedis({
    limiter,
    client,
    tokens,
    burst,
    perS,
  }: Charge): Promise<number | null> {
    // A cluster that is not connected queues commands without a time limit.
    if (redis.status !== 'ready' || waiting >= WAITING_MAX || monotonicMs() < awayUntilMs) {
      return null;
    }
    waiting += 1;
    try {
      // Stored by its hash, so that neither a long name nor an address is stored.
      const name = createHash('sha256').update(`${limiter}\n${client}`).digest('base64url');
      const key = `${prefix}${name}`;
      const left = Number(await redis.eval(CHARGE, 1, key, tokens, burst, perS));
      return Number.isFinite(left) ? left : null;
    } catch (error) {
      awayUntilMs = monotonicMs() + AWAY_MS;
      onError(error instanceof Error ? error : new Error(String(error)));
      return null;
    } finally {
      waiting -= 1;
    }
  }

  return {
    async charge(charge) {
      const left = await chargeInRedis(charge);
      onCharged?.(left === null ? 'away' : 'counted');
      return left;
    },
    close: () => redis.disconnect(),
  };
}
