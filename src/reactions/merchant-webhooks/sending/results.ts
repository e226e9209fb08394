import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { HeldLane, LaneKey } from './lane.ts';
import {
  type Ailing,
  type Fared,
  type LeftLane,
  leaveEmpty,
  type Settled,
  writeFared,
  writeResults,
} from './settle.sql.ts';

/** What became of the first delivery of a lane, or of the lane alone. */
export interface Result {
  readonly lane: HeldLane;
  /** Null: nothing was done, the lane is only given back. */
  readonly settled: Settled | null;
  /** Give the lane back though more is queued: due then, or at once when null. */
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

export interface ResultsDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** What was written, and in which lanes that were given back more waits. */
  readonly onWritten: (written: readonly Result[], more: readonly LaneKey[]) => void;
  readonly onAiling: (ailing: readonly Ailing[]) => void;
}

/** In one transaction: more make it no faster. */
const BATCH_MAX = 256;
/** The first of a batch waits this long for others: a commit costs more than a request. */
const LINGER_MS = 5;
/** After a failure; whoever holds lanes meanwhile starts nothing new. */
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
    for (const { lane } of left) lane.isLeaving = true;
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

/** Whether the lane is given back with this result. */
export function leaves({ lane, leave }: Result): boolean {
  return lane.isLeaving || leave !== null || lane.queue.length === 0;
}

async function write(
  { pipeline }: Pick<Database, 'pipeline'>,
  batch: readonly Result[],
  left: readonly Result[],
  nowMs: number,
): Promise<readonly LaneKey[]> {
  const settled = batch.flatMap((result) => (result.settled === null ? [] : [result.settled]));
  const empty = left.filter(isEmpty).map(({ lane }) => lane);
  const lanes = left
    .filter((result) => !isEmpty(result))
    .map(({ lane, leave }): LeftLane => ({ ...lane, dueAtMs: leave?.dueAtMs ?? null }))
    .sort(byKey);
  if (empty.length > 0) await leaveEmpty(pipeline, empty, nowMs);
  if (settled.length + lanes.length === 0) return [];
  return writeResults(pipeline, settled, lanes, nowMs);
}

/** It was held, and nothing was found to wait in it. */
function isEmpty({ lane, settled }: Result): boolean {
  return settled === null && lane.settledSequence === null && lane.lastSequence < 0;
}

function byKey(one: LaneKey, other: LaneKey): number {
  if (one.endpointId !== other.endpointId) return one.endpointId < other.endpointId ? -1 : 1;
  return one.subjectId < other.subjectId ? -1 : 1;
}

/** A row for each endpoint, in the order of their ids. */
function faredOf(batch: readonly Result[]): Fared[] {
  const byEndpoint = new Map<string, Fared>();
  for (const { lane, fared } of batch) {
    if (fared === null) continue;
    const { endpointId } = lane;
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
