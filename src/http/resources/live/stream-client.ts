import type { ServerResponse } from 'node:http';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Live } from './live.ts';
import type { WantedTopic } from './live-hub.ts';

/** How long a client waits before it connects again after a break. */
const RECONNECT_MS = 3_000;
/** Beats that nothing has been read of; then the other side is gone. */
const SILENT_BEATS_MAX = 2;

/** The hub's side of one stream of server-sent events. */
export function openStream(
  response: Pick<ServerResponse, 'write' | 'end' | 'destroy' | 'on'>,
  { hub, connections }: Pick<Live, 'hub' | 'connections'>,
  wanted: {
    readonly tenant: Tenant;
    readonly keyId: string;
    readonly topics: ReadonlyMap<string, WantedTopic>;
    readonly since: number | null;
    readonly leave: () => void;
  },
): void {
  let isBlocked = false;
  let silentBeats = 0;
  const write = (text: string): void => {
    isBlocked = !response.write(text);
  };
  const subscription = hub.join(wanted.tenant, {
    isBlocked: () => isBlocked,
    send: (batch) => write(batch.event),
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
    subscription.end();
    forget();
    wanted.leave();
  });
  write(`retry: ${RECONNECT_MS}\n\n`);
  for (const [name, topic] of wanted.topics) subscription.add(name, topic, wanted.since);
}
