import type { ParcelHistory } from '../hazard/bins.ts';
import { compileTables } from '../hazard/compile.ts';
import { learn } from '../hazard/learn.ts';
import { SHIPPED_PRIOR } from '../hazard/shipped-prior.ts';
import type { DriftNote, HazardTable } from '../hazard/table.ts';
import { adaptivePolicy } from '../policy/adaptive.ts';
import { FLAT_PAUSE_S, fixedPolicy, flatPolicy } from '../policy/fixed.ts';
import type { PolicyName, PollPolicy, Spend } from '../policy/policy.ts';
import { localDay, zoneOffsetMs } from '../zone-offset.ts';
import { type Figures, figuresOf } from './figures.ts';

const DAY_MS = 86_400_000;
/** The bounds within which prices and pauses that give equal calls are sought. */
const PRICES = { least: 1e-4, most: 1e3, guess: 0.07 };
const PAUSES_S = { least: 60, most: 7 * 86_400 };
const CEILINGS_S = 30 * 86_400;

export interface SimulateOptions {
  /** The parcels on which the policies are tested. */
  readonly histories: readonly ParcelHistory[];
  /** Parcels to learn from beforehand; none: the shipped prior is active. */
  readonly train: readonly ParcelHistory[];
  /**
   * The policy whose calls the others may make, or calls per parcel. That policy runs by its own
   * rule.
   */
  readonly callsOf: PolicyName | number;
  /** A factor on those calls. */
  readonly budget: number;
  /**
   * The table is learned again whenever this many days have passed since the history began, from
   * the facts up to then, as the hub does each night; parcels registered after the first time are
   * tested. Null: no relearning, all are tested.
   */
  readonly relearnDays: number | null;
  readonly policies: readonly PolicyName[];
  readonly ceilingS: number;
  readonly floorS: number;
}

export interface Simulation {
  readonly policies: Readonly<Partial<Record<PolicyName, Figures>>>;
  readonly parcels: number;
  /** The price of `adaptive`, and the pause of `flat`, that make the calls equal. */
  readonly price: number | null;
  readonly flatPauseS: number | null;
  /** The last table. */
  readonly table: HazardTable;
  /** The habits that relearning found to have changed. */
  readonly drift: readonly DriftNote[];
}

/**
 * Runs each policy on the same parcels with equal calls, by the very functions that schedule in
 * production, on a virtual clock. `fixed` has no setting and always makes its own number of calls.
 */
export function simulate(options: SimulateOptions): Simulation {
  const { tables, tested } = prepare(options);
  const table = tables.at(-1)?.table ?? SHIPPED_PRIOR;
  const adaptive = adaptivePolicyOver(tables);
  const own = new Map<PolicyName, Run>();
  const byOwnRule = (name: PolicyName): Run => {
    const run = own.get(name) ?? ownRun(name, tested, adaptive, options);
    own.set(name, run);
    return run;
  };
  const { callsOf, budget } = options;
  const target =
    budget * (typeof callsOf === 'number' ? callsOf : byOwnRule(callsOf).figures.callsPerParcel);
  const runOf = (name: PolicyName): Run => {
    if (name === 'fixed' || (name === callsOf && budget === 1)) return byOwnRule(name);
    return name === 'flat'
      ? flatRun(tested, target)
      : adaptiveRun(tested, target, adaptive, options);
  };
  const runs = options.policies.map((name) => ({ name, run: runOf(name) }));
  const settingOf = (wanted: PolicyName) =>
    runs.find(({ name }) => name === wanted)?.run.setting ?? null;
  return {
    policies: Object.fromEntries(runs.map(({ name, run }) => [name, run.figures])),
    parcels: tested.length,
    price: settingOf('adaptive'),
    flatPauseS: settingOf('flat'),
    table,
    drift: tables.slice(1).flatMap((each) => each.table.drift),
  };
}

interface Run {
  readonly figures: Figures;
  readonly setting: number | null;
}

/** A table, and since when it is active. */
interface Learned {
  readonly fromMs: number;
  readonly table: HazardTable;
}

/**
 * Returns the tables in order, and the parcels to test: all, or those registered after relearning.
 */
function prepare({ histories, train, relearnDays }: SimulateOptions): {
  readonly tables: readonly Learned[];
  readonly tested: readonly ParcelHistory[];
} {
  const before =
    train.length === 0
      ? SHIPPED_PRIOR
      : learn(train, SHIPPED_PRIOR, { untilMs: endOf(train), version: 'trained' });
  const tables: Learned[] = [{ fromMs: Number.NEGATIVE_INFINITY, table: before }];
  if (relearnDays === null) return { tables, tested: histories };
  const firstMs = beginOf(histories) + relearnDays * DAY_MS;
  const endMs = endOf(histories);
  let table = before;
  for (let untilMs = firstMs; untilMs <= endMs; untilMs += relearnDays * DAY_MS) {
    const earlier = histories.filter(({ createdAtMs }) => createdAtMs < untilMs);
    table = learn(earlier, table, { untilMs, version: `relearned-${tables.length}` });
    tables.push({ fromMs: untilMs, table });
  }
  return { tables, tested: histories.filter(({ createdAtMs }) => createdAtMs >= firstMs) };
}

/** Returns the adaptive policy, with the table active at the time of each poll. */
function adaptivePolicyOver(tables: readonly Learned[]): PollPolicy {
  const steps = tables.map(({ fromMs, table }) => ({
    fromMs,
    policy: adaptivePolicy(compileTables(table)),
  }));
  return {
    name: 'adaptive',
    next(parcel, nowMs, spend) {
      const step = steps.findLast(({ fromMs }) => fromMs <= nowMs);
      return (step?.policy ?? fixedPolicy).next(parcel, nowMs, spend);
    },
  };
}

/** Returns the local midnight before the first parcel was registered. */
function beginOf(histories: readonly ParcelHistory[]): number {
  const [first] = [...histories].sort((one, other) => one.createdAtMs - other.createdAtMs);
  if (first === undefined) return 0;
  const { timeZone, createdAtMs } = first;
  return localDay(timeZone, createdAtMs) * DAY_MS - zoneOffsetMs(timeZone, createdAtMs);
}

function endOf(histories: readonly ParcelHistory[]): number {
  return histories.reduce(
    (end, { facts, createdAtMs }) => Math.max(end, facts.at(-1)?.atMs ?? createdAtMs),
    0,
  );
}

/** Runs a policy by its own rule, whatever number of calls that makes. */
function ownRun(
  name: PolicyName,
  tested: readonly ParcelHistory[],
  adaptive: PollPolicy,
  { ceilingS, floorS }: SimulateOptions,
): Run {
  const spend: Spend = { price: PRICES.guess, ceilingS, floorS };
  const setting = { fixed: null, flat: FLAT_PAUSE_S, adaptive: spend.price }[name];
  const policy = { fixed: fixedPolicy, flat: flatPolicy(), adaptive }[name];
  return { figures: figuresOf(tested, policy, spend), setting };
}

/** Runs the flat policy with the pause at which it makes `target` calls per parcel. */
function flatRun(tested: readonly ParcelHistory[], target: number): Run {
  const spend: Spend = { price: PRICES.guess, ceilingS: CEILINGS_S, floorS: 0 };
  const { at, outcome } = calibrate(
    (pauseS) => withCalls(figuresOf(tested, flatPolicy(pauseS), spend)),
    target,
    FLAT_PAUSE_S,
    PAUSES_S,
  );
  return { figures: outcome, setting: at };
}

/**
 * Runs the adaptive policy at the price at which it makes `target` calls per parcel. A ceiling that
 * the calls cannot pay for is stretched, as in production.
 */
function adaptiveRun(
  tested: readonly ParcelHistory[],
  target: number,
  adaptive: PollPolicy,
  { ceilingS, floorS }: SimulateOptions,
): Run {
  const least = figuresOf(tested, adaptive, { price: PRICES.most, ceilingS, floorS });
  if (least.callsPerParcel > target) {
    const { outcome } = calibrate(
      (stretchedS) =>
        withCalls(
          figuresOf(tested, adaptive, { price: PRICES.most, ceilingS: stretchedS, floorS }),
        ),
      target,
      ceilingS * 2,
      { least: ceilingS, most: CEILINGS_S },
    );
    return { figures: outcome, setting: PRICES.most };
  }
  const { at, outcome } = calibrate(
    (price) => withCalls(figuresOf(tested, adaptive, { price, ceilingS, floorS })),
    target,
    PRICES.guess,
    PRICES,
  );
  return { figures: outcome, setting: at };
}

function withCalls(figures: Figures) {
  return { calls: figures.callsPerParcel, outcome: figures };
}

/** The number of calls may differ from the requested one by this share. */
const TOLERANCE = 0.002;
const TRIES_MAX = 28;

interface Calibrated<T> {
  readonly at: number;
  readonly outcome: T;
}

/**
 * Finds the setting (a price, a pause) at which `run` makes `target` calls; calls fall as it rises.
 * It halves the interval on a log scale between the nearest settings with too many and too few
 * calls, guided by the line between them. With few parcels the number of calls moves in steps, so
 * the nearest found is the answer.
 */
export function calibrate<T>(
  run: (setting: number) => { readonly calls: number; readonly outcome: T },
  target: number,
  guess: number,
  bounds: { readonly least: number; readonly most: number },
): Calibrated<T> {
  let tooMany = { at: Math.log(bounds.least), calls: Number.POSITIVE_INFINITY };
  let tooFew = { at: Math.log(bounds.most), calls: 0 };
  let next = Math.log(guess);
  let nearest: (Calibrated<T> & { readonly off: number }) | null = null;
  for (let index = 0; index < TRIES_MAX; index += 1) {
    const { calls, outcome } = run(Math.exp(next));
    const off = Math.abs(calls / target - 1);
    if (nearest === null || off < nearest.off) nearest = { at: Math.exp(next), outcome, off };
    if (off <= TOLERANCE || tooFew.at - tooMany.at < 1e-6) break;
    if (calls > target) tooMany = { at: next, calls };
    else tooFew = { at: next, calls };
    next = nextGuess(tooMany, tooFew, { at: next, calls }, target);
  }
  if (nearest === null) throw new RangeError('calibrate needs an attempt');
  return { at: nearest.at, outcome: nearest.outcome };
}

interface Point {
  /** The logarithm of the setting. */
  readonly at: number;
  readonly calls: number;
}

/** Returns the next setting to try (its logarithm), inside the interval between the two points. */
function nextGuess(tooMany: Point, tooFew: Point, last: Point, target: number): number {
  const width = tooFew.at - tooMany.at;
  const bracketed = Number.isFinite(tooMany.calls) && tooFew.calls > 0;
  // Calls change roughly with the root of a price; within a bracket, with the line between its
  // ends.
  const guess = bracketed
    ? tooMany.at +
      (width * Math.log(tooMany.calls / target)) / Math.log(tooMany.calls / tooFew.calls)
    : last.at + 2.2 * Math.log(Math.max(last.calls, 1e-9) / target);
  const margin = bracketed ? 0.02 * width : 0;
  return Math.min(tooFew.at - margin, Math.max(tooMany.at + margin, guess));
}
