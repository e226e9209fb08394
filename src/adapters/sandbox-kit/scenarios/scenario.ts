import { zoneNamed } from '../../../kernel/time/formatters.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/**
 * The script of a parcel's life, in the carrier's own codes. All times are offsets from the
 * parcel's start, in milliseconds, so that one script can run over three days or within a minute
 * (`pace`).
 */
export interface Scenario {
  /**
   * The name in kebab case, the same for the same scenario at every carrier: `delivered`,
   * `recycled`.
   */
  readonly name: string;
  /** Its purpose, as one short sentence for `waybill sandbox list`. */
  readonly title: string;
  /**
   * Numbers that always follow this scenario, written as in the carrier's answers. When one of them
   * is first requested, the whole scenario is in the past.
   */
  readonly numbers: readonly string[];
  /** The instances: several for a recycled number, or one number for several shipments. */
  readonly lives: readonly ScenarioInstance[];
}

export interface ScenarioInstance {
  /**
   * When this instance begins, from the parcel's start; negative for one of long ago. Absent: 0.
   */
  readonly startsMs?: number | undefined;
  /** From when on the carrier knows the number; absent: with the first event that it shows. */
  readonly knownMs?: number | undefined;
  readonly service: string;
  readonly origin: SandboxPlace;
  readonly destination: SandboxPlace;
  readonly weightG: number;
  /** The number of pieces; absent: 1. */
  readonly pieces?: number | undefined;
  /** The estimates in the order in which they become visible; the last visible one applies. */
  readonly estimates?: readonly ScenarioEstimate[] | undefined;
  readonly events: readonly ScenarioEvent[];
  /** Details that only this carrier has, such as `carrierCode`, `returnFlag` or a linked number. */
  readonly details?: Readonly<Record<string, string>>;
}

export interface ScenarioEstimate {
  readonly visibleMs: number;
  /** When delivery is expected. */
  readonly atMs: number;
  /** The length of the window that begins at `atMs`; absent: only the day is given. */
  readonly windowMs?: number | undefined;
}

export interface ScenarioEvent {
  /** The carrier's own codes, by the carrier's own names. */
  readonly codes: Readonly<Record<string, string>>;
  /** The carrier's own words. */
  readonly text: string;
  /** Where it happened; null: the carrier names no place. */
  readonly place: SandboxPlace | null;
  readonly happensMs: number;
  /** From when on the carrier shows it, never before it happened; absent: two minutes after. */
  readonly visibleMs?: number | undefined;
  /** When the carrier removes it without notice (a mis-scan); absent: never. */
  readonly deletedMs?: number | undefined;
  /** What happens to its push; absent: it is sent once. */
  readonly push?: 'once' | 'lost' | 'twice' | { readonly lateMs: number } | undefined;
  /** Details that only this carrier has, such as who signed, the piece, or actions. */
  readonly details?: Readonly<Record<string, string>>;
}

export interface SandboxPlace {
  readonly city: string;
  readonly region: string;
  readonly postalCode: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** The IANA name of the time zone in which times are written. */
  readonly zone: string;
  /** The carrier's own id of the building. */
  readonly facility?: string | undefined;
}

// ---------------------------------------------------------------- as seen at one moment

/** One number as the carrier would show it now. */
export interface VisibleParcel {
  readonly number: string;
  readonly scenario: string;
  /** The instances that are known by now, the oldest first; never empty. */
  readonly lives: readonly VisibleInstance[];
}

export interface VisibleInstance {
  /**
   * A seed for the carrier's own ids: always the same for this instance of this number, and
   * different for every other.
   */
  readonly seed: string;
  /** The index of this instance among the number's instances, from 0. */
  readonly index: number;
  readonly startedAtMs: number;
  readonly service: string;
  readonly origin: SandboxPlace;
  readonly destination: SandboxPlace;
  readonly weightG: number;
  readonly pieces: number;
  readonly estimate: { readonly atMs: number; readonly untilMs: number | null } | null;
  /**
   * The visible events that were not retracted, the oldest first. It may be empty: known, but not
   * scanned.
   */
  readonly events: readonly VisibleEvent[];
  readonly details: Readonly<Record<string, string>>;
}

export interface VisibleEvent {
  /**
   * The event's position in the script, from 0. It does not depend on what is shown or retracted.
   */
  readonly index: number;
  readonly codes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly place: SandboxPlace | null;
  /** When it happened, epoch milliseconds, in whole seconds as carriers write it. */
  readonly atMs: number;
  readonly details: Readonly<Record<string, string>>;
}

/** An instant in the local time of a place, in the parts that carriers combine. */
export interface LocalTime {
  /** Such as `2026-03-01`. */
  readonly date: string;
  /** Such as `13:31:00`. */
  readonly time: string;
  /** Such as `-05:00`. */
  readonly offset: string;
  /** Minutes east of UTC. */
  readonly offsetMin: number;
}

/**
 * Converts an instant to local time. Throws for an unknown zone, because a script that names one is
 * wrong.
 */
export function localTime(atMs: number, zone: string): LocalTime {
  const rules = zoneNamed(zone);
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
