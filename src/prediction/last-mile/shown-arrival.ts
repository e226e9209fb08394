import { clockOfMinutes, localTimeAt } from '../calendar/local-date.ts';
import type { Prediction } from '../chain/prediction.ts';

/** A courier's arrival at the destination, as last computed. */
export interface CourierArrival {
  readonly madeMs: number;
  readonly p10Ms: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly stopsBefore: number;
  /** When the recipient was notified that the courier is minutes away; absent or null: never. */
  readonly arrivingMs?: number | null;
}

const MINUTE_MS = 60_000;
/** The age beyond which an arrival is useless: the courier may be anywhere by then. */
const AGE_MS_MAX = 15 * MINUTE_MS;
/** The age beyond which the announcement was about another delivery attempt. */
const ARRIVING_SHOWN_MS = 90 * MINUTE_MS;
/**
 * An arrival that is further in the future means that the courier has turned round since the
 * announcement.
 */
const ARRIVING_AHEAD_MS = 25 * MINUTE_MS;
/** The number of stops before it is shown only when small, because it changes with every stop. */
export const STOPS_SHOWN_MAX = 10;

/**
 * Rounding steps of a window, so that it narrows as the courier comes nearer without flickering:
 * half hours when it is hours away, five minutes in the end.
 */
function stepMin(aheadMin: number): number {
  if (aheadMin > 180) return 30;
  return aheadMin > 60 ? 15 : 5;
}

/** The window as shown: epoch ms, widened to whole steps. */
export function shownWindow(
  { p10Ms, p50Ms, p90Ms }: Pick<CourierArrival, 'p10Ms' | 'p50Ms' | 'p90Ms'>,
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } {
  const stepMs = stepMin((p50Ms - nowMs) / MINUTE_MS) * MINUTE_MS;
  const fromMs = Math.floor(p10Ms / stepMs) * stepMs;
  const toMs = Math.ceil(p90Ms / stepMs) * stepMs;
  return { fromMs, toMs: Math.max(toMs, fromMs + stepMs) };
}

/**
 * The prediction with the courier's own window; null: the arrival is too old, or not today at the
 * destination.
 */
export function byArrival(
  prediction: Prediction,
  arrival: CourierArrival,
  {
    nowMs,
    zone,
    confidence,
  }: { readonly nowMs: number; readonly zone: string; readonly confidence: number },
): Prediction | null {
  if (nowMs - arrival.madeMs > AGE_MS_MAX || arrival.p90Ms < nowMs) return null;
  const { fromMs, toMs } = shownWindow(arrival, nowMs);
  const today = localTimeAt(nowMs, zone).date;
  const [from, to] = [localTimeAt(fromMs, zone), localTimeAt(toMs, zone)];
  if (from.date !== today || to.date !== today) return null;
  const { stopsBefore } = arrival;
  return {
    ...prediction,
    date: today,
    from: `${today}T${clockOfMinutes(from.minutes)}`,
    to: `${today}T${clockOfMinutes(to.minutes)}`,
    source: 'model',
    confidence,
    reasons: [...prediction.reasons, { code: 'out_for_delivery', by: 'position' }],
    ...(stopsBefore > STOPS_SHOWN_MAX ? {} : { stopsBefore }),
    ...(isArriving(arrival, nowMs) ? { arriving: true } : {}),
  };
}

/**
 * Whether the courier's arrival was announced for this attempt: a retry after a failed one comes
 * later than that.
 */
function isArriving({ arrivingMs, p50Ms }: CourierArrival, nowMs: number): boolean {
  if (arrivingMs === undefined || arrivingMs === null) return false;
  return nowMs - arrivingMs <= ARRIVING_SHOWN_MS && p50Ms - nowMs <= ARRIVING_AHEAD_MS;
}
