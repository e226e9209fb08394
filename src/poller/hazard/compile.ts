import { STATUSES, type Status } from '../../kernel/status.ts';
import { AGE_BINS, AGE_EDGES_H, CLOCK_BINS, EDD_BINS, WEEKDAY_BINS } from './bins.ts';
import { ANY, cellKey, type HazardCell, type HazardTable, type UpdateHazard } from './table.ts';

/** Ages are distinguished by quarter hours up to this; later ones have the last bin's hazard. */
const AGE_QUARTERS = 4 * 240;
const DAY_QUARTERS = 96;

/** A cell prepared for arithmetic; arrays have one row for each kind of update. */
interface CompiledCell {
  readonly kinds: readonly Status[];
  /** The hazard per hour of each kind, before the factors. */
  readonly rate: Float64Array;
  /** The hazard per hour × the worth of the update. */
  readonly worth: Float64Array;
  /** Factors by [update × quarter hour since the last fact]. */
  readonly age: Float64Array;
  /** Factors by [update × quarter hour of the local day]. */
  readonly clock: Float64Array;
  /** Factors by [update × weekday × EDD bin]. */
  readonly day: Float64Array;
  readonly silenceP99H: number;
}

/** A hazard table in a form fast enough to rank thousands of parcels at once. */
export interface HazardTables {
  readonly version: string;
  cellOf(carrier: string, service: string | null, status: Status): CompiledCell;
}

/**
 * Compiles a hazard table. This takes milliseconds, so do it once per version of the table and not
 * per parcel.
 */
export function compileTables(table: HazardTable): HazardTables {
  const compiledByKey = new Map<string, CompiledCell>();
  const compiledCell = (key: string): CompiledCell | undefined => {
    const alreadyCompiled = compiledByKey.get(key);
    if (alreadyCompiled !== undefined) return alreadyCompiled;
    const cell = Object.hasOwn(table.cells, key) ? table.cells[key] : undefined;
    if (cell === undefined) return undefined;
    const newlyCompiled = compileCell(cell);
    compiledByKey.set(key, newlyCompiled);
    return newlyCompiled;
  };
  const cellsByCarrier = new Map<string, Map<string | null, Map<Status, CompiledCell>>>();
  return {
    version: table.version,
    cellOf(carrier, service, status) {
      const cached = cellsByCarrier.get(carrier)?.get(service)?.get(status);
      if (cached !== undefined) return cached;
      const cell =
        compiledCell(cellKey(carrier, service ?? ANY, status)) ??
        compiledCell(cellKey(carrier, ANY, status)) ??
        compiledCell(cellKey(ANY, ANY, status)) ??
        EMPTY_CELL;
      cacheCell(cellsByCarrier, carrier, service, status, cell);
      return cell;
    },
  };
}

/** Services are free text from carriers, so the number that is cached is limited. */
const SERVICES_MAX = 10_000;

/**
 * Remembers the cell found for a carrier, service and status. Services beyond `SERVICES_MAX` clear
 * the carrier's cache.
 */
function cacheCell(
  cellsByCarrier: Map<string, Map<string | null, Map<Status, CompiledCell>>>,
  carrier: string,
  service: string | null,
  status: Status,
  cell: CompiledCell,
): void {
  const services =
    cellsByCarrier.get(carrier) ?? new Map<string | null, Map<Status, CompiledCell>>();
  if (services.size >= SERVICES_MAX) services.clear();
  const statuses = services.get(service) ?? new Map<Status, CompiledCell>();
  cellsByCarrier.set(carrier, services.set(service, statuses.set(status, cell)));
}

const EMPTY_CELL: CompiledCell = compileCell({ silence_p99_h: 120, next: {} });

/**
 * Prepares a cell of the table for fast look-ups: arrays by quarter of an hour, of the rates and of
 * their worth.
 */
function compileCell(cell: HazardCell): CompiledCell {
  const kinds = STATUSES.filter((status) => cell.next[status] !== undefined);
  const hazards = kinds.flatMap((status) => cell.next[status] ?? []);
  return {
    kinds,
    rate: Float64Array.from(hazards, ({ per_hour }) => per_hour),
    worth: Float64Array.from(
      hazards,
      ({ per_hour }, index) => per_hour * worthOf(kinds[index] ?? 'created'),
    ),
    age: factorRows(hazards, AGE_QUARTERS, ageAtQuarter),
    clock: factorRows(hazards, DAY_QUARTERS, clockAtQuarter),
    day: factorRows(
      hazards,
      WEEKDAY_BINS * EDD_BINS,
      ({ weekday, edd }, at) =>
        (weekday[Math.floor(at / EDD_BINS)] ?? 1) * (edd[at % EDD_BINS] ?? 1),
    ),
    silenceP99H: cell.silence_p99_h,
  };
}

/**
 * Returns one array with a row of `length` factors for each hazard; `read` returns the factor at an
 * index.
 */
function factorRows(
  hazards: readonly UpdateHazard[],
  length: number,
  read: (hazard: UpdateHazard, at: number) => number,
): Float64Array {
  const all = new Float64Array(hazards.length * length);
  hazards.forEach((hazard, index) => {
    for (let at = 0; at < length; at += 1) all[index * length + at] = read(hazard, at);
  });
  return all;
}

/**
 * Returns the factor at a quarter hour of age. A bin's factor applies at its middle; between
 * middles it is interpolated.
 */
function ageAtQuarter({ age }: UpdateHazard, quarter: number): number {
  const hours = (quarter + 0.5) / 4;
  let bin = 0;
  while (bin + 1 < AGE_BINS && middleOfAge(bin + 1) <= hours) bin += 1;
  const from = middleOfAge(bin);
  const share = bin + 1 < AGE_BINS ? (hours - from) / (middleOfAge(bin + 1) - from) : 0;
  return mix(age[bin] ?? 1, age[bin + 1] ?? age[bin] ?? 1, share);
}

function middleOfAge(bin: number): number {
  const from = AGE_EDGES_H[bin] ?? 0;
  return (from + (AGE_EDGES_H[bin + 1] ?? from * 1.5)) / 2;
}

/** Interpolates between the middles of the half hours around this quarter hour of the day. */
function clockAtQuarter({ clock }: UpdateHazard, quarter: number): number {
  const at = (quarter + 0.5) / 2 - 0.5;
  const bin = Math.floor(at);
  const near = (index: number) => clock[(index + CLOCK_BINS) % CLOCK_BINS] ?? 1;
  return mix(near(bin), near(bin + 1), at - bin);
}

function mix(one: number, other: number, share: number): number {
  const part = Math.min(1, Math.max(0, share));
  return one * (1 - part) + other * part;
}

/**
 * Returns the hazard per hour of all updates together, for a quarter hour of age and of the day.
 * Each kind is weighed by `weighed`: the cell's `rate` (plain) or `worth`.
 */
export function hazardAt(
  cell: CompiledCell,
  weighed: Float64Array,
  ageQuarter: number,
  dayQuarter: number,
  weekday: number,
  eddBin: number,
): number {
  const age = Math.min(AGE_QUARTERS - 1, Math.max(0, ageQuarter));
  const day = weekday * EDD_BINS + eddBin;
  let sum = 0;
  for (let index = 0; index < weighed.length; index += 1) {
    sum +=
      (weighed[index] ?? 0) *
      (cell.age[index * AGE_QUARTERS + age] ?? 0) *
      (cell.clock[index * DAY_QUARTERS + dayQuarter] ?? 0) *
      (cell.day[index * WEEKDAY_BINS * EDD_BINS + day] ?? 0);
  }
  return sum;
}

/**
 * The value of learning of a kind of update an hour sooner, in hub scans. Customers wait for the
 * van and the parcel; merchants act on exceptions and failed attempts, and the sooner they do, the
 * cheaper it is. A rare kind must be worth much more than a frequent one to be polled for at all:
 * exceptions come at any hour, once in a dozen parcels.
 */
const WORTH: Readonly<Record<Status, number>> = {
  created: 0.5,
  picked_up: 1,
  in_transit: 1,
  at_facility: 1,
  out_for_delivery: 3,
  available_for_pickup: 3,
  delivery_attempted: 5,
  exception: 12,
  returning: 5,
  delivered: 3,
  returned_to_sender: 3,
  cancelled: 2,
};

function worthOf(update: Status): number {
  return WORTH[update];
}
