import { isTerminal, type Status } from '../../kernel/status.ts';
import { dayOfDate, zoneOffsetMs } from '../zone-offset.ts';
import {
  AGE_BINS,
  ageBin,
  CLOCK_BINS,
  EDD_BINS,
  eddBin,
  type ParcelHistory,
  WEEKDAY_BINS,
  weekdayOf,
} from './bins.ts';

const HOUR_MS = 3_600_000;
const HALF_HOUR_MS = HOUR_MS / 2;
const DAY_MS = 24 * HOUR_MS;
/**
 * A parcel without updates counts for this long; a lost one must not outweigh all others' hours.
 */
const SILENCE_MAX_MS = 14 * DAY_MS;

/**
 * The hours that parcels spent in one status, and the updates they had, by age, clock, weekday and
 * EDD.
 */
export interface Exposure {
  readonly bins: Map<number, Bin>;
  /** How long each time without an update lasted in hours, and whether an update ended it. */
  readonly silences: Silence[];
  /** Facts by kind, weighted. */
  readonly facts: Map<Status, number>;
}

export interface Bin {
  /** The slice of history: how many of the cuts lie before it. */
  readonly slice: number;
  readonly age: number;
  readonly clock: number;
  readonly weekday: number;
  readonly edd: number;
  /** Weighted parcel hours. */
  hours: number;
  /** The weighted facts that ended a time without updates in this bin, by kind. */
  readonly facts: Partial<Record<Status, number>>;
}

export interface Silence {
  readonly hours: number;
  readonly ended: boolean;
  readonly weight: number;
}

export function newExposure(): Exposure {
  return { bins: new Map(), silences: [], facts: new Map() };
}

/** Adds one exposure to another, to make a coarser cell from finer ones. */
export function mergeExposure(into: Exposure, from: Exposure): void {
  for (const [key, bin] of from.bins) {
    const existing = into.bins.get(key);
    if (existing === undefined) {
      into.bins.set(key, { ...bin, facts: { ...bin.facts } });
      continue;
    }
    existing.hours += bin.hours;
    for (const update of Object.keys(bin.facts) as Status[]) {
      existing.facts[update] = (existing.facts[update] ?? 0) + (bin.facts[update] ?? 0);
    }
  }
  for (const silence of from.silences) into.silences.push(silence);
  for (const [update, weight] of from.facts)
    into.facts.set(update, (into.facts.get(update) ?? 0) + weight);
}

/** How histories are read. */
export interface Exposing {
  /** Later events are unknown; a time without updates that lasts until then has not ended. */
  readonly untilMs: number;
  /** The weight of an observation at an instant. */
  readonly weightAt: (atMs: number) => number;
  /** The instants, ascending, between which habits are distinguished. */
  readonly cuts: readonly number[];
}

/** Adds a history, as it was at `untilMs`, to the exposures of its statuses. */
export function addHistory(
  history: ParcelHistory,
  exposing: Exposing,
  exposureOf: (status: Status) => Exposure,
): void {
  // Time that nobody observed says nothing, so it counts only until the parcel was last checked.
  const untilMs = Math.min(exposing.untilMs, history.watchedUntilMs ?? exposing.untilMs);
  let status: Status = 'created';
  let sinceMs = history.createdAtMs;
  for (const fact of history.facts) {
    if (fact.atMs > exposing.untilMs || isTerminal(status)) break;
    if (fact.atMs > sinceMs) {
      addSilence(history, exposureOf(status), sinceMs, fact.atMs, fact.status, exposing);
      sinceMs = fact.atMs;
    }
    status = fact.status;
  }
  if (isTerminal(status) || untilMs <= sinceMs) return;
  addSilence(history, exposureOf(status), sinceMs, untilMs, null, exposing);
}

/**
 * Adds the time from one fact to the next to the bins that it passed through, half an hour at a
 * time, and the fact that ended it to the last of them. `update` null: it has not ended.
 */
function addSilence(
  { timeZone, edd }: ParcelHistory,
  exposure: Exposure,
  fromMs: number,
  toMs: number,
  update: Status | null,
  { weightAt, cuts }: Exposing,
): void {
  const weight = weightAt(toMs);
  const eddDay = edd === null ? null : dayOfDate(edd.date);
  const lastedMs = toMs - fromMs;
  const endMs = fromMs + Math.min(lastedMs, SILENCE_MAX_MS);
  const ended = update !== null && lastedMs <= SILENCE_MAX_MS;
  exposure.silences.push({ hours: lastedMs / HOUR_MS, ended: update !== null, weight });
  let bin: Bin | null = null;
  let slice = 0;
  for (let atMs = fromMs; atMs < endMs; ) {
    const offsetMs = zoneOffsetMs(timeZone, atMs);
    const localMs = atMs + offsetMs;
    const halfHour = Math.floor(localMs / HALF_HOUR_MS);
    const stepEndMs = Math.min(endMs, (halfHour + 1) * HALF_HOUR_MS - offsetMs);
    const day = Math.floor(localMs / DAY_MS);
    while (slice < cuts.length && (cuts[slice] ?? 0) <= atMs) slice += 1;
    bin = binOf(
      exposure,
      slice,
      ageBin((atMs + stepEndMs - 2 * fromMs) / 2 / HOUR_MS),
      halfHour - day * CLOCK_BINS,
      weekdayOf(day),
      eddBin(day, eddDay),
    );
    bin.hours += (weight * (stepEndMs - atMs)) / HOUR_MS;
    atMs = stepEndMs;
  }
  if (!ended || bin === null) return;
  bin.facts[update] = (bin.facts[update] ?? 0) + weight;
  exposure.facts.set(update, (exposure.facts.get(update) ?? 0) + weight);
}

/** Returns the bin of this combination, which is created if necessary. */
function binOf(
  { bins }: Exposure,
  slice: number,
  age: number,
  clock: number,
  weekday: number,
  edd: number,
): Bin {
  const ageIndex = slice * AGE_BINS + age;
  const key = ((ageIndex * CLOCK_BINS + clock) * WEEKDAY_BINS + weekday) * EDD_BINS + edd;
  const existing = bins.get(key);
  if (existing !== undefined) return existing;
  const bin: Bin = { slice, age, clock, weekday, edd, hours: 0, facts: {} };
  bins.set(key, bin);
  return bin;
}
