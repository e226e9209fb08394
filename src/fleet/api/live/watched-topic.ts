import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { CourierPlace } from '../../positions/index.ts';
import type { Board } from './board.ts';

/** The current state of a watched topic. */
export interface WatchedTopic {
  /** False: its state has not been loaded yet. */
  readonly isReady: boolean;
  /** The newest batch with a change of it. */
  readonly seq: number;
  /** Assigns the batch number to its changes. */
  number(seq: number): void;
  /** Changes since that batch, without braces; null: none. Without a batch, everything. */
  part(since: number | null): string | null;
  end(): void;
}

/**
 * Cached parts by batch: reconnecting clients have different batches, nearly all others the same
 * one.
 */
const PARTS_MAX = 16;

/** All couriers of a tenant, or one. */
export class PlacesTopic implements WatchedTopic {
  readonly #board: Board;
  readonly #only: string | null;
  /** Parts of the newest batch: most watchers have the one before. */
  readonly #parts = new Map<number | null, string | null>();
  seq: number;

  constructor(board: Board, only: string | null, seq: number) {
    this.#board = board;
    this.#only = only;
    this.seq = seq;
  }

  get isReady(): boolean {
    return this.#board.isLoaded;
  }

  number(seq: number): void {
    this.seq = seq;
    this.#parts.clear();
  }

  part(since: number | null): string | null {
    let part = this.#parts.get(since);
    if (part === undefined) {
      part = this.#board.part(since, this.#only);
      if (this.#parts.size >= PARTS_MAX) this.#parts.clear();
      this.#parts.set(since, part);
    }
    return part;
  }

  end(): void {
    this.#parts.clear();
  }
}

/** The place of one parcel's courier. */
export class ShipmentTopic implements WatchedTopic {
  readonly #end: () => void;
  #json: string | null = null;
  seq: number;

  /** @param watch calls back soon, then on each change. */
  constructor(seq: number, watch: (onChange: (location: object | null) => void) => () => void) {
    this.seq = seq;
    this.#end = watch((location) => {
      this.#json = JSON.stringify(location);
    });
  }

  get isReady(): boolean {
    return this.#json !== null;
  }

  number(seq: number): void {
    this.seq = seq;
  }

  part(since: number | null): string | null {
    return since !== null && since >= this.seq ? null : `"location":${this.#json}`;
  }

  end(): void {
    this.#end();
  }
}

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
      const wasInside = this.#inside.has(id);
      const isInside = isWithin(this.#area, place.position);
      if (isInside) this.#inside.add(id);
      else this.#inside.delete(id);
      if (isInside || wasInside) couriers.push(shortJson(place));
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
