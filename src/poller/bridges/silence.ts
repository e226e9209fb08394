import { z } from 'zod';
import { spoken } from '../policy/policy.ts';

/** The longest time without an update that began on a day. */
interface Gap {
  /** Days since 1970 (UTC). */
  readonly day: number;
  readonly ms: number;
  /** The same time for each parcel that moved meanwhile, added up. */
  readonly parcelMs: number;
}

/**
 * How long a bridge has brought no update, and how long it usually brings none. Only time in which
 * the hub watched it and registered parcels moved is counted.
 */
export interface Silence {
  readonly sampledAtMs: number;
  /** When the bridge's newest update came; null: before the first. */
  readonly updateAtMs: number | null;
  readonly quietMs: number;
  readonly parcelMs: number;
  /** Of the last weeks, at most one a day, in order. */
  readonly gaps: readonly Gap[];
}

export interface Sample {
  readonly nowMs: number;
  /** When the newest update came through the bridge, by webhook or poll; null: none yet. */
  readonly updateAtMs: number | null;
  /** The number of registered parcels that move now. */
  readonly moving: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Samples are minutes apart. A longer pause is a hub that stood still, which saw no silence. */
export const SAMPLE_MS_MAX = 30 * 60_000;
/** What is usual is learned from this many days; four of each weekday. */
const DAYS = 28;
/** Nothing is called unusual before updates came on this many days, in more than two weeks. */
const DAYS_MIN = { withUpdates: 5, since: 14 };
/** Weekends are quieter: a weekday is compared with itself once it was seen this often. */
const SAME_WEEKDAY_MIN = 2;
/** A silence is unusual if it is this many times longer than the longest usual one. */
const FACTOR = 1.5;
/** Even a bridge that brings updates every minute may be silent for this long. */
const USUAL_MS_MIN = 2 * HOUR_MS;

/** Returns the silence after one more sample; null: before the first one. Pure. */
export function withSample(before: Silence | null, sample: Sample): Silence {
  const { nowMs, updateAtMs, moving } = sample;
  const none = { sampledAtMs: nowMs, updateAtMs, quietMs: 0, parcelMs: 0 };
  if (before === null) return { ...none, gaps: [] };
  const watchedMs = Math.min(SAMPLE_MS_MAX, Math.max(0, nowMs - before.sampledAtMs));
  const quietMs = before.quietMs + (moving === 0 ? 0 : watchedMs);
  const parcelMs = before.parcelMs + moving * watchedMs;
  if (updateAtMs !== before.updateAtMs) {
    return { ...none, gaps: withGap(before, { quietMs, parcelMs }, nowMs) };
  }
  // Without parcels that move, silence says nothing.
  if (moving === 0) return { ...none, gaps: before.gaps };
  return { ...none, quietMs, parcelMs, gaps: before.gaps };
}

/** Adds the gap that an update has just ended, as far as it was usual. */
function withGap(
  before: Silence,
  { quietMs, parcelMs }: Pick<Silence, 'quietMs' | 'parcelMs'>,
  nowMs: number,
): readonly Gap[] {
  const recent = before.gaps.filter(({ day }) => day > dayOf(nowMs) - DAYS);
  if (before.updateAtMs === null) return recent;
  const limit = limitOf(before);
  const day = dayOf(before.updateAtMs);
  const gap: Gap = {
    day,
    ms: Math.min(quietMs, limit?.ms ?? quietMs),
    parcelMs: Math.min(parcelMs, limit?.parcelMs ?? parcelMs),
  };
  const same = recent.find((each) => each.day === day);
  const longest = same === undefined ? gap : longestOf([same, gap], day);
  return [...recent.filter((each) => each.day !== day), longest].sort(
    (one, other) => one.day - other.day,
  );
}

const dayOf = (ms: number) => Math.floor(ms / DAY_MS);

function longestOf(gaps: readonly Gap[], day: number): Gap {
  const longest = (member: 'ms' | 'parcelMs') => Math.max(...gaps.map((gap) => gap[member]));
  return { day, ms: longest('ms'), parcelMs: longest('parcelMs') };
}

/** The longest gap that is usual after an update at this time; null: not known yet. */
function usualOf({ gaps, updateAtMs }: Silence): Gap | null {
  const [first] = gaps;
  if (updateAtMs === null || first === undefined) return null;
  const day = dayOf(updateAtMs);
  if (gaps.length < DAYS_MIN.withUpdates || day - first.day < DAYS_MIN.since) return null;
  const alike = gaps.filter((gap) => (gap.day - day) % 7 === 0);
  return longestOf(alike.length >= SAME_WEEKDAY_MIN ? alike : gaps, day);
}

/** The longest time without an update that is not unusual yet; null: not known yet. */
function limitOf(silence: Silence): Pick<Gap, 'ms' | 'parcelMs'> | null {
  const usual = usualOf(silence);
  if (usual === null) return null;
  return { ms: FACTOR * Math.max(USUAL_MS_MIN, usual.ms), parcelMs: FACTOR * usual.parcelMs };
}

/**
 * Returns why a bridge counts as silent: it has brought no update for longer than usual, in hours
 * and also for the number of parcels that move, so that neither nights nor a quiet season count.
 * Null: it does not. Pure.
 */
export function whySilent(silence: Silence | null): string | null {
  const limit = silence === null ? null : limitOf(silence);
  if (silence === null || limit === null) return null;
  if (silence.quietMs <= limit.ms || silence.parcelMs <= limit.parcelMs) return null;
  const [quiet, usual] = [silence.quietMs, limit.ms / FACTOR].map((ms) => spoken(ms / 60_000));
  return `no update for ${quiet} while its parcels move; usual are ${usual} at most`;
}

const stored = z.object({
  sampledAtMs: z.number(),
  updateAtMs: z.number().nullable(),
  quietMs: z.number(),
  parcelMs: z.number(),
  gaps: z.array(z.object({ day: z.int(), ms: z.number(), parcelMs: z.number() })),
});

/** Reads what was stored; null if it is missing or unreadable. */
export function readSilence(value: unknown): Silence | null {
  return stored.safeParse(value).data ?? null;
}
