import { randomUUID } from 'node:crypto';
import { openRedisClient, type RedisAddress, type RedisClient } from '../redis/client.ts';
import type { Broadcast } from './broadcast.ts';
import { Markers } from './markers.ts';

export interface RedisBroadcastOptions {
  readonly address: RedisAddress;
  readonly channel: string;
  readonly onError: (error: Error) => void;
}

const RECONNECT_MS_MAX = 2_000;
/** Messages queued while the connection is down; later ones are soon repeated anyway. */
const WAITING_MAX = 2_000;

/**
 * Broadcasts by Redis' sharded pub/sub (Redis 7 and later): in a cluster only one server carries a
 * channel.
 */
export function openRedisBroadcast(options: RedisBroadcastOptions): Broadcast {
  const { channel, onError } = options;
  const self = randomUUID().slice(0, 8);
  const receivers = new Set<(text: string | null) => void>();
  const deliver = (text: string | null): void => {
    for (const receive of receivers) receive(text);
  };
  const [sender, listener] = [connect(options.address, false), connect(options.address, true)];
  sender.on('error', onError);
  listener.on('error', onError);
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();

  function send(text: string): void {
    if (waiting >= WAITING_MAX) return;
    waiting += 1;
    // A connection answers requests in order, so the last answer stands for all.
    last = sender
      .spublish(channel, `${self} ${text}`)
      .then(() => {}, onError)
      .finally(() => {
        waiting -= 1;
      });
  }
  const markers = new Markers(send);

  listener.on('ready', () => {
    // ioredis renews its subscriptions by itself; messages sent meanwhile are lost.
    listener.ssubscribe(channel).then(() => deliver(null), onError);
  });
  listener.on('smessage', (_channel: string, text: string) => {
    const from = text.indexOf(' ');
    const message = text.slice(from + 1);
    if (text.slice(0, from) === self) markers.receive(message);
    else deliver(message);
  });

  return {
    send,
    sent: () => last,
    settled: () => markers.settled(),
    on(receive) {
      receivers.add(receive);
      return () => void receivers.delete(receive);
    },
    async close() {
      receivers.clear();
      markers.close();
      sender.disconnect();
      listener.disconnect();
    },
  };
}

function connect(address: RedisAddress, subscribes: boolean): RedisClient {
  return openRedisClient(address, {
    subscribes,
    maxRetriesPerRequest: 1,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), RECONNECT_MS_MAX),
  });
}
