import type { RecordedShipment } from './projection.ts';

/** How long a record is cached. Consumers of the log read it within a quarter of a second. */
const CACHE_MS = 3_000;
/** Limit of cached parcels, of about ten kilobytes each. */
const PARCELS_MAX = 3_000;

/**
 * A cache of the shipments that this process has just recorded, for consumers that need them whole
 * because of a log event: they need not be read back from the database. Each is returned once. The
 * consumer must check by its sequence whether it is still current.
 */
export class RecentRecords {
  /** Oldest first. */
  readonly #parcels = new Map<
    string,
    { readonly parcel: RecordedShipment; readonly atMs: number }
  >();
  #timer: NodeJS.Timeout | null = null;

  /** Adds shipments. Call it after the commit that wrote them; none of them may be deleted. */
  remember(parcels: readonly RecordedShipment[]): void {
    const atMs = performance.now();
    for (const { shipment, history, folded } of parcels) {
      this.#parcels.delete(shipment.id);
      this.#parcels.set(shipment.id, { parcel: { shipment, history, folded }, atMs });
    }
    this.#forget((_, left) => left > PARCELS_MAX);
    if (this.#parcels.size > 0)
      this.#timer ??= setTimeout(() => this.#forgetOld(), CACHE_MS).unref();
  }

  /**
   * Returns, by id, the recently recorded ones of these shipments, and removes them from the cache.
   */
  take(ids: readonly string[]): ReadonlyMap<string, RecordedShipment> {
    const recent = new Map<string, RecordedShipment>();
    for (const id of ids) {
      const known = this.#parcels.get(id);
      if (known === undefined) continue;
      recent.set(id, known.parcel);
      this.#parcels.delete(id);
    }
    return recent;
  }

  #forgetOld(): void {
    this.#timer = null;
    const beforeMs = performance.now() - CACHE_MS;
    this.#forget((atMs) => atMs <= beforeMs);
    if (this.#parcels.size > 0) this.#timer = setTimeout(() => this.#forgetOld(), CACHE_MS).unref();
  }

  /** Removes parcels, the oldest first, as long as `isOver` is true of the next one. */
  #forget(isOver: (atMs: number, left: number) => boolean): void {
    for (const [id, { atMs }] of this.#parcels) {
      if (!isOver(atMs, this.#parcels.size)) return;
      this.#parcels.delete(id);
    }
  }
}
