import type { Fix } from '../plan/delivery-plan.ts';

let last: { readonly fix: Fix; readonly atMs: number } | null = null;
let watchers = 0;
const waiting = new Set<() => void>();

/** An older position belongs to another address. */
const FRESH_MS = 120_000;
/** A phone usually has its position by then; couriers do not wait longer. */
const SOON_MS = 2_000;

/** Remembers the phone's position for the next proof, whatever requested it. */
export function rememberPlace(fix: Fix, atMs: number): void {
  last = { fix, atMs };
  stopWaiting();
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
    // Not permitted, or no reception: a delivery without a position is still a delivery.
    stopWaiting,
    { enableHighAccuracy: true, maximumAge: 10_000, timeout: 30_000 },
  );
  return () => {
    watchers -= 1;
    navigator.geolocation.clearWatch(id);
  };
}

/** The phone's position, within two seconds; null: not known by then. */
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
