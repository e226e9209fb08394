import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { HeldQueue, QueueKey } from './queue.ts';
import {
  type EndpointResult,
  type FailingEndpoint,
  type LeftQueue,
  releaseEmpty,
  type Settled,
  writeEndpointResults,
  writeResults,
} from './settle.sql.ts';

/** The result of an attempt at the first delivery of a queue, or only the release of the queue. */
export interface Result {
  readonly queue: HeldQueue;
  /** The new state of the delivery; null: nothing was sent, the queue is only released. */
  readonly settled: Settled | null;
  /**
   * Releases the queue even if it contains more deliveries. It is due again at that time, or at
   * once if the time is null.
   */
  readonly leave: { readonly dueAtMs: number | null } | null;
  readonly endpointResult: Omit<EndpointResult, 'endpointId'> | null;
}

/** Writes results in batches, so that many share a commit. */
export interface Results {
  add(result: Result): void;
  /** The number of results that are not on disk yet. */
  pending(): number;
  drained(): Promise<void>;
}

interface ResultsDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Called with the written results, and with the released queues in which more deliveries wait.
   */
  readonly onWritten: (written: readonly Result[], more: readonly QueueKey[]) => void;
  readonly onAiling: (ailing: readonly FailingEndpoint[]) => void;
}

/** The maximum number of results in one transaction: more make it no faster. */
const BATCH_MAX = 256;
/** How long the first result of a batch waits for others: a commit costs more than a request. */
const LINGER_MS = 5;
/** The pause after a failed write. Holders of queues start nothing new until then. */
const RETRY_MS = 500;

export function createResults({ db, clock, log, onWritten, onAiling }: ResultsDeps): Results {
  const waiting: Result[] = [];
  let underWay = 0;
  let counting = 0;
  let timer: NodeJS.Timeout | null = null;
  let drained: (() => void)[] = [];

  function schedule(afterMs: number): void {
    if (underWay > 0 || waiting.length === 0) return;
    if (timer !== null && waiting.length < BATCH_MAX) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void flush(), waiting.length < BATCH_MAX ? afterMs : 0);
  }

  async function flush(): Promise<void> {
    timer = null;
    const batch = waiting.splice(0, BATCH_MAX);
    underWay = batch.length;
    // From here on, nothing is added to the queues that are being released.
    const leaving = batch.filter(leaves);
    for (const { queue } of leaving) queue.isLeaving = true;
    let retryMs = LINGER_MS;
    try {
      const nowMs = clock.nowMs();
      const more = await write(db, batch, leaving, nowMs);
      underWay = 0;
      onWritten(batch, more);
      countResults(batch, nowMs);
    } catch (err) {
      log.warn({ err }, 'results of webhooks could not be stored and will be tried again');
      underWay = 0;
      waiting.unshift(...batch);
      retryMs = RETRY_MS;
    }
    schedule(retryMs);
    if (waiting.length === 0) {
      for (const done of drained) done();
      drained = [];
    }
  }

  /**
   * Counts successes and failures of endpoints. They are written separately from the results: if a
   * killed process loses them, no delivery changes.
   */
  function countResults(batch: readonly Result[], nowMs: number): void {
    const endpointResults = endpointResultsOf(batch);
    if (endpointResults.length === 0) return;
    counting += 1;
    writeEndpointResults(db.pipeline, endpointResults, nowMs)
      .then((ailing) => {
        if (ailing.length > 0) onAiling(ailing);
      })
      .catch((err: unknown) => log.warn({ err }, 'the results of endpoints could not be stored'))
      .finally(() => {
        counting -= 1;
      });
  }

  return {
    add(result) {
      waiting.push(result);
      schedule(LINGER_MS);
    },
    pending: () => waiting.length + underWay + counting,
    drained: () =>
      waiting.length + underWay === 0
        ? Promise.resolve()
        : new Promise((resolve) => drained.push(resolve)),
  };
}

/** Whether the queue is released with this result. */
export function leaves({ queue, leave }: Result): boolean {
  return queue.isLeaving || leave !== null || queue.queue.length === 0;
}

async function write(
  { pipeline }: Pick<Database, 'pipeline'>,
  batch: readonly Result[],
  leaving: readonly Result[],
  nowMs: number,
): Promise<readonly QueueKey[]> {
  const settled = batch.flatMap((result) => (result.settled === null ? [] : [result.settled]));
  const empty = leaving.filter(wasFoundEmpty).map(({ queue }) => queue);
  const queues = leaving
    .filter((result) => !wasFoundEmpty(result))
    .map(({ queue, leave }): LeftQueue => ({ ...queue, dueAtMs: leave?.dueAtMs ?? null }))
    .sort(byKey);
  if (empty.length > 0) await releaseEmpty(pipeline, empty, nowMs);
  if (settled.length + queues.length === 0) return [];
  return writeResults(pipeline, settled, queues, nowMs);
}

/** Whether the queue was claimed and no waiting delivery was found in it. */
function wasFoundEmpty({ queue, settled }: Result): boolean {
  return settled === null && queue.settledSequence === null && queue.lastSequence < 0;
}

function byKey(one: QueueKey, other: QueueKey): number {
  if (one.endpointId !== other.endpointId) return one.endpointId < other.endpointId ? -1 : 1;
  return one.subjectId < other.subjectId ? -1 : 1;
}

/** Adds up the successes and failures of each endpoint, in the order of their ids. */
function endpointResultsOf(batch: readonly Result[]): EndpointResult[] {
  const byEndpoint = new Map<string, EndpointResult>();
  for (const { queue, endpointResult } of batch) {
    if (endpointResult === null) continue;
    const { endpointId } = queue;
    const sum = byEndpoint.get(endpointId);
    byEndpoint.set(endpointId, {
      endpointId,
      successes: (sum?.successes ?? 0) + endpointResult.successes,
      failures: (sum?.failures ?? 0) + endpointResult.failures,
      lastFailure: endpointResult.lastFailure ?? sum?.lastFailure ?? null,
      pausedUntilMs: laterOf(endpointResult.pausedUntilMs, sum?.pausedUntilMs ?? null),
    });
  }
  return [...byEndpoint.values()].sort((a, b) => (a.endpointId < b.endpointId ? -1 : 1));
}

function laterOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
