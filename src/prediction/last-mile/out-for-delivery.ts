import { clockOfMinutes, localTimeAt } from '../calendar/local-date.ts';
import type { Prediction } from '../chain/prediction.ts';
import type { PredictionPolicy } from '../policy/policy.ts';
import {
  atLeast,
  bestProfile,
  DAY_MINUTES,
  type DayWindow,
  type Profiles,
  windowOfDay,
} from './day-window.ts';

/** What is known about a parcel's last leg. */
export interface LastLeg {
  readonly nowMs: number;
  /** IANA zone of the destination. */
  readonly zone: string;
  /** No deliveries from this minute of the day on. */
  readonly lastDeliveryMinutes: number;
  readonly profiles: Profiles;
  /** Null: the vehicle's place is unknown. */
  readonly drive: LiveDrive | null;
}

/**
 * The prediction with a window within the day, while the parcel is out for delivery. A carrier's
 * own hours stand unless a live position contradicts them; with no basis for hours, or if nothing
 * more comes today, the prediction does not change.
 *
 * Its day becomes today, because a loaded parcel is meant to be delivered: another day than the
 * one that was predicted is the rule's.
 */
export function outForDelivery(
  policy: PredictionPolicy,
  prediction: Prediction,
  leg: LastLeg,
): Prediction {
  const { date: today, minutes: now } = localTimeAt(leg.nowMs, leg.zone);
  const settings = policy.last_mile;
  const best = bestProfile(leg.profiles, settings.deliveries_min);
  const usual = best && windowOfDay(settings, best.profile, now, leg.lastDeliveryMinutes);
  const window = leg.drive === null ? usual : refinedByDrive(settings, usual, leg.drive, now);
  if (window === null) return prediction;
  const isLive = window !== usual;
  if (!isLive && hasCarrierHours(prediction)) return prediction;
  const isSameDay = prediction.date === today;
  return {
    ...prediction,
    date: today,
    ...localWindow(today, window),
    source: isSameDay ? prediction.source : 'rule',
    confidence: isSameDay ? prediction.confidence : policy.confidence.rule,
    reasons: [
      ...prediction.reasons,
      { code: 'out_for_delivery', by: isLive || best === null ? 'position' : best.level },
    ],
  };
}

function hasCarrierHours({ source, from, to }: Prediction): boolean {
  return source === 'carrier' && [from, to].some((time) => time?.includes('T'));
}

function localWindow(today: string, { from, to }: DayWindow): { from: string; to: string } {
  return { from: `${today}T${clockOfMinutes(from)}`, to: `${today}T${clockOfMinutes(to)}` };
}

interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

/** Driving time; null: unknown. */
interface TravelTime {
  minutesTo(position: Point, destination: Point): Promise<number | null>;
}

/** The longest driving time, a week: no parcel out for delivery is farther away. */
const DRIVE_MINUTES_MAX = 10_080;

/**
 * Queries the port; null if it fails or returns something unusable: then the profile applies
 * alone.
 */
export async function driveMinutes(
  travelTime: TravelTime,
  position: Point,
  destination: Point,
): Promise<number | null> {
  const minutes = await travelTime.minutesTo(position, destination).catch(() => null);
  return minutes !== null && minutes >= 0 && minutes <= DRIVE_MINUTES_MAX ? minutes : null;
}

/** Where the vehicle was, as driving time to the parcel's destination. */
export interface LiveDrive {
  readonly minutes: number;
  readonly ageMinutes: number;
}

/**
 * Moves the window by the vehicle's driving time. A vehicle cannot come sooner than it drives, and
 * comes later because of other stops; an old position says nothing. The window of the day still
 * limits the wait if both agree.
 *
 * @returns the same window if the position says nothing; null if the drive ends tomorrow.
 */
export function refinedByDrive(
  settings: PredictionPolicy['last_mile'],
  window: DayWindow | null,
  { minutes, ageMinutes }: LiveDrive,
  now: number,
): DayWindow | null {
  const isFresh = ageMinutes >= 0 && ageMinutes <= settings.position_minutes_max;
  if (!isFresh || !(minutes >= 0)) return window;
  const soonest = Math.max(now, Math.floor(now - ageMinutes + minutes));
  if (soonest >= DAY_MINUTES) return null;
  const latest = Math.ceil(now + minutes * settings.stops_factor + settings.margin_minutes);
  const agrees = window !== null && window.to >= soonest + settings.narrowest_minutes;
  const to = agrees ? Math.min(latest, window.to) : latest;
  return atLeast({ from: soonest, to }, settings.narrowest_minutes, now);
}
