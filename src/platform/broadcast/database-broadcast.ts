import { randomUUID } from 'node:crypto';
import type { Queryable } from '../database/database.ts';
import type { Listener } from '../database/listen.ts';
import type { Broadcast } from './broadcast.ts';
import { Markers } from './markers.ts';

interface DatabaseBroadcastOptions {
  readonly db: Queryable;
  readonly listener: Pick<Listener, 'on'>;
  /** In lower case, as PostgreSQL names channels. */
  readonly channel: string;
  readonly onError: (error: unknown) => void;
}

/** The most texts that wait for the previous statement; beyond it the oldest are dropped. */
const WAITING_MAX = 2_000;
/** The most texts of one statement. */
const AT_ONCE = 100;

/** Broadcasts by NOTIFY, for processes that share a database and nothing else. */
export function openDatabaseBroadcast(options: DatabaseBroadcastOptions): Broadcast {
  const { db, listener, channel, onError } = options;
  const self = randomUUID().slice(0, 8);
  let waiting: string[] = [];
  let sending: Promise<void> | null = null;

  async function sendAll(): Promise<void> {
    while (waiting.length > 0) {
      const texts = waiting.slice(0, AT_ONCE);
      waiting = waiting.slice(AT_ONCE);
      await db.query({
        name: 'broadcast',
        text: 'select pg_notify($1, text) from unnest($2::text[]) as text',
        values: [channel, texts],
      });
    }
  }

  function send(text: string): void {
    waiting.push(`${self} ${text}`);
    if (waiting.length > WAITING_MAX) waiting = waiting.slice(-WAITING_MAX);
    sending ??= sendAll()
      .catch(onError)
      .finally(() => {
        sending = null;
      });
  }

  const markers = new Markers(send);
  const unlisten = listener.on(channel, (payload) => {
    if (payload?.startsWith(`${self} `)) markers.receive(payload.slice(self.length + 1));
  });

  return {
    send,
    sent: () => sending ?? Promise.resolve(),
    settled: () => markers.settled(),
    on(receive) {
      return listener.on(channel, (payload) => {
        if (payload === null) return receive(null);
        const from = payload.indexOf(' ');
        if (payload.slice(0, from) !== self) receive(payload.slice(from + 1));
      });
    },
    async close() {
      unlisten();
      waiting = [];
      markers.close();
      await sending;
    },
  };
}
