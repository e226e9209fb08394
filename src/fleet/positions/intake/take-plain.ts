import { VERDICTS } from '../judge-fix.ts';
import { AT_MS, ID_WORDS, positionColumns, readPositionAt, STRIDE } from './courier-table.ts';
import { readPlainPositions } from './plain-positions.ts';
import { FAULTS } from './position.ts';
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
import { recordTime, useAllowance } from './recent-times.ts';
import type { Tracked } from './roster.ts';

/** The result of each verdict, in the order of `VERDICTS`. */
const RESULTS: readonly PositionResult[] = VERDICTS.map((verdict) => ACCEPTED[verdict]);
const TOO_MANY: PositionResult = { outcome: 'rejected', fault: FAULTS.tooMany };

/**
 * The results of requests whose positions are all shown, by their number. Nearly all requests are
 * like this, and the arrays never change.
 */
const ALL_SHOWN = new Map<number, readonly PositionResult[]>();

/**
 * Creates the fast path, which accepts plain positions without creating objects. It checks
 * everything that can cause a refusal before it changes anything, so that the slow path can start
 * over; a test compares the two.
 */
export function createPlainIntake(
  { roster, places, trails, clock, retentionMs, publish }: PositionIntakeDeps,
  countResults: (results: readonly PositionResult[]) => readonly PositionResult[],
): PositionIntake['takePlain'] {
  const columns = positionColumns();
  const { values, ids } = columns;
  const couriers: Tracked[] = [];
  const { here } = places;

  /**
   * Fills `couriers` with the courier of each position, and corrects the positions' times. Returns
   * false if the slow path has to handle the request.
   */
  function resolveCouriers(sender: PositionSender, count: number, nowMs: number): boolean {
    const { courierId: only, tenant } = sender;
    const all = only === null ? undefined : roster.known(only);
    if (only !== null && all === undefined) return false;
    const correctionMs = correctionOf(sender);
    let own: Tracked['tenant'] | null = null;
    for (let index = 0; index < count; index += 1) {
      const courier = all ?? roster.knownBy(ids, index * ID_WORDS, nowMs);
      if (courier === undefined) return false;
      // Each tenant has one object.
      if (courier.tenant !== own) {
        if (!isOf(courier, tenant)) return false;
        own = courier.tenant;
      }
      const atMs = (values[index * STRIDE + AT_MS] as number) - correctionMs;
      if (atMs > nowMs + AHEAD_MS_MAX || atMs < nowMs - retentionMs) return false;
      if (courier.hasOffTimes && atMs < (courier.offTimes.at(-1)?.toMs ?? 0)) return false;
      values[index * STRIDE + AT_MS] = atMs;
      couriers[index] = courier;
    }
    return true;
  }

  return (sender, bytes, admit) => {
    if (here === null || !trails.hasRoom) return null;
    const count = readPlainPositions(bytes, sender.courierId === null, columns);
    if (count === 0) return null;
    admit(count);
    const nowMs = clock.nowMs();
    if (!resolveCouriers(sender, count, nowMs)) return null;
    const isOfOne = sender.courierId !== null;
    let results: PositionResult[] | null = null;
    for (let index = 0; index < count; index += 1) {
      const courier = couriers[index] as Tracked;
      const at = index * STRIDE;
      let result = SHOWN;
      if (!useAllowance(courier, nowMs)) result = TOO_MANY;
      else if (!recordTime(courier, values[at + AT_MS] as number)) result = DUPLICATE;
      else {
        const verdict = here.judge(courier, values, at, nowMs);
        // The id that was just read, because the courier's own words are elsewhere in memory.
        if (isOfOne) trails.add(courier.words, 0, values, at, verdict);
        else trails.add(ids, index * ID_WORDS, values, at, verdict);
        publish?.(courier, readPositionAt(values, at));
        result = RESULTS[verdict] as PositionResult;
      }
      if (result !== SHOWN && results === null) results = new Array(count).fill(SHOWN);
      if (results !== null) results[index] = result;
    }
    here.publish();
    return countResults(results ?? allShown(count));
  };
}

function allShown(count: number): readonly PositionResult[] {
  let known = ALL_SHOWN.get(count);
  if (known === undefined) {
    known = new Array<PositionResult>(count).fill(SHOWN);
    ALL_SHOWN.set(count, known);
  }
  return known;
}
