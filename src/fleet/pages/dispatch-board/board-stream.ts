import type { ServerResponse } from 'node:http';
import { STREAM_HEADERS } from '../../../http/kit/event-stream.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { createStreams, frame, type LastWords } from '../../../reactions/live/index.ts';
import type { Live } from '../../api/live/live.ts';
import { dispatchBoard, type ViewDeps } from '../../deliveries/index.ts';
import { SHOWN_MAX } from './board.tsx';
import { watchBoards } from './board-updates.ts';

/** Maximum of streams of one user: tabs of all sessions. One more ends the oldest. */
const STREAMS_OF_CLIENT_MAX = 12;
const RETRY_AFTER_S = 30;

interface Watching {
  readonly tenant: Tenant | null;
  /**
   * Whether the reader still has access; checked before each event, so that a reader who lost it
   * gets no more.
   */
  readonly maySee: () => Promise<boolean>;
}

/** Dependencies of the boards' streams. */
export type BoardLive = Pick<Live, 'listener' | 'timers' | 'clock' | 'onStop'>;

export interface BoardStreams {
  /**
   * Opens a stream that announces changes of a board as server-sent events `changed` with its
   * version; the first has the current one.
   * @param client the user, to limit their streams
   * @throws Problem 503 when there are too many
   */
  open(response: ServerResponse, client: string, watching: Watching): void;
}

/**
 * Creates the streams of boards. No stream is open at first; opened streams end when live screens
 * do.
 */
export function boardStreams(live: BoardLive, deliveries: ViewDeps, log: Logger): BoardStreams {
  const { listener, timers, clock } = live;
  const updates = watchBoards({
    ...{ listener, timers, log },
    read: (tenant) => dispatchBoard(deliveries, tenant, SHOWN_MAX),
  });
  const streams = createStreams<Watching, { readonly version: string }>({
    ...{ timers, clock, streamsOfClientMax: STREAMS_OF_CLIENT_MAX, newestWins: true },
    source: {
      watch: ({ tenant, maySee }, onUpdate) => watch({ tenant, maySee }, onUpdate),
      framesOf: (_before, { version }) => frame('changed', version, { version }),
    },
  });
  live.onStop(() => streams.close());
  function watch(
    { tenant, maySee }: Watching,
    onUpdate: (update: { readonly version: string } | LastWords) => void,
  ): () => void {
    let isOver = false;
    const end = updates.watch(tenant, (version) => {
      maySee().then(
        (may) => isOver || onUpdate(may ? { version } : { lastWords: '' }),
        // The browser reconnects by itself.
        () => isOver || onUpdate({ lastWords: '' }),
      );
    });
    return () => {
      isOver = true;
      end();
    };
  }
  return {
    open(response, client, watching) {
      const admission = streams.admit(client);
      if (admission.kind !== 'admitted') {
        throw new Problem('overloaded', 'values.liveStreamsExhausted', {
          retryAfterS: RETRY_AFTER_S,
        });
      }
      response.writeHead(200, STREAM_HEADERS);
      admission.open(response, watching, null);
    },
  };
}
