import { IANAZone } from 'luxon';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/**
 * The script of a parcel's life, in the carrier's own codes. All times are offsets from the
 * parcel's start, in milliseconds, so one script can play over three days or within a minute
 * (`pace`).
 */
export interface Scenario {
  /** Kebab-case; the same word for the same scenario at every carrier: `delivered`, `recycled`. */
  readonly name: string;
  /** Its purpose, as one short sentence for `waybill sandbox list`. */
  readonly title: string;
  /**
   * Numbers that always play this scenario, spelled as the carrier answers them. The whole scenario
   * is in the past when one of them is first requested.
   */
  readonly numbers: readonly string[];
  /** Several instances: a recycled number, or one number for several shipments. */
  readonly lives: readonly ScenarioInstance[];
}

export interface ScenarioInstance {
  /** When this instance begins, from the parcel's start; negative for a life of long ago. Default 0. */
  readonly startsMs?: number | undefined;
  /** From when the carrier knows the number; default: with the first event it shows. */
  readonly knownMs?: number | undefined;
  readonly service: string;
  readonly origin: SandboxPlace;
  readonly destination: SandboxPlace;
  readonly weightG: number;
  /** Default 1. */
  readonly pieces?: number | undefined;
  /** In the order in which they become visible; the last visible one applies. */
  readonly estimates?: readonly ScenarioEstimate[] | undefined;
  readonly events: readonly ScenarioEvent[];
  /** Details that only this carrier has: `carrierCode`, `returnFlag`, a linked number. */
  readonly details?: Readonly<Record<string, string>>;
}

export interface ScenarioEstimate {
  readonly visibleMs: number;
  /** When delivery is expected. */
  readonly atMs: number;
  /** Length of the window that begins at `atMs`; absent: the day only. */
  readonly windowMs?: number | undefined;
}

export interface ScenarioEvent {
  /** The carrier's own codes by the carrier's own names. */
  readonly codes: Readonly<Record<string, string>>;
  /** The carrier's own words. */
  readonly text: string;
  /** Null: the carrier says no place. */
  readonly place: SandboxPlace | null;
  readonly happensMs: number;
  /** From when the carrier shows it; default: two minutes after it happened. Earlier is not. */
  readonly visibleMs?: number | undefined;
  /** When the carrier takes it back without a word (a mis-scan). */
  readonly deletedMs?: number | undefined;
  /** The fate of its push; default `once`. */
  readonly push?: 'once' | 'lost' | 'twice' | { readonly lateMs: number } | undefined;
  /** Details that only this carrier has: signed by, piece, actions. */
  readonly details?: Readonly<Record<string, string>>;
}

export interface SandboxPlace {
  readonly city: string;
  readonly region: string;
  readonly postalCode: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** IANA name; times are written in it. */
  readonly zone: string;
  /** The carrier's own id of the building. */
  readonly facility?: string | undefined;
}

// ---------------------------------------------------------------- as seen at one moment

/** One number as the carrier would show it now. */
export interface VisibleParcel {
  readonly number: string;
  readonly scenario: string;
  /** Known ones only; the oldest first, never empty. */
  readonly lives: readonly VisibleInstance[];
}

export interface VisibleInstance {
  /** Stable for this instance of this number, different for every other: for the carrier's own ids. */
  readonly seed: string;
  /** Place of this life among the number's lives, from 0. */
  readonly index: number;
  readonly startedAtMs: number;
  readonly service: string;
  readonly origin: SandboxPlace;
  readonly destination: SandboxPlace;
  readonly weightG: number;
  readonly pieces: number;
  readonly estimate: { readonly atMs: number; readonly untilMs: number | null } | null;
  /** Visible and not retracted events, the oldest first. May be empty: known, not scanned. */
  readonly events: readonly VisibleEvent[];
  readonly details: Readonly<Record<string, string>>;
}

export interface VisibleEvent {
  /** Position in the script, from 0: stable whatever is shown or retracted. */
  readonly index: number;
  readonly codes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly place: SandboxPlace | null;
  /** Whole seconds, as carriers write it; epoch milliseconds. */
  readonly atMs: number;
  readonly details: Readonly<Record<string, string>>;
}

/** An instant as a clock on the wall of a place shows it, in the pieces carriers put together. */
export interface LocalTime {
  /** `2026-03-01` */
  readonly date: string;
  /** `13:31:00` */
  readonly time: string;
  /** `-05:00` */
  readonly offset: string;
  /** Minutes east of UTC. */
  readonly offsetMin: number;
}

/** Throws on an unknown zone: a script that names one is wrong. */
export function localTime(atMs: number, zone: string): LocalTime {
  const rules = IANAZone.create(zone);
  if (!rules.isValid) throw new Error(`no such time zone: ${zone}`);
  const offsetMin = rules.offset(atMs);
  const iso = new Date(atMs + offsetMin * MINUTE_MS).toISOString();
  return {
    date: iso.slice(0, 10),
    time: iso.slice(11, 19),
    offset: offsetText(offsetMin),
    offsetMin,
  };
}

function offsetText(offsetMin: number): string {
  const abs = Math.abs(offsetMin);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offsetMin < 0 ? '-' : '+'}${two(Math.floor(abs / 60))}:${two(abs % 60)}`;
}
