import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { HeldQueue, QueueKey } from './queue.ts';
import {
  type Ailing,
  type Fared,
  type LeftQueue,
  leaveEmpty,
  type Settled,
  writeFared,
  writeResults,
} from './settle.sql.ts';

/** What became of the first delivery of a queue, or of the queue alone. */
export interface Result {
  readonly queue: HeldQueue;
  /** Null: nothing was done, the queue is only given back. */
  readonly settled: Settled | null;
  /** Give the queue back though more is queued: due then, or at once when null. */
  readonly leave: { readonly dueAtMs: number | null } | null;
  readonly fared: Omit<Fared, 'endpointId'> | null;
}

/** Writes results together: a commit for many, and no wait when there is but one. */
export interface Results {
  add(result: Result): void;
  /** Not yet on disk. */
  pending(): number;
  drained(): Promise<void>;
}

interface ResultsDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** What was written, and in which queues that were given back more waits. */
  readonly onWritten: (written: readonly Result[], more: readonly QueueKey[]) => void;
  readonly onAiling: (ailing: readonly Ailing[]) => void;
}

/** In one transaction: more make it no faster. */
const BATCH_MAX = 256;
/** The first of a batch waits this long for others: a commit costs more than a request. */
const LINGER_MS = 5;
/** Pause after a failed write; holders of queues start nothing new until then. */
const AGAIN_MS = 500;

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
    // From here on nothing is added to what is given back.
    const left = batch.filter(leaves);
    for (const { queue } of left) queue.isLeaving = true;
    let again = LINGER_MS;
    try {
      const nowMs = clock.nowMs();
      const more = await write(db, batch, left, nowMs);
      underWay = 0;
      onWritten(batch, more);
      count(batch, nowMs);
    } catch (err) {
      log.warn({ err }, 'results of webhooks could not be stored and will be tried again');
      underWay = 0;
      waiting.unshift(...batch);
      again = AGAIN_MS;
    }
    schedule(again);
    if (waiting.length === 0) {
      for (const done of drained) done();
      drained = [];
    }
  }

  /** Not with the results: what is lost of it by a kill changes no delivery. */
  function count(batch: readonly Result[], nowMs: number): void {
    const fared = faredOf(batch);
    if (fared.length === 0) return;
    counting += 1;
    writeFared(db.pipeline, fared, nowMs)
      .then((ailing) => {
        if (ailing.length > 0) onAiling(ailing);
      })
      .catch((err: unknown) => log.warn({ err }, 'how endpoints fare could not be stored'))
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

/** Whether the queue is given back with this result. */
export function leaves({ queue, leave }: Result): boolean {
  return queue.isLeaving || leave !== null || queue.queue.length === 0;
}

async function write(
  { pipeline }: Pick<Database, 'pipeline'>,
  batch: readonly Result[],
  left: readonly Result[],
  nowMs: number,
): Promise<readonly QueueKey[]> {
  const settled = batch.flatMap((result) => (result.settled === null ? [] : [result.settled]));
  const empty = left.filter(isEmpty).map(({ queue }) => queue);
  const queues = left
    .filter((result) => !isEmpty(result))
    .map(({ queue, leave }): LeftQueue => ({ ...queue, dueAtMs: leave?.dueAtMs ?? null }))
    .sort(byKey);
  if (empty.length > 0) await leaveEmpty(pipeline, empty, nowMs);
  if (settled.length + queues.length === 0) return [];
  return writeResults(pipeline, settled, queues, nowMs);
}

/** It was held, and nothing was found to wait in it. */
function isEmpty({ queue, settled }: Result): boolean {
  return settled === null && queue.settledSequence === null && queue.lastSequence < 0;
}

function byKey(one: QueueKey, other: QueueKey): number {
  if (one.endpointId !== other.endpointId) return one.endpointId < other.endpointId ? -1 : 1;
  return one.subjectId < other.subjectId ? -1 : 1;
}

/** A row for each endpoint, in the order of their ids. */
function faredOf(batch: readonly Result[]): Fared[] {
  const byEndpoint = new Map<string, Fared>();
  for (const { queue, fared } of batch) {
    if (fared === null) continue;
    const { endpointId } = queue;
    const sum = byEndpoint.get(endpointId);
    byEndpoint.set(endpointId, {
      endpointId,
      successes: (sum?.successes ?? 0) + fared.successes,
      failures: (sum?.failures ?? 0) + fared.failures,
      lastFailure: fared.lastFailure ?? sum?.lastFailure ?? null,
      pausedUntilMs: latest(fared.pausedUntilMs, sum?.pausedUntilMs ?? null),
    });
  }
  return [...byEndpoint.values()].sort((a, b) => (a.endpointId < b.endpointId ? -1 : 1));
}

function latest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
