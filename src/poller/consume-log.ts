import { readEntry } from '../events/read-entry.ts';
import type { Database } from '../platform/database/database.ts';
import type { Listener } from '../platform/database/listen.ts';
import { type Consumer, startConsumer } from '../platform/event-log/log-consumer.ts';
import type { Logger } from '../platform/observability/log.ts';
import { type ProjectionDeps, project } from './due/projection.ts';

export interface PollerConsumerDeps extends ProjectionDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly listener: Pick<Listener, 'on'>;
  readonly log: Logger;
  /** Whether work that people wait for is pending, so that this should pause; absent: never. */
  readonly givesWay?: () => boolean;
}

const NAME = 'poller';
/** A batch costs one read and one write of the index, however many entries it has. */
const SHARDS_TOGETHER = 64;
const ENTRIES_MAX = 1_000;
/** How long entries are gathered: nothing becomes due so soon that this delay matters. */
const GATHERS_MS = 250;

/** Keeps the due index in step with the event log, by a cursor of its own. */
export function consumeLog(deps: PollerConsumerDeps): Consumer {
  return startConsumer({
    name: NAME,
    db: deps.db,
    listener: deps.listener,
    log: deps.log,
    batchMax: ENTRIES_MAX,
    shardsTogether: SHARDS_TOGETHER,
    gathersMs: GATHERS_MS,
    ...(deps.givesWay === undefined ? {} : { givesWay: deps.givesWay }),
    mayFallBehind: true,
    read: readEntry,
    handle: (events) => project(deps, events),
  });
}
