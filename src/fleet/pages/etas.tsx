import { useDates } from '../../http/console/kit/dates.ts';
import { useMessages } from '../../http/console/kit/language.ts';
import type { LatLng } from '../../kernel/places/distance.ts';
import { iso } from '../../tracking/ports/shipments.ts';
import type { Arrival } from '../deliveries/index.ts';
import { legS, STOP_S, type TravelBy } from '../dispatch/index.ts';
import { useUntil } from './courier-state.tsx';

/**
 * When a courier arrives at each stop, in the order of the route: never before the arrival at the
 * stop before it. Undefined: not known. Pure.
 */
export function etasOf(
  arrivals: readonly (Arrival | undefined)[],
): readonly (number | undefined)[] {
  let beforeMs = 0;
  return arrivals.map((arrival) => {
    if (arrival === undefined) return undefined;
    beforeMs = Math.max(beforeMs, arrival.atMs);
    return beforeMs;
  });
}

interface Leg {
  /** When the parcel is handed over; undefined: not known. */
  readonly etaMs: number | undefined;
  readonly origin: LatLng;
  readonly destination: LatLng;
}

/**
 * When a courier fetches a parcel, counted back from when it is handed over. If the stop before it
 * leaves less time, both rides are shortened in proportion. Undefined: not known. Pure.
 */
export function pickupEtaOf(leg: Leg, before: Leg | undefined, by: TravelBy): number | undefined {
  const msTo = (from: LatLng, to: LatLng) => 1_000 * (STOP_S + legS(from, to, by));
  if (leg.etaMs === undefined) return undefined;
  const lastLegMs = msTo(leg.origin, leg.destination);
  if (before?.etaMs === undefined) return leg.etaMs - lastLegMs;
  const wholeMs = msTo(before.destination, leg.origin) + lastLegMs;
  return leg.etaMs - lastLegMs * Math.min(1, (leg.etaMs - before.etaMs) / wholeMs);
}

interface Props {
  readonly etaMs: number | undefined;
  /** The zone of the door; null: unknown. */
  readonly zone?: string | null;
  readonly nowMs: number;
}

/** When a courier arrives; nothing if unknown. */
export function EtaText({ etaMs, zone = null, nowMs }: Props) {
  const at = useUntil(nowMs);
  const { eta } = useMessages().dispatch.board;
  if (etaMs === undefined) return null;
  // Who was to be there by now is not.
  return <b class="eta">{eta({ time: at(Math.max(etaMs, nowMs), zone) })}</b>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Beyond these, hours are written instead of minutes, and a day and time instead of hours. */
const MINUTES_MAX_MS = 90 * MINUTE_MS;
const HOURS_MAX_MS = 12 * HOUR_MS;

/** Writes in how long something happens, `in 12 min`; of what is far ahead, its day and time. */
export function useTimeLeft(nowMs: number) {
  const words = useMessages().layout.pieces;
  const { moment } = useDates(nowMs);
  return (atMs: number): string => {
    const left = atMs - nowMs;
    if (left > HOURS_MAX_MS) return moment(iso(atMs));
    const [unitMs, write] =
      left < MINUTES_MAX_MS ? [MINUTE_MS, words.inMinutes] : [HOUR_MS, words.inHours];
    return write({ count: `${Math.max(1, Math.round(left / unitMs))}` });
  };
}
