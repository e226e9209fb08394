/** A position as reported by the phone. */
export interface PhoneFix {
  /** When it was measured, epoch milliseconds. */
  readonly atMs: number;
  readonly lat: number;
  readonly lng: number;
  /** Accuracy in metres; null: not reported. */
  readonly accuracyM: number | null;
  /** Speed in metres per second; null: not reported. */
  readonly speedMS: number | null;
  /** Direction in degrees clockwise from north; null: not reported, or the phone stands still. */
  readonly heading: number | null;
}

/** A phone that stands still reports once a minute. */
const HEARTBEAT_MS = 60_000;
/** While the phone moves, its place on the dispatcher's map is no older than this. */
const MOVING_MS = 10_000;
/** The distance from the expected position that makes a position worth sending. */
const OFF_M = 25;
const TURN_DEGREES = 30;
/** Below this speed, a heading is noise. */
const TURN_SPEED_MS_MIN = 3;
/** The noise of a phone's position between houses while it stands still. */
const NOISE_M = 15;
/** A position less accurate than this waits for a better one until the minute is over. */
const ACCURACY_MAX_M = 100;

/**
 * Whether to send a position, given what the hub already knows (dead reckoning). A courier who
 * drives straight on at an even speed is where everyone expects. A position is sent when the phone
 * has left the expected place, has turned, or has moved and some seconds have passed. A phone that
 * stands still sends one a minute.
 * @param sent the last one sent; null: none yet
 */
export function isWorthSending(sent: PhoneFix | null, fix: PhoneFix): boolean {
  if (sent === null) return true;
  const passedMs = fix.atMs - sent.atMs;
  if (passedMs <= 0) return false;
  if (passedMs >= HEARTBEAT_MS) return true;
  if ((fix.accuracyM ?? 0) > ACCURACY_MAX_M) return false;
  if (metres(sent, fix) <= Math.max(NOISE_M, fix.accuracyM ?? 0)) {
    // It was expected to drive on and has stopped: that is worth sending.
    return metres(reckoned(sent, passedMs), fix) > 4 * OFF_M;
  }
  if (passedMs >= MOVING_MS) return true;
  return metres(reckoned(sent, passedMs), fix) > OFF_M || hasTurned(sent, fix);
}

/** The place where the phone would be after this time if it went straight on. */
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

/**
 * The distance of two places. It is computed in a plane, because they are a few hundred metres
 * apart.
 */
function metres(
  a: { readonly lat: number; readonly lng: number },
  b: { readonly lat: number; readonly lng: number },
): number {
  const north = (b.lat - a.lat) * DEGREE_M;
  const east = (((b.lng - a.lng + 540) % 360) - 180) * DEGREE_M * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(north, east);
}
