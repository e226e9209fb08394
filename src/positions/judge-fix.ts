import { metresBetween } from '../kernel/places/great-circle.ts';

/** One position as a device sent it. */
export interface Fix {
  /** When the device was there, milliseconds since 1970. */
  readonly atMs: number;
  readonly lat: number;
  readonly lng: number;
  /** The radius within which the device thinks it is; null: it does not say. */
  readonly accuracyM: number | null;
}

/**
 * What a fix is good for. Only `shown` becomes the courier's place; all are kept in the trail.
 * `older`: not after the place shown now. `inaccurate`: the device itself is not sure. `jump`: nobody
 * gets there so fast.
 */
export type Verdict = 'shown' | 'older' | 'inaccurate' | 'jump';

/** What is known of a courier's place: plain data, so that it can be kept anywhere. */
export interface ShownPlace {
  readonly shown: Fix | null;
  /** The last fix of a jump that may yet be believed, and how many agree with it; itself counts. */
  readonly doubted: Fix | null;
  readonly agreed: number;
}

/** The same where it is kept up to date in place: a new object for each fix is a new one to clear away. */
export type CachedPlace = { -readonly [Member in keyof ShownPlace]: ShownPlace[Member] };

export const NOWHERE: ShownPlace = { shown: null, doubted: null, agreed: 0 };

/** As numbers, in the order of what `courier_positions` knows them by. */
export const VERDICTS: readonly Verdict[] = ['shown', 'older', 'inaccurate', 'jump'];

/** Faster is no courier. */
const SPEED_MAX_KMH = 200;
/** A radius so large says which part of town, not which street. */
export const ACCURACY_MAX_M = 200;
/** So many fixes that agree with one another are believed against the one that is shown. */
export const AGREED_MIN = 3;
/** A place so old may be anywhere by now: the next fix is believed. */
export const SHOWN_MS_MAX = 300_000;

const MS_PER_KMH = 3_600;

/** Judges a courier's next fix, in the order in which they come. */
export function judgeFix(
  place: ShownPlace,
  fix: Fix,
): { readonly verdict: Verdict; readonly place: ShownPlace } {
  const cached: CachedPlace = { ...place };
  const verdict = judgeNext(cached, fix);
  const isChanged = verdict === 'shown' || cached.doubted !== place.doubted;
  return { verdict, place: isChanged ? cached : place };
}

/** The same, and what is known of the place becomes what the fix makes of it. */
export function judgeNext(place: CachedPlace, fix: Fix): Verdict {
  const { shown, doubted } = place;
  if (shown !== null && fix.atMs <= shown.atMs) return 'older';
  if (!(fix.accuracyM === null || fix.accuracyM <= ACCURACY_MAX_M)) return 'inaccurate';
  if (shown === null || fix.atMs - shown.atMs > SHOWN_MS_MAX || isWithinReach(shown, fix))
    return settle(place, fix);
  // An older fix of the other place neither agrees nor contradicts: it comes too late.
  if (doubted !== null && fix.atMs <= doubted.atMs) return 'jump';
  const agreed = doubted !== null && isWithinReach(doubted, fix) ? place.agreed + 1 : 1;
  if (agreed >= AGREED_MIN) return settle(place, fix);
  place.doubted = fix;
  place.agreed = agreed;
  return 'jump';
}

function settle(place: CachedPlace, fix: Fix): Verdict {
  place.shown = fix;
  place.doubted = null;
  place.agreed = 0;
  return 'shown';
}

/** No degree on Earth is longer, a hair over: whoever is within reach by it is within reach. */
const DEGREE_M_MOST = 111_320;

function isWithinReach(from: Fix, to: Fix): boolean {
  return isReachable(from.lat, from.lng, to.lat, to.lng, to.atMs - from.atMs);
}

/** May one have got from the first place to the second in that time? */
export function isReachable(
  fromLat: number,
  fromLng: number,
  lat: number,
  lng: number,
  passedMs: number,
): boolean {
  const within = SPEED_MAX_KMH * passedMs;
  // No way is longer than along both axes, and nearly all fixes are within reach even so: that
  // spares them the angles.
  const aroundM = DEGREE_M_MOST * (Math.abs(lat - fromLat) + Math.abs(lng - fromLng));
  if (aroundM * MS_PER_KMH <= within) return true;
  return metresBetween({ lat: fromLat, lng: fromLng }, { lat, lng }) * MS_PER_KMH <= within;
}
