import type { PhoneFix } from '../../driver/index.ts';
import { rememberPlace } from './place.ts';
import { nowMs } from './ports.ts';

/** What prevents the courier's position from reaching the dispatcher's map; `found`: nothing. */
export type PositionState = 'searching' | 'found' | 'denied' | 'lost';

/** Not in every browser, and missing in the types. */
interface Battery {
  /** From 0 to 1. */
  readonly level: number;
}
interface WithBattery {
  getBattery?(): Promise<Battery>;
}

/**
 * Tracks the phone's position while the courier is on shift. A page gets no positions while the
 * phone is locked: the dispatcher then sees when the courier was last seen.
 *
 * @returns stops it
 */
export function watchPosition(
  report: (fix: PhoneFix, battery: number | null) => void,
  tell: (state: PositionState) => void,
): () => void {
  if (!('geolocation' in navigator)) {
    tell('lost');
    return () => {};
  }
  let battery: Battery | null = null;
  const batteryRead = (navigator as WithBattery).getBattery?.();
  batteryRead?.then(
    (found) => {
      battery = found;
    },
    () => {},
  );
  tell('searching');
  const id = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      tell('found');
      rememberPlace(
        { lat: coords.latitude, lng: coords.longitude, accuracy_m: coords.accuracy },
        nowMs(),
      );
      const fix = {
        atMs: timestamp,
        lat: coords.latitude,
        lng: coords.longitude,
        accuracyM: coords.accuracy,
        speedMS: coords.speed,
        heading: coords.heading,
      };
      report(fix, battery === null ? null : Math.round(battery.level * 100));
    },
    (error) => tell(error.code === error.PERMISSION_DENIED ? 'denied' : 'lost'),
    { enableHighAccuracy: true, maximumAge: 5_000, timeout: 60_000 },
  );
  return () => navigator.geolocation.clearWatch(id);
}
