/** How long couriers look at an offer before they answer, or find that it is gone. */
const READS_MS = 4_000;

/**
 * Couriers with an offer from a moment ago, who may still be reading one that a colleague has
 * taken: a new offer would wait until they are done. Only of this process; an offer from another
 * costs a few seconds.
 */
export class RecentOffers {
  /** Epoch ms by courier, oldest first. */
  readonly #requestedAtMs = new Map<string, number>();

  note(courierIds: Iterable<string>, nowMs: number): void {
    for (const id of courierIds) {
      this.#requestedAtMs.delete(id);
      this.#requestedAtMs.set(id, nowMs);
    }
    for (const [id, atMs] of this.#requestedAtMs) {
      if (isReading(atMs, nowMs)) break;
      this.#requestedAtMs.delete(id);
    }
  }

  has(courierId: string, nowMs: number): boolean {
    const atMs = this.#requestedAtMs.get(courierId);
    return atMs !== undefined && isReading(atMs, nowMs);
  }
}

/** A clock that was set back must not make anyone look busy. */
function isReading(atMs: number, nowMs: number): boolean {
  return atMs <= nowMs && nowMs - atMs < READS_MS;
}
