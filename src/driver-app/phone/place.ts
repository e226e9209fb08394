import type { Fix } from '../plan/delivery-plan.ts';

let last: { readonly fix: Fix; readonly atMs: number } | null = null;
let watchers = 0;
const waiting = new Set<() => void>();

/** A position older than this is that of another door. */
const FRESH_MS = 120_000;
/** A phone that has just been asked usually knows by then; longer than that nobody stands at a door. */
const SOON_MS = 2_000;

/** Keeps where the phone is for the next proof, whatever asked for it. */
export function rememberPlace(fix: Fix, atMs: number): void {
  last = { fix, atMs };
  stopWaiting();
}

/** Follows the phone while the courier is at a door; returns what ends it. */
export function watchPlace(nowMs: () => number): () => void {
  if (!('geolocation' in navigator)) return () => {};
  watchers += 1;
  const id = navigator.geolocation.watchPosition(
    ({ coords }) =>
      rememberPlace(
        { lat: coords.latitude, lng: coords.longitude, accuracy_m: coords.accuracy },
        nowMs(),
      ),
    // Not allowed, or no sky: a delivery without a place is still a delivery.
    stopWaiting,
    { enableHighAccuracy: true, maximumAge: 10_000, timeout: 30_000 },
  );
  return () => {
    watchers -= 1;
    navigator.geolocation.clearWatch(id);
  };
}

/** Where the phone is, now or within two seconds; null: not known by then. */
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

function stopWaiting(): void {
  for (const go of waiting) go();
  waiting.clear();
}
