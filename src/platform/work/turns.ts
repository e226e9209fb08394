/** Work by keys: at each key there is one run at a time, and a few runs at once. */
export interface Turns<Key> {
  /**
   * Requests a turn for these keys: in order of arrival, each once, a running one again afterwards.
   */
  ask(keys: Iterable<Key>): void;
  /** This key no longer needs a turn; a run in progress continues. */
  drop(key: Key): void;
  /** Keys that are being worked on. */
  readonly busy: ReadonlySet<Key>;
  /** Resolves when nothing is under way and nothing waits. */
  drained(): Promise<void>;
  /** Begins no run any more; resolves when those under way have ended. */
  stop(): Promise<void>;
}

export interface TurnsOptions<Key> {
  /** Until it settles, no other run here has these keys. */
  readonly work: (keys: readonly Key[]) => Promise<void>;
  /** A run rejected: its keys have had their turn, and get no other unless somebody asks for it. */
  readonly onFailure: (error: unknown, keys: readonly Key[]) => void;
  readonly atOnce: number;
  /** Keys of one run at most; default: 1. */
  readonly together?: number;
  /** Whether this one may begin now, in one run with those; one that may not keeps its place. */
  readonly fits?: (key: Key, chosen: readonly Key[]) => boolean;
}

export function startTurns<Key>(options: TurnsOptions<Key>): Turns<Key> {
  return new KeyedTurns(options);
}

class KeyedTurns<Key> implements Turns<Key> {
  readonly #options: TurnsOptions<Key>;
  readonly #requested = new Set<Key>();
  readonly #busy = new Set<Key>();
  readonly #runs = new Set<Promise<void>>();
  #stopping = false;

  constructor(options: TurnsOptions<Key>) {
    this.#options = options;
  }

  ask(keys: Iterable<Key>): void {
    if (this.#stopping) return;
    for (const key of keys) this.#requested.add(key);
    this.#pump();
  }

  drop(key: Key): void {
    this.#requested.delete(key);
  }

  get busy(): ReadonlySet<Key> {
    return this.#busy;
  }

  async drained(): Promise<void> {
    while (this.#runs.size > 0) await Promise.all(this.#runs);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#requested.clear();
    await this.drained();
  }

  #pump(): void {
    while (this.#runs.size < this.#options.atOnce) {
      const keys = this.#next();
      if (keys.length === 0) return;
      const run: Promise<void> = this.#run(keys).then(() => {
        // In one step, so that a caller waiting for all runs finds the next ones among them.
        this.#runs.delete(run);
        for (const key of keys) this.#busy.delete(key);
        this.#pump();
      });
      this.#runs.add(run);
    }
  }

  #next(): Key[] {
    const { together = 1, fits } = this.#options;
    const chosen: Key[] = [];
    for (const key of this.#requested) {
      if (chosen.length === together) break;
      if (this.#busy.has(key) || fits?.(key, chosen) === false) continue;
      chosen.push(key);
    }
    for (const key of chosen) {
      this.#requested.delete(key);
      this.#busy.add(key);
    }
    return chosen;
  }

  /** Never rejects. Begins a moment later: work that asks for a turn at once must find itself counted. */
  async #run(keys: readonly Key[]): Promise<void> {
    await null;
    try {
      await this.#options.work(keys);
    } catch (error) {
      this.#options.onFailure(error, keys);
    }
  }
}
