/** So long people look at an offer before they answer, or find that it is gone. */
const READS_MS = 4_000;

/**
 * Who was asked a moment ago, and may still be reading what somebody else has taken meanwhile: an offer would lie
 * there until they are through. Of this process alone; whoever else asks them costs a few seconds.
 */
export class RecentOffers {
  /** Epoch ms by courier, the longest ago first. */
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

/** A clock that was set back is no reason to pass anybody over. */
function isReading(atMs: number, nowMs: number): boolean {
  return atMs <= nowMs && nowMs - atMs < READS_MS;
}
