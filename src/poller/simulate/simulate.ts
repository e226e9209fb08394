import { compileTables } from '../hazard/compile.ts';
import type { ParcelHistory } from '../hazard/history.ts';
import { learn } from '../hazard/learn.ts';
import { SHIPPED_PRIOR } from '../hazard/shipped-prior.ts';
import type { DriftNote, HazardTable } from '../hazard/table.ts';
import { adaptivePolicy } from '../policy/adaptive.ts';
import { fixedPolicy } from '../policy/fixed.ts';
import { FLAT_PAUSE_S, flatPolicy } from '../policy/flat.ts';
import type { PolicyName, PollPolicy, Spend } from '../policy/policy.ts';
import { localDay, zoneOffsetMs } from '../zone-offset.ts';
import { calibrate } from './calibrate.ts';
import { type Figures, figuresOf } from './figures.ts';

const DAY_MS = 86_400_000;
/** Between which prices and pauses equal calls are sought. */
const PRICES = { least: 1e-4, most: 1e3, guess: 0.07 };
const PAUSES_S = { least: 60, most: 7 * 86_400 };
const CEILINGS_S = 30 * 86_400;

export interface SimulateOptions {
  /** Parcels the policies are tried on. */
  readonly histories: readonly ParcelHistory[];
  /** Parcels to learn from beforehand; none: the shipped prior is active. */
  readonly train: readonly ParcelHistory[];
  /** Whose calls the others may make, or calls per parcel. That policy runs by its own rule. */
  readonly callsOf: PolicyName | number;
  /** Times those calls. */
  readonly budget: number;
  /**
   * The table is learned again each time this many days have passed since the history began, from
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
  /** The price adaptive used, and the pause flat used, to make equal calls. */
  readonly price: number | null;
  readonly flatPauseS: number | null;
  /** The last table. */
  readonly table: HazardTable;
  /** Habits that relearning found to have moved. */
  readonly drift: readonly DriftNote[];
}

/**
 * Each policy on the same parcels at equal calls, by the very functions that schedule in
 * production, on a virtual clock. `fixed` has no dial and always makes its own calls.
 */
export function simulate(options: SimulateOptions): Simulation {
  const { learned, tried } = prepare(options);
  const table = learned.at(-1)?.table ?? SHIPPED_PRIOR;
  const adaptive = adaptiveBy(learned);
  const own = new Map<PolicyName, Run>();
  const byOwnRule = (name: PolicyName): Run => {
    const run = own.get(name) ?? ownRun(name, tried, adaptive, options);
    own.set(name, run);
    return run;
  };
  const { callsOf, budget } = options;
  const target =
    budget * (typeof callsOf === 'number' ? callsOf : byOwnRule(callsOf).figures.callsPerParcel);
  const runOf = (name: PolicyName): Run => {
    if (name === 'fixed' || (name === callsOf && budget === 1)) return byOwnRule(name);
    return name === 'flat' ? flatAt(tried, target) : adaptiveAt(tried, target, adaptive, options);
  };
  const runs = options.policies.map((name) => ({ name, run: runOf(name) }));
  const settingOf = (wanted: PolicyName) =>
    runs.find(({ name }) => name === wanted)?.run.setting ?? null;
  return {
    policies: Object.fromEntries(runs.map(({ name, run }) => [name, run.figures])),
    parcels: tried.length,
    price: settingOf('adaptive'),
    flatPauseS: settingOf('flat'),
    table,
    drift: learned.slice(1).flatMap((each) => each.table.drift),
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

/** The tables one after the other, and the parcels to try: all, or those after relearning. */
function prepare({ histories, train, relearnDays }: SimulateOptions): {
  readonly learned: readonly Learned[];
  readonly tried: readonly ParcelHistory[];
} {
  const before =
    train.length === 0
      ? SHIPPED_PRIOR
      : learn(train, SHIPPED_PRIOR, { untilMs: endOf(train), version: 'trained' });
  const learned: Learned[] = [{ fromMs: Number.NEGATIVE_INFINITY, table: before }];
  if (relearnDays === null) return { learned, tried: histories };
  const firstMs = beginOf(histories) + relearnDays * DAY_MS;
  const endMs = endOf(histories);
  let table = before;
  for (let untilMs = firstMs; untilMs <= endMs; untilMs += relearnDays * DAY_MS) {
    const earlier = histories.filter(({ createdAtMs }) => createdAtMs < untilMs);
    table = learn(earlier, table, { untilMs, version: `relearned-${learned.length}` });
    learned.push({ fromMs: untilMs, table });
  }
  return { learned, tried: histories.filter(({ createdAtMs }) => createdAtMs >= firstMs) };
}

/** The adaptive policy, with the table active at the time of the question. */
function adaptiveBy(learned: readonly Learned[]): PollPolicy {
  const steps = learned.map(({ fromMs, table }) => ({
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

/** Local midnight before the first parcel was registered. */
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

function ownRun(
  name: PolicyName,
  tried: readonly ParcelHistory[],
  adaptive: PollPolicy,
  { ceilingS, floorS }: SimulateOptions,
): Run {
  const spend: Spend = { price: PRICES.guess, ceilingS, floorS };
  const setting = { fixed: null, flat: FLAT_PAUSE_S, adaptive: spend.price }[name];
  const policy = { fixed: fixedPolicy, flat: flatPolicy(), adaptive }[name];
  return { figures: figuresOf(tried, policy, spend), setting };
}

function flatAt(tried: readonly ParcelHistory[], target: number): Run {
  const spend: Spend = { price: PRICES.guess, ceilingS: CEILINGS_S, floorS: 0 };
  const { at, outcome } = calibrate(
    (pauseS) => counted(figuresOf(tried, flatPolicy(pauseS), spend)),
    target,
    FLAT_PAUSE_S,
    PAUSES_S,
  );
  return { figures: outcome, setting: at };
}

/** A ceiling that the calls cannot pay for stretches, as it does in production. */
function adaptiveAt(
  tried: readonly ParcelHistory[],
  target: number,
  adaptive: PollPolicy,
  { ceilingS, floorS }: SimulateOptions,
): Run {
  const least = figuresOf(tried, adaptive, { price: PRICES.most, ceilingS, floorS });
  if (least.callsPerParcel > target) {
    const { outcome } = calibrate(
      (stretchedS) =>
        counted(figuresOf(tried, adaptive, { price: PRICES.most, ceilingS: stretchedS, floorS })),
      target,
      ceilingS * 2,
      { least: ceilingS, most: CEILINGS_S },
    );
    return { figures: outcome, setting: PRICES.most };
  }
  const { at, outcome } = calibrate(
    (price) => counted(figuresOf(tried, adaptive, { price, ceilingS, floorS })),
    target,
    PRICES.guess,
    PRICES,
  );
  return { figures: outcome, setting: at };
}

function counted(figures: Figures) {
  return { calls: figures.callsPerParcel, outcome: figures };
}
