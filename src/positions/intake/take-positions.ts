import type { Tenant } from '../../kernel/tenant.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Verdict } from '../judge-fix.ts';
import type { PlaceStore, Reported } from '../places/place-store.ts';
import { FAULTS } from './faults.ts';
import { type Position, type PositionFault, readPosition } from './position.ts';
import { BURST, forgetTimes, isNew, type Roster, type Tracked } from './roster.ts';

/** Positions of one request. */
export const POSITIONS_MAX = 500;

export type PositionResult =
  | { readonly outcome: 'accepted'; readonly notShown: Exclude<Verdict, 'shown'> | null }
  | { readonly outcome: 'duplicate' }
  | { readonly outcome: 'rejected'; readonly fault: PositionFault };

/** Whose positions they may be. */
export interface PositionSender {
  readonly tenant: Tenant;
  /** The id on the wire of whom all are about; null: each says so itself. */
  readonly courierId: string | null;
  /** How far the sender's clock is ahead; null: it did not say. */
  readonly clockOffsetMs: number | null;
}

/** Where trails are written. */
export interface TrailSink {
  /** False: it cannot take more now. */
  readonly hasRoom: boolean;
  add(courier: Tracked, position: Position, verdict: Verdict): void;
}

export interface PositionIntake {
  /**
   * Takes positions in the order given. What is accepted is in memory, and on disk within a second.
   *
   * @returns a result for each; null: no more fit now, and none was taken
   */
  take(
    sender: PositionSender,
    rows: readonly unknown[],
  ): readonly PositionResult[] | null | Promise<readonly PositionResult[] | null>;
}

export interface PositionIntakeDeps {
  readonly roster: Roster;
  readonly places: PlaceStore;
  readonly trails: TrailSink;
  /** Which of these are the tenant's, on shift or not; ids of the wire. */
  readonly ownCouriers: (
    tenant: Tenant,
    wireIds: readonly string[],
  ) => Promise<ReadonlySet<string>>;
  readonly keptMs: number;
  readonly clock: Clock;
  readonly count: (outcome: string, many: number) => void;
}

const AHEAD_MS_MAX = 60_000;
/** A phone's fix may be some seconds older than the word that the shift has begun. */
const BEGUN_SLACK_MS = 10_000;
/** Smaller differences are the network's, not the clock's. */
const OFFSET_MIN_MS = 2_000;
const PER_S = 50;

const SHOWN: PositionResult = { outcome: 'accepted', notShown: null };
const ACCEPTED: Readonly<Record<Verdict, PositionResult>> = {
  shown: SHOWN,
  older: { outcome: 'accepted', notShown: 'older' },
  inaccurate: { outcome: 'accepted', notShown: 'inaccurate' },
  jump: { outcome: 'accepted', notShown: 'jump' },
};
const DUPLICATE: PositionResult = { outcome: 'duplicate' };

/** One place in a request that is read and waits for its verdict. */
interface Read {
  readonly index: number;
  readonly courierId: string;
  readonly position: Position;
}

export function createPositionIntake(deps: PositionIntakeDeps): PositionIntake {
  const { roster, trails, clock, count } = deps;

  async function takeUnknown(
    sender: PositionSender,
    reads: readonly Read[],
    unknown: readonly Read[],
    results: PositionResult[],
  ): Promise<readonly PositionResult[]> {
    await roster.load(unknown.map(({ courierId }) => courierId));
    // In the order of the request: a courier's positions must not be torn apart.
    const { known, couriers, strangers } = sorted(roster, sender, reads);
    await judge(deps, known, couriers, results);
    if (strangers.length > 0) await refuseStrangers(deps, sender, strangers, results);
    return counted(count, results);
  }

  return {
    take(sender, rows) {
      if (!trails.hasRoom) return null;
      const results = new Array<PositionResult>(rows.length);
      const reads = readAll(sender, rows, results, {
        latestMs: clock.nowMs() + AHEAD_MS_MAX,
        earliestMs: clock.nowMs() - deps.keptMs,
      });
      const { known, couriers, strangers } = sorted(roster, sender, reads);
      if (strangers.length > 0) return takeUnknown(sender, reads, strangers, results);
      const judged = judge(deps, known, couriers, results);
      return judged instanceof Promise
        ? judged.then(() => counted(count, results))
        : counted(count, results);
    },
  };
}

/** Those whose form and time are fine; what is not has its result. */
function readAll(
  sender: PositionSender,
  rows: readonly unknown[],
  results: PositionResult[],
  { latestMs, earliestMs }: { readonly latestMs: number; readonly earliestMs: number },
): Read[] {
  const { clockOffsetMs: aheadMs } = sender;
  const correctionMs = aheadMs === null || Math.abs(aheadMs) < OFFSET_MIN_MS ? 0 : aheadMs;
  const reads: Read[] = [];
  for (let index = 0; index < rows.length; index += 1) {
    const read = readPosition(rows[index], sender.courierId);
    if ('fault' in read) {
      results[index] = { outcome: 'rejected', fault: read.fault };
      continue;
    }
    const { courierId, position } =
      correctionMs === 0 ? read : corrected(read, Math.round(correctionMs));
    if (position.atMs > latestMs) results[index] = { outcome: 'rejected', fault: FAULTS.inFuture };
    else if (position.atMs < earliestMs) {
      results[index] = { outcome: 'rejected', fault: FAULTS.tooOld };
    } else reads.push({ index, courierId, position });
  }
  return reads;
}

/** Those whose couriers are known to be on shift, and of the sender; the others are `strangers`. */
function sorted(roster: Roster, { tenant }: PositionSender, reads: readonly Read[]) {
  const known: Read[] = [];
  const couriers: Tracked[] = [];
  const strangers: Read[] = [];
  for (const read of reads) {
    const courier = roster.known(read.courierId);
    if (courier !== undefined && isOf(courier, tenant)) {
      known.push(read);
      couriers.push(courier);
    } else strangers.push(read);
  }
  return { known, couriers, strangers };
}

function isOf({ tenant: own }: Tracked, { merchantId, mode }: Tenant): boolean {
  return own.merchantId === merchantId && own.mode === mode;
}

/** Gives each its result: what came before, what is too much, and what the judge makes of the rest. */
function judge(
  { places, trails, clock }: PositionIntakeDeps,
  reads: readonly Read[],
  couriers: readonly Tracked[],
  results: PositionResult[],
): void | Promise<void> {
  const nowMs = clock.nowMs();
  const reported: Reported[] = [];
  const whose: Tracked[] = [];
  const at: number[] = [];
  for (let nr = 0; nr < reads.length; nr += 1) {
    const { index, position } = reads[nr] as Read;
    const courier = couriers[nr] as Tracked;
    if (isBetweenShifts(courier, position.atMs)) {
      results[index] = { outcome: 'rejected', fault: FAULTS.betweenShifts };
    } else if (!hasAllowance(courier, nowMs)) {
      results[index] = { outcome: 'rejected', fault: FAULTS.tooMany };
    } else if (isNew(courier, position.atMs)) {
      reported.push({ courierId: courier.courierId, tenant: courier.tenant, position });
      whose.push(courier);
      at.push(index);
    } else {
      results[index] = DUPLICATE;
    }
  }
  const settle = (verdicts: readonly Verdict[]): void => {
    for (let nr = 0; nr < at.length; nr += 1) {
      const verdict = verdicts[nr] as Verdict;
      results[at[nr] as number] = ACCEPTED[verdict];
      trails.add(whose[nr] as Tracked, (reported[nr] as Reported).position, verdict);
    }
  };
  const verdicts = places.take(reported, nowMs);
  if (!(verdicts instanceof Promise)) return settle(verdicts);
  return verdicts.then(settle, (error: unknown) => {
    // They come again, and are not to count as sent twice.
    for (const courier of whose) forgetTimes(courier);
    throw error;
  });
}

function isBetweenShifts({ offTimes }: Tracked, atMs: number): boolean {
  const last = offTimes.at(-1);
  // Nearly all: of the shift that goes on.
  if (last === undefined || atMs >= last.toMs) return false;
  return offTimes.some(
    ({ fromMs, toMs }) => atMs > fromMs + AHEAD_MS_MAX && atMs < toMs - BEGUN_SLACK_MS,
  );
}

/** Says why these have no position now; the database is asked only where something is refused. */
async function refuseStrangers(
  { ownCouriers }: PositionIntakeDeps,
  { tenant }: PositionSender,
  strangers: readonly Read[],
  results: PositionResult[],
): Promise<void> {
  const own = await ownCouriers(tenant, [...new Set(strangers.map((it) => it.courierId))]);
  for (const { index, courierId } of strangers) {
    const fault = own.has(courierId) ? FAULTS.offShift : FAULTS.noSuchCourier;
    results[index] = { outcome: 'rejected', fault };
  }
}

function counted(
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

function corrected(
  { courierId, position }: { readonly courierId: string; readonly position: Position },
  byMs: number,
) {
  return { courierId, position: { ...position, atMs: position.atMs - byMs } };
}

/** Takes one from what the courier may send; false: nothing is left. */
function hasAllowance(courier: Tracked, nowMs: number): boolean {
  if (courier.allowance < 1 || nowMs - courier.countedAtMs > 1_000) {
    const passedS = Math.max(0, nowMs - courier.countedAtMs) / 1_000;
    courier.allowance = Math.min(BURST, courier.allowance + passedS * PER_S);
    courier.countedAtMs = nowMs;
  }
  if (courier.allowance < 1) return false;
  courier.allowance -= 1;
  return true;
}

function labelOf(result: PositionResult): string {
  if (result.outcome === 'accepted') return result.notShown ?? 'shown';
  return result.outcome === 'rejected' ? result.fault.code : 'duplicate';
}
