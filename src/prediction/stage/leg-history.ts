import { regionOf } from '../lanes/groups.ts';
import type { OpenParcel } from '../sample/parcel.ts';
import type { ParcelStop } from '../sample/parcel-stop.ts';
import { BusyPlaces, type PlaceEntry, type Throughput } from './busy-places.ts';
import type { Progress } from './progress.ts';
import { type MeanEntry, ShrunkMeans } from './shrunk-means.ts';

/** What was known at a moment about other parcels' times there; times are ln(days + an hour). */
export interface LegComparison {
  /** The duration of the last leg, and its usual duration; NaN if unknown. */
  readonly leg: number;
  readonly usualLeg: number;
  /** The usual times from there until a parcel's next scan elsewhere, and until its delivery. */
  readonly usualStay: number;
  readonly usualRest: number;
  readonly throughput: Throughput;
  /** The building as a word; empty until it is well known. */
  readonly place: string;
}

export interface LegEntries {
  readonly legs: MeanEntry[];
  readonly stays: MeanEntry[];
  readonly rests: MeanEntry[];
  readonly places: PlaceEntry[];
}

const DAY_MS = 86_400_000;
/** On the vehicle a quarter of an hour matters, on the road it does not. */
const HOUR_DAYS = 1 / 24;
/** How much of it a model stores. */
const LIMITS = { groups: 5_000, places: 500 } as const;

/** The logarithm of a time, with an offset so that zero has one. */
export function logDays(days: number): number {
  return Math.log(Math.max(days, 0) + HOUR_DAYS);
}

/** The inverse of `logDays`; never below zero. */
export function daysOfLog(log: number): number {
  return Math.max(Math.exp(log) - HOUR_DAYS, 0);
}

/** Usual times between places and from each to delivery, from all parcels so far. */
export class LegHistory {
  readonly #legs: ShrunkMeans;
  readonly #stays: ShrunkMeans;
  readonly #rests: ShrunkMeans;
  readonly #places: BusyPlaces;

  constructor({ legs, stays, rests, places }: Partial<LegEntries> = {}) {
    this.#legs = new ShrunkMeans(legs);
    this.#stays = new ShrunkMeans(stays);
    this.#rests = new ShrunkMeans(rests);
    this.#places = new BusyPlaces(places);
  }

  /**
   * Compares a parcel at its newest stop with others. Call it before passing the same stop to
   * `hear`.
   */
  standing(parcel: OpenParcel, progress: Progress): LegComparison {
    const { newest, ms } = progress;
    const place = placeOf(newest);
    const here = hereGroups(parcel, newest);
    return {
      leg: logDays(legDays(parcel, progress)),
      usualLeg: this.#legs.of(legGroups(parcel, progress)),
      usualStay: this.#stays.of(here),
      usualRest: this.#rests.of(here),
      throughput: this.#places.of(place, Math.floor(ms / DAY_MS)),
      place: this.#places.isKnown(place) ? place : '',
    };
  }

  /** Learns from a parcel that was seen at its newest stop. */
  hear(parcel: OpenParcel, progress: Progress): void {
    const { newest, before, ms } = progress;
    const leg = logDays(legDays(parcel, progress));
    this.#legs.add(legGroups(parcel, progress), leg);
    if (before !== null) this.#stays.add(hereGroups(parcel, before), leg);
    this.#places.hear(placeOf(newest), Math.floor(ms / DAY_MS));
  }

  /** Learns from a delivered parcel and its stops. */
  deliver(parcel: OpenParcel, stops: readonly ParcelStop[], deliveredWallMs: number): void {
    for (const [nr, stop] of stops.entries()) {
      const groups = hereGroups(parcel, stop);
      const rest = logDays((deliveredWallMs - stop.at.wallMs) / DAY_MS);
      this.#rests.add(groups, rest);
      if (nr === stops.length - 1) this.#stays.add(groups, rest);
    }
  }

  entries(): LegEntries {
    return {
      legs: this.#legs.entries(LIMITS.groups),
      stays: this.#stays.entries(LIMITS.groups),
      rests: this.#rests.entries(LIMITS.groups),
      places: this.#places.entries(LIMITS.places),
    };
  }
}

/** The days of the last leg. The clocks of two places may differ, but always by the same amount. */
function legDays({ handedOverAt }: OpenParcel, { newest, before }: Progress): number {
  return (newest.at.wallMs - (before?.at ?? handedOverAt).wallMs) / DAY_MS;
}

function placeOf({ country, facility }: ParcelStop): string {
  return facility === '' ? '' : joined(country, facility);
}

function legGroups(parcel: OpenParcel, { newest, before }: Progress): readonly string[] {
  const { carrier } = parcel;
  const statuses = joined(carrier, before?.status ?? 'handed_over', newest.status);
  const from = before === null ? regionOf(parcel.origin) : placeOf(before);
  const to = placeOf(newest);
  return from === '' || to === '' ? [statuses] : [statuses, joined(statuses, from, to)];
}

function hereGroups(parcel: OpenParcel, stop: ParcelStop): readonly string[] {
  const status = joined(parcel.carrier, stop.status);
  const place = placeOf(stop);
  const destination = regionOf(parcel.destination);
  return [status, joined(status, place), joined(status, place, destination)];
}

function joined(...parts: readonly string[]): string {
  return parts.join('\u001f');
}
