import { createHash } from 'node:crypto';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { startLoop } from '../../../platform/work/loop.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import { COURIERS_CHANNEL, OFFERS_CHANNEL } from '../../couriers/index.ts';
import { type Board, DELIVERIES_CHANNEL } from '../../deliveries/index.ts';

/** Watches boards for changes. */
export interface BoardUpdates {
  /**
   * Calls back with the board's version soon, then on each change, at most once a second.
   * @param tenant whose board; null: the board of all merchants
   * @returns a function that ends it
   */
  watch(tenant: Tenant | null, tell: (version: string) => void): () => void;
}

export interface BoardUpdatesDeps {
  readonly listener: Pick<Listener, 'on'>;
  readonly timers: Timers;
  readonly log: Logger;
  readonly read: (tenant: Tenant | null) => Promise<Board>;
}

const CHANNELS = [COURIERS_CHANNEL, OFFERS_CHANNEL, DELIVERIES_CHANNEL];
/** How long changes are gathered, so that simultaneous ones are announced together. */
const GATHERS_MS = 100;
/**
 * The minimum interval between two reads of a board, which cost several queries, however many users
 * watch.
 */
const APART_MS = 1_000;
const RETRY_MS = 5_000;

/** Identifies a board's content, independent of the time of reading. Pure. */
export function boardVersion({ deliveries, pauses }: Board): string {
  const shown = [
    deliveries.map(({ row, phase, couriersOffered, unanswered, pause, trouble }) => [
      ...[row.shipment_id, phase, row.courier_id, couriersOffered, unanswered],
      ...[pause?.id ?? null, trouble],
    ]),
    pauses.map(({ id }) => id),
  ];
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 16);
}

interface Watched {
  readonly tenant: Tenant | null;
  readonly tells: Set<(version: string) => void>;
  /** The version last announced; null: not read yet, or a new watcher has not received it. */
  version: string | null;
}

/** Creates the watch of boards. Boards without watchers are not read. */
export function watchBoards({ listener, timers, log, read }: BoardUpdatesDeps): BoardUpdates {
  const boards = new Map<string, Watched>();
  let unlisten: readonly (() => void)[] = [];
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  const loop = startLoop({
    async run() {
      lookedAtMs = timers.nowMs();
      for (const board of [...boards.values()]) {
        const version = boardVersion(await read(board.tenant));
        if (version === board.version) continue;
        board.version = version;
        for (const tell of [...board.tells]) tell(version);
      }
    },
    everyMs: null,
    retryMs: RETRY_MS,
    onFailure: (err) => log.warn({ err }, 'boards of deliveries could not be read'),
    timers,
  });
  const readSoon = () => loop.wake(Math.max(GATHERS_MS, lookedAtMs + APART_MS - timers.nowMs()));
  return {
    watch(tenant, tell) {
      const key = tenant === null ? '' : `${tenant.merchantId} ${tenant.mode}`;
      const board = boards.get(key) ?? { tenant, tells: new Set(), version: null };
      boards.set(key, board);
      board.tells.add(tell);
      board.version = null;
      if (unlisten.length === 0) {
        unlisten = CHANNELS.map((channel) => listener.on(channel, readSoon));
      }
      readSoon();
      return () => {
        board.tells.delete(tell);
        if (board.tells.size === 0) boards.delete(key);
        if (boards.size > 0) return;
        for (const end of unlisten) end();
        unlisten = [];
      };
    },
  };
}
