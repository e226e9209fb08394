import type { RecordedShipment } from './projection.ts';

/** Consumers of the log read within a quarter of a second; after that, the memory is worth more. */
const CACHE_MS = 3_000;
/** Some ten kilobytes each. */
const PARCELS_MAX = 3_000;

/**
 * Shipments that this process recorded a moment ago, for consumers that read them whole because the log has an
 * event about them: what was just written need not be read back. Each is handed out once. Whether it is still
 * current, the consumer has to check by its sequence.
 */
export class RecentRecords {
  /** The oldest first. */
  readonly #parcels = new Map<
    string,
    { readonly parcel: RecordedShipment; readonly atMs: number }
  >();
  #timer: NodeJS.Timeout | null = null;

  /** After the commit that made them so; none of them is deleted. */
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

  /** By id: those recorded a moment ago that nobody has taken since. */
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
