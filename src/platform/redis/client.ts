import { Cluster, Redis, type RedisOptions } from 'ioredis';

/**
 * How ioredis, and with it the queue, reaches a server: by its socket, or by a URL. Several URLs,
 * separated by commas, are nodes of a cluster, or Sentinels if a master is named.
 */
export type RedisAddress =
  | { readonly path: string }
  | { readonly url: string; readonly sentinelName?: string | null };

/**
 * The part of a client that is the same for a single server, a master found by Sentinels, and a
 * cluster.
 */
export type RedisClient = Redis | Cluster;

type Shared = Pick<
  RedisOptions,
  'maxRetriesPerRequest' | 'commandTimeout' | 'connectTimeout' | 'lazyConnect'
>;

export interface ClientOptions extends Shared {
  /**
   * Returns the milliseconds until the next attempt to connect, by the number of attempts; null:
   * stop trying.
   */
  readonly retryStrategy: (times: number) => number | null;
  /**
   * Whether the client uses SSUBSCRIBE, which a cluster answers on the server that has the channel.
   */
  readonly subscribes?: boolean;
}

/** Opens a client. Never throws: errors arrive as the event `error`, and with each command. */
export function openRedisClient(
  address: RedisAddress,
  { subscribes = false, ...options }: ClientOptions,
): RedisClient {
  if ('path' in address) return new Redis({ ...options, path: address.path });
  const { urls, sentinelName } = readAddress(address);
  if (sentinelName !== null) {
    const { username, password, db, tls } = urls[0] ?? {};
    return new Redis({
      ...options,
      ...withoutUndefined({ username, password, db, tls }),
      ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: tls }),
      ...(password && { sentinelPassword: password }),
      ...(username && { sentinelUsername: username }),
      name: sentinelName,
      sentinels: urls.map(({ host, port }) => ({ host, port })),
      sentinelRetryStrategy: options.retryStrategy,
    });
  }
  if (urls.length > 1) {
    const { retryStrategy, lazyConnect = false, ...each } = options;
    const { username, password, tls } = urls[0] ?? {};
    return new Cluster(
      urls.map(({ host, port }) => ({ host, port })),
      {
        clusterRetryStrategy: retryStrategy,
        lazyConnect,
        shardedSubscribers: subscribes,
        redisOptions: { ...each, ...withoutUndefined({ username, password, tls }) },
      },
    );
  }
  return new Redis(address.url, options);
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number | undefined;
  readonly tls: object | undefined;
}

/** Parses addresses. Several are separated by commas; the first has user and password for all. */
function readAddress({ url, sentinelName = null }: { url: string; sentinelName?: string | null }) {
  const urls = url.split(',').map((text): Place => {
    const { hostname, port, username, password, pathname, protocol } = new URL(text.trim());
    const db = Number(pathname.slice(1));
    return {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? 6379 : Number(port),
      username: username === '' ? undefined : decodeURIComponent(username),
      password: password === '' ? undefined : decodeURIComponent(password),
      db: db > 0 ? db : undefined,
      tls: protocol === 'rediss:' ? {} : undefined,
    };
  });
  return { urls, sentinelName };
}

/** Removes undefined members: the driver would treat undefined as a value. */
function withoutUndefined<T extends object>(options: T): { [K in keyof T]: NonNullable<T[K]> } {
  const known = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as { [K in keyof T]: NonNullable<T[K]> };
}
