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

/** The time or window of an arrival; nothing if it is not known. */
export function EtaText({ eta, zone = null, nowMs }: Props) {
  const { clock, span } = useDates(nowMs);
  const { arrives } = useMessages().dispatch.board;
  if (eta === undefined) return null;
  const text =
    'atMs' in eta ? clock(iso(eta.atMs), zone) : span(iso(eta.fromMs), iso(eta.toMs), zone);
  const [before = '', after = ''] = arrives({ time: '\n' }).split('\n');
  return (
    <b class="eta">
      <span class="unseen">{before}</span>
      {text}
      <span class="unseen">{after}</span>
    </b>
  );
}
