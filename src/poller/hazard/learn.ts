import { isTerminal, STATUSES, type Status } from '../../kernel/status.ts';
import { AGE_BINS, CLOCK_BINS, EDD_BINS, type ParcelHistory, WEEKDAY_BINS } from './bins.ts';
import {
  type Drift,
  type DriftSample,
  findDrift,
  type Move,
  move,
  withNewHabits,
} from './drift.ts';
import { addHistory, type Exposure, mergeExposure, newExposure } from './exposure.ts';
import { columnsOf, type Factors, fitFactors, toFactors, withoutSlices } from './fit.ts';
import {
  ANY,
  cellKey,
  type DriftNote,
  type HazardCell,
  type HazardTable,
  silenceP99H,
  type UpdateHazard,
} from './table.ts';

const DAY_MS = 86_400_000;
/** The facts a cell needs before it is used instead of the coarser one. */
const OWN_FACTS = 40;
/** The weight of a fact halves in this many days, so that habits of last month count a quarter. */
const HALF_LIFE_DAYS = 14;
const SILENCE_PRIOR_H = 120;
/** Changes of habits are sought in this many days: earlier ones were found on earlier nights. */
const WINDOW_DAYS = 7;
/** After this long, observations from before a change no longer count. */
const DRIFT_COUNTS_DAYS = 60;

export interface LearnOptions {
  /** The instant of learning; later facts are ignored. */
  readonly untilMs: number;
  /** The name of the new version. */
  readonly version: string;
  readonly halfLifeDays?: number;
}

/**
 * Learns when updates come, from parcels' histories and the previous table. Coarse cells come first
 * (any carrier, then a carrier, then a carrier's service); each starts from its own past, and from
 * the coarser cell where it has little data. When habits have changed, the previous table and the
 * older history are shifted accordingly, so that days of data are enough. Pure; takes time in
 * proportion to the hours of history, about a second for 10,000 parcels.
 */
export function learn(
  histories: readonly ParcelHistory[],
  prior: HazardTable,
  options: LearnOptions,
): HazardTable {
  const past = recentDrift(prior, options.untilMs);
  const slices = slicesOf(past, options.untilMs);
  const exposures = exposuresOf(histories, options, slices.cuts);
  const cells: Record<string, HazardCell> = { ...prior.cells };
  const notes: DriftNote[] = [];
  const findMoves = (carrier: string, services: ReadonlyMap<string, ByStatus>): CarrierMoves => {
    const before = movesBefore(past, carrier, slices);
    const drift = driftOf(prior, carrier, services, before, slices);
    notes.push(...drift.map((each) => toDriftNote(carrier, each, slices)));
    return { drift, movesOf: (status, update) => movesOf(status, update, before, drift) };
  };
  const all = pool([...exposures.values()].flatMap((services) => [...services.values()]));
  // Changes of "any carrier" are noted last: they follow from carriers' changes, which people look
  // for.
  const movesByCarrier = new Map(
    [...exposures].map(([carrier, services]) => [carrier, findMoves(carrier, services)]),
  );
  learnCells(cells, prior, ANY, ANY, all, findMoves(ANY, new Map([[ANY, all]])));
  for (const [carrier, services] of exposures) {
    const moves = movesByCarrier.get(carrier);
    if (moves === undefined) continue;
    learnCells(cells, prior, carrier, ANY, pool([...services.values()]), moves);
    for (const [service, statuses] of services) {
      if (service !== ANY) learnCells(cells, prior, carrier, service, statuses, moves);
    }
  }
  let facts = 0;
  for (const { facts: kinds } of all.values()) for (const weight of kinds.values()) facts += weight;
  return {
    format: 1,
    version: options.version,
    learned: { parcels: histories.length, facts: Math.round(facts) },
    drift: notes,
    past_drift: [...past],
    cells,
  };
}

/** History cut into slices at these instants; slice 0 is before the first. */
interface Slices {
  readonly cuts: readonly number[];
  /** The slices since which habits may have changed. */
  readonly windows: readonly number[];
}

/** Cuts history at each of the last days, and where habits are known to have changed. */
function slicesOf(past: readonly DriftNote[], untilMs: number): Slices {
  const today = Math.floor(untilMs / DAY_MS);
  const days = Array.from({ length: WINDOW_DAYS }, (_, index) => (today - index) * DAY_MS);
  const cuts = [...new Set([...days, ...past.map(({ since }) => Date.parse(since))])];
  cuts.sort((one, other) => one - other);
  return { cuts, windows: [0, ...days.map((cut) => cuts.indexOf(cut) + 1)] };
}

/**
 * Returns the changes of habit noted by earlier tables that facts from before them still make
 * relevant.
 */
function recentDrift({ drift, past_drift }: HazardTable, untilMs: number): readonly DriftNote[] {
  return [...past_drift, ...drift].filter(({ since }) => {
    const sinceMs = Date.parse(since);
    return sinceMs < untilMs && sinceMs > untilMs - DRIFT_COUNTS_DAYS * DAY_MS;
  });
}

type KindMove = Move & Pick<Drift, 'status' | 'update'>;

/**
 * Returns the changes of habit that earlier learning noted for the carrier, with the slice that
 * each began.
 */
function movesBefore(
  past: readonly DriftNote[],
  carrier: string,
  { cuts }: Slices,
): readonly KindMove[] {
  return past
    .filter((note) => note.carrier === carrier)
    .map(({ status, update, later_h, stretch, since }) => ({
      status,
      update,
      laterH: later_h,
      stretch,
      slice: cuts.indexOf(Date.parse(since)) + 1,
    }));
}

function toDriftNote(carrier: string, drift: Drift, { cuts }: Slices): DriftNote {
  const { status, update, laterH, stretch, gain, slice } = drift;
  const since = new Date(cuts[slice - 1] ?? 0).toISOString();
  return { carrier, status, update, later_h: laterH, stretch, gain: Math.round(gain), since };
}

/** How a carrier's habits changed: since the previous table, and in all. */
interface CarrierMoves {
  readonly drift: readonly Drift[];
  readonly movesOf: (status: Status, update: Status) => readonly Move[];
}

/** Selects the changes that concern one kind of update in one status. */
function movesOf(
  status: Status,
  update: Status,
  ...moves: readonly (readonly KindMove[])[]
): readonly Move[] {
  return moves.flat().filter((each) => each.status === status && each.update === update);
}

type ByStatus = Map<Status, Exposure>;

/**
 * Collects the exposure by carrier, service and status. Older facts weigh less, by the half-life.
 */
function exposuresOf(
  histories: readonly ParcelHistory[],
  { untilMs, halfLifeDays = HALF_LIFE_DAYS }: LearnOptions,
  cuts: readonly number[],
): Map<string, Map<string, ByStatus>> {
  const weightAt = (atMs: number) => 0.5 ** ((untilMs - atMs) / DAY_MS / halfLifeDays);
  const exposing = { untilMs, weightAt, cuts };
  const exposures = new Map<string, Map<string, ByStatus>>();
  for (const history of histories) {
    const services = getOrCreate(exposures, history.carrier, () => new Map<string, ByStatus>());
    const statuses: ByStatus = getOrCreate(services, history.service ?? ANY, () => new Map());
    addHistory(history, exposing, (status) => getOrCreate(statuses, status, newExposure));
  }
  return exposures;
}

function getOrCreate<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const created = make();
  map.set(key, created);
  return created;
}

/** Merges the exposures of several services (or carriers), status by status. */
function pool(parts: readonly ByStatus[]): ByStatus {
  const all: ByStatus = new Map();
  for (const part of parts) {
    for (const [status, exposure] of part)
      mergeExposure(getOrCreate(all, status, newExposure), exposure);
  }
  return all;
}

/** Finds the drift of a carrier from the previous table; nothing if that was never learned. */
function driftOf(
  prior: HazardTable,
  carrier: string,
  services: ReadonlyMap<string, ByStatus>,
  before: readonly KindMove[],
  { windows }: Slices,
): readonly Drift[] {
  // If the previous table was never learned, every carrier differs from it; that is not a drift.
  if (prior.learned.facts === 0) return [];
  const samples: DriftSample[] = [];
  for (const status of STATUSES) {
    const parts = [...services].flatMap(([service, statuses]) => {
      const exposure = statuses.get(status);
      const cell = priorCell(prior, carrier, service, status);
      return exposure === undefined || cell === undefined
        ? []
        : [{ cell, columns: columnsOf(exposure) }];
    });
    for (const update of STATUSES) {
      const moves = movesOf(status, update, before);
      const known = parts.flatMap(({ cell, columns }) => {
        const hazard = cell.next[update];
        if (hazard === undefined) return [];
        const facts = columns.factsOf(update);
        return [{ columns: withNewHabits(columns, moves), facts, before: toFactors(hazard) }];
      });
      if (known.length > 0) samples.push({ status, update, parts: known });
    }
  }
  return findDrift(samples, windows);
}

/** Returns the previous table's cell of a service, or else of the carrier or of any carrier. */
function priorCell(prior: HazardTable, carrier: string, service: string, status: Status) {
  return (
    prior.cells[cellKey(carrier, service, status)] ??
    prior.cells[cellKey(carrier, ANY, status)] ??
    prior.cells[cellKey(ANY, ANY, status)]
  );
}

/**
 * Learns the cells of a service from its exposure, and adds them to `cells`. A cell starts from the
 * previous table, moved by the detected change of habit, or else from the coarser cell. Without
 * enough facts of its own a service gets no cell.
 */
function learnCells(
  cells: Record<string, HazardCell>,
  prior: HazardTable,
  carrier: string,
  service: string,
  statuses: ByStatus,
  { drift: newDrift, movesOf }: CarrierMoves,
): void {
  for (const [status, exposure] of statuses) {
    if (isTerminal(status)) continue;
    const key = cellKey(carrier, service, status);
    let facts = 0;
    for (const weight of exposure.facts.values()) facts += weight;
    const own = prior.cells[key];
    if (facts < OWN_FACTS && own === undefined && carrier !== ANY) continue;
    const coarser =
      cells[cellKey(carrier, ANY, status)] ?? cells[cellKey(ANY, ANY, status)] ?? NO_CELL;
    const columns = columnsOf(exposure);
    const withoutMoves = withoutSlices(columns);
    const next: Partial<Record<Status, UpdateHazard>> = {};
    for (const update of STATUSES) {
      const weight = exposure.facts.get(update) ?? 0;
      const before = own?.next[update];
      const start = before ?? coarser.next[update] ?? (weight > 0 ? UNKNOWN_UPDATE : undefined);
      if (start === undefined) continue;
      const drift = newDrift.find((one) => one.status === status && one.update === update);
      const from =
        before === undefined || drift === undefined
          ? toFactors(start)
          : move(toFactors(before), drift.laterH, drift.stretch);
      const moves = movesOf(status, update);
      const current =
        moves.length === 0 ? withoutMoves : withoutSlices(withNewHabits(columns, moves));
      next[update] = toHazard(fitFactors(current, update, from), weight);
    }
    const silence = silenceP99H(exposure.silences, own?.silence_p99_h ?? coarser.silence_p99_h);
    cells[key] = { silence_p99_h: rounded(silence), next };
  }
}

const NO_CELL: HazardCell = { silence_p99_h: SILENCE_PRIOR_H, next: {} };

const UNKNOWN_UPDATE: UpdateHazard = {
  facts: 0,
  per_hour: 1e-5,
  age: Array.from({ length: AGE_BINS }, () => 1),
  clock: Array.from({ length: CLOCK_BINS }, () => 1),
  weekday: Array.from({ length: WEEKDAY_BINS }, () => 1),
  edd: Array.from({ length: EDD_BINS }, () => 1),
};

function toHazard(factors: Factors, facts: number): UpdateHazard {
  return {
    facts: Math.round(facts),
    per_hour: rounded(factors.level),
    age: Array.from(factors.age, rounded),
    clock: Array.from(factors.clock, rounded),
    weekday: Array.from(factors.weekday, rounded),
    edd: Array.from(factors.edd, rounded),
  };
}

/**
 * Rounds to three digits, which is all that was learned, and never to 0, which no later fact could
 * raise.
 */
function rounded(value: number): number {
  return Number(Math.max(value, 1e-9).toPrecision(3));
}
