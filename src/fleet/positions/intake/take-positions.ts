import { VERDICTS, type Verdict } from '../judge-fix.ts';
import type { Reported } from '../places/place-store.ts';
import { positionColumns, writePosition } from './courier-table.ts';
import { FAULTS, type Named, type Position, readPosition, recognize } from './position.ts';
import {
  ACCEPTED,
  AHEAD_MS_MAX,
  correctionOf,
  DUPLICATE,
  isOf,
  type PositionIntake,
  type PositionIntakeDeps,
  type PositionResult,
  type PositionSender,
  SHOWN,
} from './position-intake.ts';
import { forgetTimes, recordTime, useAllowance } from './recent-times.ts';
import type { Roster, Tracked } from './roster.ts';
import { createPlainIntake } from './take-plain.ts';

/** How much older than the start of the shift a position may be, as a phone's fix often is. */
const BEGUN_SLACK_MS = 10_000;

/** The valid positions of a request, as columns. */
interface Batch {
  /** The positions' indices in the request. */
  readonly indexes: number[];
  /** The wire id of each position's courier. */
  readonly courierIds: string[];
  readonly positions: Position[];
}

/** The couriers of a batch, where known to be on shift and the sender's. */
interface ResolvedCouriers {
  readonly couriers: readonly (Tracked | undefined)[];
  /** The indices in the batch of the positions without such a courier. */
  readonly unknown: readonly number[];
}

/** Creates the intake of positions. */
export function createPositionIntake(deps: PositionIntakeDeps): PositionIntake {
  const { roster, trails, clock, count } = deps;

  /** Handles a batch with couriers that this process does not know: queries them first. */
  async function takeUnknown(
    sender: PositionSender,
    batch: Batch,
    unknown: readonly number[],
    results: PositionResult[],
  ): Promise<readonly PositionResult[]> {
    await roster.load(unknown.map((index) => batch.courierIds[index] as string));
    // In the order of the request: a courier's positions must stay in sequence.
    const resolved = resolveCouriers(roster, sender, batch);
    await judgeBatch(deps, sender, batch, resolved.couriers, results);
    if (resolved.unknown.length > 0) {
      await refuseUnknown(deps, sender, batch, resolved.unknown, results);
    }
    return countResults(count, results);
  }

  return {
    takePlain: createPlainIntake(deps, (results) => countResults(count, results)),
    take(sender, rows) {
      if (!trails.hasRoom) return null;
      const results = new Array<PositionResult>(rows.length);
      const batch = readAll(sender, rows, results, {
        latestMs: clock.nowMs() + AHEAD_MS_MAX,
        earliestMs: clock.nowMs() - deps.retentionMs,
      });
      const { couriers, unknown } = resolveCouriers(roster, sender, batch);
      if (unknown.length > 0) return takeUnknown(sender, batch, unknown, results);
      const judged = judgeBatch(deps, sender, batch, couriers, results);
      return judged instanceof Promise
        ? judged.then(() => countResults(count, results))
        : countResults(count, results);
    },
  };
}

/** Reads the positions of a request and returns the valid ones; the others get their result. */
function readAll(
  sender: PositionSender,
  rows: readonly unknown[],
  results: PositionResult[],
  { latestMs, earliestMs }: { readonly latestMs: number; readonly earliestMs: number },
): Batch {
  const { courierId: only } = sender;
  const correctionMs = correctionOf(sender);
  const batch: Batch = { indexes: [], courierIds: [], positions: [] };
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index];
    const sent = recognize(row, only);
    if (sent === null) {
      const read = readPosition(row, only);
      if ('fault' in read) results[index] = { outcome: 'rejected', fault: read.fault };
      continue;
    }
    const position = correctionMs === 0 ? sent : { ...sent, atMs: sent.atMs - correctionMs };
    if (position.atMs > latestMs) results[index] = { outcome: 'rejected', fault: FAULTS.inFuture };
    else if (position.atMs < earliestMs) {
      results[index] = { outcome: 'rejected', fault: FAULTS.tooOld };
    } else {
      batch.indexes.push(index);
      batch.courierIds.push(only ?? (row as Named).courier_id);
      batch.positions.push(position);
    }
  }
  return batch;
}

function resolveCouriers(
  roster: Roster,
  { tenant }: PositionSender,
  { courierIds }: Batch,
): ResolvedCouriers {
  const couriers: (Tracked | undefined)[] = [];
  const unknown: number[] = [];
  for (let index = 0; index < courierIds.length; index += 1) {
    const courier = roster.known(courierIds[index] as string);
    const isOwn = courier !== undefined && isOf(courier, tenant);
    couriers.push(isOwn ? courier : undefined);
    if (!isOwn) unknown.push(index);
  }
  return { couriers, unknown };
}

/** A position for the store to judge, with its index in the request. */
interface Judged extends Reported {
  readonly courier: Tracked;
  readonly index: number;
}

/** Scratch columns for one position, reused for each write to a trail. */
const { values: SCRATCH } = positionColumns(1);

/** Gives each position its result: repeated, over the limit, or the judge's verdict. */
function judgeBatch(
  { places, trails, clock, publish }: PositionIntakeDeps,
  { isTopic = false }: PositionSender,
  { indexes, positions }: Batch,
  couriers: readonly (Tracked | undefined)[],
  results: PositionResult[],
): void | Promise<void> {
  const nowMs = clock.nowMs();
  const judged: Judged[] = [];
  for (let i = 0; i < indexes.length; i += 1) {
    const courier = couriers[i];
    if (courier === undefined) continue;
    const index = indexes[i] as number;
    const position = positions[i] as Position;
    if (isBetweenShifts(courier, position.atMs)) {
      results[index] = { outcome: 'rejected', fault: FAULTS.betweenShifts };
    } else if (!useAllowance(courier, nowMs)) {
      results[index] = { outcome: 'rejected', fault: FAULTS.tooMany };
    } else if (recordTime(courier, position.atMs)) {
      const { courierId, tenant } = courier;
      judged.push({ courierId, tenant, position, courier, index });
    } else {
      results[index] = DUPLICATE;
    }
  }
  const settle = (verdicts: readonly Verdict[]): void => {
    for (let i = 0; i < judged.length; i += 1) {
      const { index, courier, position } = judged[i] as Judged;
      const verdict = verdicts[i] as Verdict;
      results[index] = ACCEPTED[verdict];
      writePosition(SCRATCH, 0, position);
      trails.add(courier.words, 0, SCRATCH, 0, VERDICTS.indexOf(verdict));
      if (!isTopic) publish?.(courier, position);
    }
  };
  const verdicts = places.take(judged, nowMs);
  if (!(verdicts instanceof Promise)) return settle(verdicts);
  return verdicts.then(settle, (error: unknown) => {
    // These will be sent again, and must not count as repeated then.
    for (const { courier } of judged) forgetTimes(courier);
    throw error;
  });
}

function isBetweenShifts({ offTimes, hasOffTimes }: Tracked, atMs: number): boolean {
  if (!hasOffTimes) return false;
  const last = offTimes.at(-1);
  // Nearly all positions are of the current shift.
  if (last === undefined || atMs >= last.toMs) return false;
  return offTimes.some(
    ({ fromMs, toMs }) => atMs > fromMs + AHEAD_MS_MAX && atMs < toMs - BEGUN_SLACK_MS,
  );
}

/**
 * Gives these positions their refusal. Queries the database for the reason, which only refused
 * positions need.
 */
async function refuseUnknown(
  { ownCouriers }: PositionIntakeDeps,
  { tenant }: PositionSender,
  { indexes, courierIds }: Batch,
  unknown: readonly number[],
  results: PositionResult[],
): Promise<void> {
  const ids = unknown.map((index) => courierIds[index] as string);
  const own = await ownCouriers(tenant, [...new Set(ids)]);
  for (const [nth, index] of unknown.entries()) {
    const fault = own.has(ids[nth] as string) ? FAULTS.offShift : FAULTS.noSuchCourier;
    results[indexes[index] as number] = { outcome: 'rejected', fault };
  }
}

function countResults(
  count: PositionIntakeDeps['count'],
  results: readonly PositionResult[],
): readonly PositionResult[] {
  let shown = 0;
  for (const result of results) {
    if (result === SHOWN) shown += 1;
    else count(labelOf(result), 1);
  }
  if (shown > 0) count('shown', shown);
  return results;
}

function labelOf(result: PositionResult): string {
  if (result.outcome === 'accepted') return result.notShown ?? 'shown';
  return result.outcome === 'rejected' ? result.fault.code : 'duplicate';
}
