import type { Tenant } from '../../../kernel/tenant.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { createStreams, frame, type Streams } from '../../../reactions/live/index.ts';
import type { Live } from '../../api/live/live.ts';
import { dispatchBoard, type ViewDeps } from '../../deliveries/index.ts';
import { SHOWN_MAX } from './board.tsx';
import { watchBoards } from './board-updates.ts';

/** Maximum number of streams per user, over all tabs and sessions; one more ends the oldest. */
const STREAMS_OF_USER_MAX = 12;

/** A board on a user's page. */
interface ShownBoard {
  /** Null: the board of all merchants. */
  readonly tenant: Tenant | null;
  readonly maySee: () => Promise<boolean>;
}

/**
 * Creates the streams that announce changes of a board as server-sent events `changed` with its
 * version; the first has the current one. They end when live screens do.
 */
export function boardStreams(live: Live, deliveries: ViewDeps, log: Logger): Streams<ShownBoard> {
  const { listener, timers, clock } = live;
  const read = (tenant: Tenant | null) => dispatchBoard(deliveries, tenant, SHOWN_MAX);
  const boards = watchBoards({ listener, timers, log, read });
  const streams = createStreams<ShownBoard, { readonly version: string }>({
    timers,
    clock,
    streamsOfClientMax: STREAMS_OF_USER_MAX,
    newestWins: true,
    source: {
      watch: ({ tenant }, onUpdate) => boards.watch(tenant, (version) => onUpdate({ version })),
      maySee: ({ maySee }) => maySee(),
      framesOf: (_before, { version }) => frame('changed', version, { version }),
    },
  });
  live.onStop(() => streams.close());
  return streams;
}
