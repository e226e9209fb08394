/** Where the phone is, as it says. */
export interface PhoneFix {
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly lat: number;
  readonly lng: number;
  /** Metres; null: it does not say. */
  readonly accuracyM: number | null;
  /** Metres a second; null: it does not say. */
  readonly speedMS: number | null;
  /** Degrees clockwise from north; null: it stands, or does not say. */
  readonly heading: number | null;
}

/** A device that stands says so each minute, and no more. */
const HEARTBEAT_MS = 60_000;
/** While it moves, the dispatcher's map is no older. */
const MOVING_MS = 10_000;
/** Metres from where everybody must think it is by now. */
const OFF_M = 25;
const TURN_DEGREES = 30;
/** Slower, a heading is noise. */
const TURN_SPEED_MS_MIN = 3;
/** A phone between houses wanders by so much while it stands. */
const NOISE_M = 15;
/** Less exact ones wait for a better one, until the minute is over. */
const ACCURACY_MAX_M = 100;

/**
 * Whether the hub should know a fix, by what it knows already (dead reckoning): whoever drives straight
 * on at an even speed is where everybody expects. It is sent when the phone has left that place, has
 * turned, or has moved and some seconds are over; standing costs one a minute.
 *
 * @param sent what was sent last; null: nothing yet
 */
export function isWorthSending(sent: PhoneFix | null, fix: PhoneFix): boolean {
  if (sent === null) return true;
  const passedMs = fix.atMs - sent.atMs;
  if (passedMs <= 0) return false;
  if (passedMs >= HEARTBEAT_MS) return true;
  if ((fix.accuracyM ?? 0) > ACCURACY_MAX_M) return false;
  if (metres(sent, fix) <= Math.max(NOISE_M, fix.accuracyM ?? 0)) {
    // It was thought to drive on, and has stopped: that is worth a word.
    return metres(reckoned(sent, passedMs), fix) > 4 * OFF_M;
  }
  if (passedMs >= MOVING_MS) return true;
  return metres(reckoned(sent, passedMs), fix) > OFF_M || hasTurned(sent, fix);
}

/** Where it is after so long if it went straight on. */
function reckoned(
  sent: PhoneFix,
  passedMs: number,
): { readonly lat: number; readonly lng: number } {
  if (sent.speedMS === null || sent.heading === null) return sent;
  const wayM = (sent.speedMS * passedMs) / 1_000;
  const angle = (sent.heading * Math.PI) / 180;
  const perDegreeM = DEGREE_M * Math.max(0.01, Math.cos((sent.lat * Math.PI) / 180));
  return {
    lat: sent.lat + (wayM * Math.cos(angle)) / DEGREE_M,
    lng: sent.lng + (wayM * Math.sin(angle)) / perDegreeM,
  };
}

function hasTurned(sent: PhoneFix, fix: PhoneFix): boolean {
  if (sent.heading === null || fix.heading === null) return false;
  if ((fix.speedMS ?? 0) < TURN_SPEED_MS_MIN) return false;
  const turn = Math.abs(((fix.heading - sent.heading + 540) % 360) - 180);
  return turn >= TURN_DEGREES;
}

const DEGREE_M = 111_195;

/** In a plane: they are a few hundred metres apart. */
function metres(
  a: { readonly lat: number; readonly lng: number },
  b: { readonly lat: number; readonly lng: number },
): number {
  const north = (b.lat - a.lat) * DEGREE_M;
  const east = (((b.lng - a.lng + 540) % 360) - 180) * DEGREE_M * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(north, east);
}
