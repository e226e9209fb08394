import type { RecordedShipment } from './projection.ts';

/**
 * Consumers of the log read within a quarter of a second; after that, the memory has better uses.
 */
const CACHE_MS = 3_000;
/** Some ten kilobytes each. */
const PARCELS_MAX = 3_000;

/**
 * Shipments that this process just recorded, for consumers that read them whole because of a log
 * event: this saves reading them back from the database. Each is handed out once. The consumer must
 * check by its sequence whether it is still current.
 */
export class RecentRecords {
  /** Oldest first. */
  readonly #parcels = new Map<
    string,
    { readonly parcel: RecordedShipment; readonly atMs: number }
  >();
  #timer: NodeJS.Timeout | null = null;

  /** Call after the commit that wrote them; none of them may be deleted. */
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

  /** By id: recently recorded shipments that nobody has taken since. */
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

  #forget(isOver: (atMs: number, left: number) => boolean): void {
    for (const [id, { atMs }] of this.#parcels) {
      if (!isOver(atMs, this.#parcels.size)) return;
      this.#parcels.delete(id);
    }
  }
}
