/** Work by keys: each key has one run at a time, and a few runs happen at once. */
export interface Turns<Key> {
  /**
   * Requests a turn for these keys. They run in order of arrival, each once; a running one runs
   * again afterwards.
   */
  request(keys: Iterable<Key>): void;
  /** Withdraws the request for a key; a run in progress continues. */
  drop(key: Key): void;
  /** The keys that are being worked on. */
  readonly busy: ReadonlySet<Key>;
  /** Resolves when no run is in progress and none waits. */
  drained(): Promise<void>;
  /** Begins no further run; resolves when those in progress have ended. */
  stop(): Promise<void>;
}

export interface TurnsOptions<Key> {
  /** Does the work for these keys. Until it settles, no other run here has them. */
  readonly work: (keys: readonly Key[]) => Promise<void>;
  /**
   * Called when a run rejected: its keys have had their turn, and get another only if it is
   * requested.
   */
  readonly onFailure: (error: unknown, keys: readonly Key[]) => void;
  readonly runsMax: number;
  /** Maximum number of keys per run; default: 1. */
  readonly keysPerRunMax?: number;
  /** Whether this key may join a run with the chosen ones now; if not, it keeps its place. */
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

  request(keys: Iterable<Key>): void {
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
    while (this.#runs.size < this.#options.runsMax) {
      const keys = this.#chooseKeys();
      if (keys.length === 0) return;
      const run: Promise<void> = this.#run(keys).then(() => {
        // In one step, so that a caller waiting for all runs includes the next ones.
        this.#runs.delete(run);
        for (const key of keys) this.#busy.delete(key);
        this.#pump();
      });
      this.#runs.add(run);
    }
  }

  #chooseKeys(): Key[] {
    const { keysPerRunMax: keysMax = 1, fits } = this.#options;
    const chosen: Key[] = [];
    for (const key of this.#requested) {
      if (chosen.length === keysMax) break;
      if (this.#busy.has(key) || fits?.(key, chosen) === false) continue;
      chosen.push(key);
    }
    for (const key of chosen) {
      this.#requested.delete(key);
      this.#busy.add(key);
    }
    return chosen;
  }

  /**
   * Runs one batch of keys. Never rejects. The work begins a moment later, so that work that
   * requests a turn at once is already counted.
   */
  async #run(keys: readonly Key[]): Promise<void> {
    await null;
    try {
      await this.#options.work(keys);
    } catch (error) {
      this.#options.onFailure(error, keys);
    }
  }
}
