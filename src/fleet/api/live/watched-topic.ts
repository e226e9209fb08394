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
