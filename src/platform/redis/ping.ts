import { openRedisClient, type RedisAddress } from './client.ts';

const CONNECT_MS_MAX = 5_000;

/** Whether a server answers at this address and has finished loading; never throws. */
export async function answers(address: RedisAddress): Promise<boolean> {
  return (await whyNoAnswer(address)) === null;
}

/** Returns what prevents a server from answering; null if it answers. Contains no password. */
export async function whyNoAnswer(address: RedisAddress): Promise<string | null> {
  const options = {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: CONNECT_MS_MAX,
    maxRetriesPerRequest: 0,
  };
  const client = openRedisClient(address, options);
  let why: Error | null = null;
  client.on('error', (error: Error) => {
    why = error;
  });
  try {
    await client.connect();
    await client.ping();
    return null;
  } catch (error) {
    const cause: unknown = why ?? error;
    return cause instanceof Error ? cause.message : String(cause);
  } finally {
    client.disconnect();
  }
}
