import type { PhoneFix } from '../../driver/index.ts';
import type { Fix } from '../plan/delivery-plan.ts';
import { nowMs } from './ports.ts';

/** Whether the courier's position reaches the dispatcher's map; if not, why. */
export type PositionState = 'searching' | 'found' | 'denied' | 'lost';

/** The browser's battery API. Not every browser has it, and the types lack it. */
interface Battery {
  /** The charge, from 0 to 1. */
  readonly level: number;
}
interface WithBattery {
  getBattery?(): Promise<Battery>;
}

/**
 * Tracks the phone's position while the courier is on shift. A page gets no positions while the
 * phone is locked: the dispatcher then sees when the courier was last seen.
 * @returns a function that stops it
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

let last: { readonly fix: Fix; readonly atMs: number } | null = null;
let watchers = 0;
const waiting = new Set<() => void>();

/** Age limit of a position; an older one was probably measured at the previous stop. */
const FRESH_MS = 120_000;
/**
 * How long to wait for a position. A phone usually has one by then, and couriers do not wait
 * longer.
 */
const SOON_MS = 2_000;

/** Remembers the phone's position for the next proof, whatever requested it. */
function rememberPlace(fix: Fix, atMs: number): void {
  last = { fix, atMs };
  resumeWaiting();
}

/**
 * Tracks the phone's position while the courier is at an address; returns a function that stops
 * it.
 */
export function watchPlace(nowMs: () => number): () => void {
  if (!('geolocation' in navigator)) return () => {};
  watchers += 1;
  const id = navigator.geolocation.watchPosition(
    ({ coords }) =>
      rememberPlace(
        { lat: coords.latitude, lng: coords.longitude, accuracy_m: coords.accuracy },
        nowMs(),
      ),
    // Location is not permitted, or there is no reception: a delivery without a position is still a
    // delivery.
    resumeWaiting,
    { enableHighAccuracy: true, maximumAge: 10_000, timeout: 30_000 },
  );
  return () => {
    watchers -= 1;
    navigator.geolocation.clearWatch(id);
  };
}

/** Returns the phone's position, after two seconds at most; null: not known by then. */
export async function placeSoon(nowMs: () => number): Promise<Fix | null> {
  if (freshPlace(nowMs()) === null && watchers > 0) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, SOON_MS);
      waiting.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
  return freshPlace(nowMs());
}

function freshPlace(nowMs: number): Fix | null {
  return last !== null && nowMs - last.atMs <= FRESH_MS ? last.fix : null;
}

/** Lets all calls of `placeSoon` return, with or without a position. */
function resumeWaiting(): void {
  for (const go of waiting) go();
  waiting.clear();
}
