import { useDates } from '../../http/console/kit/dates.ts';
import { useMessages } from '../../http/console/kit/language.ts';
import { Tag } from '../../http/console/kit/pieces.tsx';
import type { Courier } from '../couriers/index.ts';
import type { MapCourier } from './courier-map/map-state.ts';

/** Tones of what a courier does now, which every page calls by the same words. */
const TONES = { free: 'good', busy: 'info', paused: 'plain', off: 'plain' } as const;

/** A courier as the lists have one, or as the map does, where all are on shift. */
type AnyCourier = Courier | MapCourier;

/** What a courier does now. Pure. */
export function stateOf(courier: AnyCourier): keyof typeof TONES {
  const isOnMap = 'limits' in courier;
  if (!isOnMap && !courier.onShift) return 'off';
  if (courier.pause !== null) return 'paused';
  return (isOnMap ? courier.holds + courier.to_load : courier.assigned) > 0 ? 'busy' : 'free';
}

interface Props<C extends AnyCourier> {
  readonly courier: C;
  readonly nowMs: number;
}

/** What a courier does now. */
export function StateTag({ courier, nowMs }: Props<AnyCourier>) {
  const words = useMessages().couriers.shifts;
  const until = useUntil(nowMs);
  const state = stateOf(courier);
  const pausedUntilMs = courier.pause?.endsAtMs ?? null;
  return (
    <Tag tone={TONES[state]}>
      {pausedUntilMs === null
        ? words.states[state]
        : words.pausedUntil({ time: until(pausedUntilMs) })}
    </Tag>
  );
}

/** Until when a courier's shift lasts; null: it is open-ended, or there is none. */
export function useShiftEnd(nowMs: number) {
  const words = useMessages().couriers.shifts;
  const until = useUntil(nowMs);
  return (courier: AnyCourier): string | null => {
    const { shiftEndsAtMs } = 'limits' in courier ? courier.limits : courier;
    if (stateOf(courier) === 'off' || shiftEndsAtMs === null) return null;
    return words.onUntil({ time: until(shiftEndsAtMs) });
  };
}

/** What a courier does now, and until when the shift lasts. */
export function CourierState({ courier, nowMs }: Props<AnyCourier>) {
  return (
    <>
      <StateTag {...{ courier, nowMs }} />{' '}
      <span class="soft until">{useShiftEnd(nowMs)(courier)}</span>
    </>
  );
}

/** Why a courier needs attention: the map does not have the current place, or the battery is low. */
export function AttentionTag({ courier, nowMs }: Props<MapCourier>) {
  const words = useMessages().console.courierMap;
  const { clock } = useDates(nowMs);
  const { silent_since: since, location, lat, position, battery, battery_low: isLow } = courier;
  if (since !== null) return <Tag tone="bad">{words.silentSince({ time: clock(since) })}</Tag>;
  if (location === null && lat !== null && position === 'current') {
    if (!isLow || battery === null) return null;
    return <Tag tone="warn">{words.low({ battery: Math.round(battery) })}</Tag>;
  }
  return (
    <Tag tone="warn">
      {location === null
        ? words[lat === null ? 'noPosition' : 'oldPosition']
        : location === 'off'
          ? words.locationOff
          : words.locationDenied}
    </Tag>
  );
}

/** Of a time that is closer, everybody knows the day: a night shift ends in the morning. */
const DAY_NEEDED_MS = 18 * 3_600_000;

/** Writes when something is: the time by the clock of that zone, with its day where that is not clear. */
export function useUntil(nowMs: number) {
  const { clock, moment } = useDates(nowMs);
  return (atMs: number, zone: string | null = null): string => {
    const at = new Date(atMs).toISOString();
    return Math.abs(atMs - nowMs) < DAY_NEEDED_MS ? clock(at, zone) : moment(at);
  };
}
