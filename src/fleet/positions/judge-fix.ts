import { metresBetween } from '../../kernel/places/distance.ts';

/** A fix from a device. */
export interface Fix {
  /** When the device was there, milliseconds since 1970. */
  readonly atMs: number;
  readonly lat: number;
  readonly lng: number;
  /** The accuracy radius; null: not reported. */
  readonly accuracyM: number | null;
}

/**
 * How a fix is used. Only `shown` becomes the courier's place; the trail stores all. `older`: not
 * after the place shown now. `inaccurate`: its accuracy is too low. `jump`: impossibly fast.
 */
export type Verdict = 'shown' | 'older' | 'inaccurate' | 'jump';

/** A courier's place as plain data, which can be stored anywhere. */
export interface ShownPlace {
  readonly shown: Fix | null;
  /**
   * The last fix of a jump that may be accepted later, and how many agree with it, including
   * itself.
   */
  readonly doubted: Fix | null;
  readonly agreed: number;
}

/**
 * A `ShownPlace` that is updated in place: a new object for each fix would have to be
 * collected as garbage.
 */
export type CachedPlace = { -readonly [Member in keyof ShownPlace]: ShownPlace[Member] };

export const NOWHERE: ShownPlace = { shown: null, doubted: null, agreed: 0 };

/** The verdicts in the order of the numbers that the trail stores. */
export const VERDICTS: readonly Verdict[] = ['shown', 'older', 'inaccurate', 'jump'];

/** No courier is faster. */
const SPEED_MAX_KMH = 200;
/** Maximum of the accuracy radius: a larger one shows the part of town, not the street. */
export const ACCURACY_MAX_M = 200;
/** This many fixes that agree replace the place shown, however far they are. */
export const AGREED_MIN = 3;
/** After this time the courier may be anywhere, so the next fix is accepted. */
export const SHOWN_MS_MAX = 300_000;

const MS_PER_KMH = 3_600;

/**
 * Judges a courier's next fix in order of arrival; returns the verdict and the courier's new state.
 */
export function judgeFix(
  place: ShownPlace,
  fix: Fix,
): { readonly verdict: Verdict; readonly place: ShownPlace } {
  const cached: CachedPlace = { ...place };
  const verdict = judgeNext(cached, fix);
  const isChanged = verdict === 'shown' || cached.doubted !== place.doubted;
  return { verdict, place: isChanged ? cached : place };
}

/** Judges a fix as `judgeFix` does, but updates the place instead of returning a new one. */
export function judgeNext(place: CachedPlace, fix: Fix): Verdict {
  const { shown, doubted } = place;
  if (shown !== null && fix.atMs <= shown.atMs) return 'older';
  if (!(fix.accuracyM === null || fix.accuracyM <= ACCURACY_MAX_M)) return 'inaccurate';
  if (shown === null || fix.atMs - shown.atMs > SHOWN_MS_MAX || isWithinReach(shown, fix))
    return acceptFix(place, fix);
  // An older fix of the other place neither agrees nor contradicts: it is late.
  if (doubted !== null && fix.atMs <= doubted.atMs) return 'jump';
  const agreed = doubted !== null && isWithinReach(doubted, fix) ? place.agreed + 1 : 1;
  if (agreed >= AGREED_MIN) return acceptFix(place, fix);
  place.doubted = fix;
  place.agreed = agreed;
  return 'jump';
}

function acceptFix(place: CachedPlace, fix: Fix): Verdict {
  place.shown = fix;
  place.doubted = null;
  place.agreed = 0;
  return 'shown';
}

/**
 * Slightly more than the longest degree on Earth, so that a distance estimated with it is never too
 * short.
 */
const DEGREE_M_MOST = 111_320;

function isWithinReach(from: Fix, to: Fix): boolean {
  return isReachable(from.lat, from.lng, to.lat, to.lng, to.atMs - from.atMs);
}

/** Whether the second place is reachable from the first in that time. */
export function isReachable(
  fromLat: number,
  fromLng: number,
  lat: number,
  lng: number,
  passedMs: number,
): boolean {
  const within = SPEED_MAX_KMH * passedMs;
  // No path is longer than along both axes, and nearly all fixes pass even that test: it saves
  // trigonometry.
  const aroundM = DEGREE_M_MOST * (Math.abs(lat - fromLat) + Math.abs(lng - fromLng));
  if (aroundM * MS_PER_KMH <= within) return true;
  return metresBetween({ lat: fromLat, lng: fromLng }, { lat, lng }) * MS_PER_KMH <= within;
}
