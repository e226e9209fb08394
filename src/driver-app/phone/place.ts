import type { Fix } from '../plan/door-plan.ts';

let last: { readonly fix: Fix; readonly atMs: number } | null = null;

/** A position older than this is that of another door. */
const FRESH_MS = 120_000;

/** Follows the phone while the courier is at a door; returns what ends it. */
export function followPlace(nowMs: () => number): () => void {
  if (!('geolocation' in navigator)) return () => {};
  const id = navigator.geolocation.watchPosition(
    ({ coords }) => {
      last = {
        atMs: nowMs(),
        fix: { lat: coords.latitude, lng: coords.longitude, accuracy_m: coords.accuracy },
      };
    },
    // Not allowed, or no sky: a delivery without a place is still a delivery.
    () => {},
    { enableHighAccuracy: true, maximumAge: 10_000, timeout: 30_000 },
  );
  return () => navigator.geolocation.clearWatch(id);
}

/** Where the phone is; null: not known. */
export function placeNow(nowMs: number): Fix | null {
  return last !== null && nowMs - last.atMs <= FRESH_MS ? last.fix : null;
}
