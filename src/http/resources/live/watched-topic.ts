import type { Board } from './board.ts';

/** What somebody watches, as it stands. */
export interface WatchedTopic {
  /** False: what it is like has not been found out yet. */
  readonly isReady: boolean;
  /** Of the newest batch that told something of it. */
  readonly seq: number;
  /** Gives what is new the number of the batch that tells it. */
  number(seq: number): void;
  /** What is new since that batch, without braces; null: nothing. Without a batch all of it. */
  part(since: number | null): string | null;
  end(): void;
}

/** Who comes back has seen a batch of its own; nearly all others the same. */
const PARTS_MAX = 16;

/** All couriers of a tenant, or one. */
export class PlacesTopic implements WatchedTopic {
  readonly #board: Board;
  readonly #only: string | null;
  /** Of the parts of the newest batch: most watchers have seen the one before. */
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

/** Where one parcel's courier is. */
export class ShipmentTopic implements WatchedTopic {
  readonly #end: () => void;
  #json: string | null = null;
  seq: number;

  /** @param watch calls back soon and then with each change. */
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
