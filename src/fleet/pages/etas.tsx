import { useDates } from '../../http/console/kit/dates.ts';
import { useMessages } from '../../http/console/kit/language.ts';
import { iso } from '../../tracking/ports/shipments.ts';
import type { Arrival, ArrivalWindow } from '../deliveries/index.ts';

/** When a courier arrives, as every page says it: a time at the next stop, windows at later ones. */
export type Eta = { readonly atMs: number } | ArrivalWindow;

const STEP_MS = 5 * 60_000;

/**
 * The arrivals at a courier's stops, in the order of the route: no window begins before the arrival
 * at the stop before it. Undefined: not known. Pure.
 */
export function etasOf(arrivals: readonly (Arrival | undefined)[]): readonly (Eta | undefined)[] {
  let beforeMs: number | null = null;
  let endMs = 0;
  return arrivals.map((arrival) => {
    if (arrival === undefined) return undefined;
    const atMs = Math.max(arrival.atMs, beforeMs ?? 0);
    const isNext = beforeMs === null;
    const fromMs = Math.max(arrival.fromMs, Math.ceil((beforeMs ?? 0) / STEP_MS) * STEP_MS);
    beforeMs = atMs;
    endMs = Math.max(arrival.toMs, endMs, fromMs + STEP_MS);
    return isNext ? { atMs } : { fromMs, toMs: endMs };
  });
}

interface Props {
  readonly eta: Eta | undefined;
  /** The zone of the door; null: unknown. */
  readonly zone?: string | null;
  readonly nowMs: number;
}

/** When a courier arrives, as the parcel's page and the recipient have it; nothing if unknown. */
export function EtaText({ eta, zone = null, nowMs }: Props) {
  const { clock, span, moment } = useDates(nowMs);
  const { arrives } = useMessages().dispatch.board;
  if (eta === undefined) return null;
  const { fromMs, toMs } = 'atMs' in eta ? { fromMs: eta.atMs, toMs: eta.atMs } : eta;
  // Who was to be there by now is not.
  const notPast = (ms: number) => iso(Math.max(ms, nowMs));
  const [from, to] = [notPast(fromMs), notPast(toMs)];
  const time =
    toMs - nowMs > HOURS_MAX_MS
      ? moment(from)
      : from === to
        ? clock(from, zone)
        : span(from, to, zone);
  const [before = '', after = ''] = arrives({ time: '\n' }).split('\n');
  return (
    <b class="eta">
      <span class="unseen">{before}</span>
      {time}
      <span class="unseen">{after}</span>
    </b>
  );
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
