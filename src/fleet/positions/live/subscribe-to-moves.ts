import type { Broadcast } from '../../../platform/broadcast/broadcast.ts';
import { readWord } from './place-words.ts';

/** A courier's last published place. */
export interface MovedTo {
  readonly courierId: string;
  readonly lat: number;
  readonly lng: number;
  readonly atMs: number;
}

/** Couriers' places, in a process that accepts no positions itself. */
export interface Moves {
  find(courierId: string): MovedTo | null;
  /** Calls back when a courier has moved; returns a function that unsubscribes. */
  onMoved(hear: () => void): () => void;
  stop(): void;
}

/** A place not updated for this long is dropped. */
const RETENTION_MS = 3_600_000;
const SWEPT_FROM = 1_000;

export function subscribeToMoves(broadcast: Broadcast): Moves {
  const places = new Map<string, MovedTo>();
  const hears = new Set<() => void>();
  let sweepAt = SWEPT_FROM;

  function sweep(newestMs: number): void {
    if (places.size < sweepAt) return;
    for (const [id, { atMs }] of places) if (newestMs - atMs > RETENTION_MS) places.delete(id);
    sweepAt = Math.max(SWEPT_FROM, places.size * 2);
  }

  const end = broadcast.on((text) => {
    const word = text === null ? null : readWord(text);
    if (word?.kind === 'gone') for (const { courierId } of word.couriers) places.delete(courierId);
    if (word?.kind !== 'places') return;
    let newestMs = 0;
    for (const { courierId, position } of word.places) {
      const { lat, lng, atMs } = position;
      newestMs = Math.max(newestMs, atMs);
      if (atMs > (places.get(courierId)?.atMs ?? 0)) {
        places.set(courierId, { courierId, lat, lng, atMs });
      }
    }
    sweep(newestMs);
    for (const hear of hears) hear();
  });
  return {
    find: (courierId) => places.get(courierId) ?? null,
    onMoved(hear) {
      hears.add(hear);
      return () => void hears.delete(hear);
    },
    stop() {
      end();
      hears.clear();
    },
  };
}
