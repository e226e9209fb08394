import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { CourierPlace } from '../../positions/index.ts';
import type { Board } from './board.ts';
import type { WatchedTopic } from './watched-topic.ts';

/** An area of a map, in degrees; it crosses the date line where west is east of east. */
export interface Area {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

/**
 * The given couriers while they are within an area, for one map: `[id, latitude, longitude, epoch
 * ms]` each. A courier who leaves the area is sent once more, so the map does not show them stuck
 * at its edge.
 */
export class AreaTopic implements WatchedTopic {
  readonly #board: Board;
  readonly #couriers: ReadonlySet<string>;
  readonly #area: Area | null;
  /** Couriers within the area in the last batch. */
  readonly #inside = new Set<string>();
  seq: number;

  /** @param area null: everywhere. */
  constructor(board: Board, couriers: ReadonlySet<string>, area: Area | null, seq: number) {
    this.#board = board;
    this.#couriers = couriers;
    this.#area = area;
    this.seq = seq;
  }

  get isReady(): boolean {
    return this.#board.isLoaded;
  }

  number(seq: number): void {
    this.seq = seq;
  }

  part(since: number | null): string | null {
    const from = this.#board.from(since);
    const couriers: string[] = [];
    for (const id of this.#couriers) {
      const place = this.#board.newerThan(from, id);
      if (place === null) continue;
      const was = this.#inside.has(id);
      const is = isWithin(this.#area, place.position);
      if (is) this.#inside.add(id);
      else this.#inside.delete(id);
      if (is || was) couriers.push(shortJson(place));
    }
    if (from === null) return `"reset":true,"couriers":[${couriers.join()}],"gone":[]`;
    const gone = this.#board.goneSince(from, (id) => this.#couriers.has(id));
    if (couriers.length === 0 && gone.length === 0) return null;
    return `"couriers":[${couriers.join()}],"gone":[${gone.join()}]`;
  }

  end(): void {
    this.#inside.clear();
  }
}

function isWithin(area: Area | null, { lat, lng }: CourierPlace['position']): boolean {
  if (area === null) return true;
  const { south, west, north, east } = area;
  if (lat < south || lat > north) return false;
  return west <= east ? lng >= west && lng <= east : lng >= west || lng <= east;
}

function shortJson({ courierId, position: { lat, lng, atMs } }: CourierPlace): string {
  return `["${wireId('courier', courierId)}",${lat},${lng},${atMs}]`;
}
