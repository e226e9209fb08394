import { createHash } from 'node:crypto';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import { createTopicHub, type TopicHub } from '../../../platform/work/topic-hub.ts';
import { createStreams, frame, type Streams } from '../../../reactions/live/index.ts';
import type { Live } from '../../api/live/live.ts';
import { COURIERS_CHANNEL, OFFERS_CHANNEL } from '../../couriers/index.ts';
import {
  type Board,
  DELIVERIES_CHANNEL,
  dispatchBoard,
  type ViewDeps,
} from '../../deliveries/index.ts';

/** Versions of boards, by tenant; null: the board of all merchants. */
type BoardUpdates = TopicHub<Tenant | null, string>;

interface BoardUpdatesDeps {
  readonly listener: Pick<Listener, 'on'>;
  readonly timers: Timers;
  readonly log: Logger;
  readonly read: (tenant: Tenant | null) => Promise<Board>;
}

const CHANNELS = [COURIERS_CHANNEL, OFFERS_CHANNEL, DELIVERIES_CHANNEL];
/** Maximum of deliveries shown; the longest-waiting come first. */
export const SHOWN_MAX = 200;
/** How long changes are gathered, so that simultaneous ones are announced together. */
const GATHERS_MS = 100;
/**
 * The minimum interval between two reads of a board, which cost several queries, however many users
 * watch.
 */
const APART_MS = 1_000;
const RETRY_MS = 5_000;

/** Identifies a board's content, independent of the time of reading. Pure. */
export function boardVersion({ deliveries, ended, pauses }: Board): string {
  const shown = [
    deliveries.map(({ row, phase, offers, pause, trouble }) => [
      ...[row.shipmentId, phase, row.courierId, offers.map(({ state }) => state)],
      ...[pause?.id ?? null, trouble],
    ]),
    pauses.map(({ id }) => id),
    ended.map(({ row }) => row.shipmentId),
  ];
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 16);
}

/** Creates the watch of boards. Boards without watchers are not read. */
export function watchBoards({ listener, timers, log, read }: BoardUpdatesDeps): BoardUpdates {
  const boards: BoardUpdates = createTopicHub<Tenant | null, string>({
    keyOf: (tenant) => (tenant === null ? '' : `${tenant.merchantId} ${tenant.mode}`),
    open(_, key) {
      const ends = CHANNELS.map((channel) => listener.on(channel, () => boards.changed([key])));
      return () => {
        for (const end of ends) end();
      };
    },
    async read(tenants, publish) {
      for (const [key, tenant] of tenants) publish(key, boardVersion(await read(tenant)));
    },
    isSame: (before, now) => before === now,
    topicsMax: Number.POSITIVE_INFINITY,
    gatherMs: GATHERS_MS,
    apartMs: APART_MS,
    retryMs: RETRY_MS,
    onFailure: (err) => log.warn({ err }, 'boards of deliveries could not be read'),
    timers,
  });
  return boards;
}

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
