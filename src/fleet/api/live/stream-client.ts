import type { ServerResponse } from 'node:http';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Live } from './live.ts';
import type { WantedTopic } from './live-hub.ts';
import type { Watcher } from './telling.ts';

/** How long a client waits before it reconnects. */
const RECONNECT_MS = 3_000;
/** Heartbeats without any byte read by the client, after which it is considered gone. */
const SILENT_BEATS_MAX = 2;

/** The hub's side of one stream of server-sent events. */
export function openStream(
  response: Pick<ServerResponse, 'write' | 'end' | 'destroy' | 'on'>,
  { hub, connections }: Pick<Live, 'hub' | 'connections'>,
  wanted: {
    /** Tenants, with the topics to send of each. */
    readonly rooms: readonly {
      readonly tenant: Tenant;
      readonly topics: ReadonlyMap<string, WantedTopic>;
    }[];
    readonly keyId: string;
    readonly since: number | null;
    readonly leave: () => void;
  },
): void {
  let isBlocked = false;
  let silentBeats = 0;
  const write = (text: string): void => {
    isBlocked = !response.write(text);
  };
  const rooms = wanted.rooms.map(({ tenant, topics }) => {
    const watcher: Watcher = { isBlocked: () => isBlocked, send: (batch) => write(batch.event) };
    return { topics, subscription: hub.join(tenant, watcher) };
  });
  const forget = connections.add({
    keyId: wanted.keyId,
    ping() {
      if (!isBlocked) {
        write(': still here\n\n');
        return;
      }
      silentBeats += 1;
      if (silentBeats >= SILENT_BEATS_MAX) response.destroy();
    },
    endRevoked: () => response.end(),
    end: () => response.end(),
  });
  response.on('drain', () => {
    isBlocked = false;
    silentBeats = 0;
  });
  response.on('error', () => response.destroy());
  response.on('close', () => {
    for (const { subscription } of rooms) subscription.end();
    forget();
    wanted.leave();
  });
  write(`retry: ${RECONNECT_MS}\n\n`);
  for (const { topics, subscription } of rooms) {
    for (const [name, topic] of topics) subscription.add(name, topic, wanted.since);
  }
}
