import type pg from 'pg';
import type { Followed } from '../record/projection.ts';

/**
 * Parcels as this process has recorded them a moment ago, for whoever reads them whole because the log tells of
 * them: what was just written need not be read back. Each is handed out once. Whether it is still so, whoever takes it
 * has to see by its sequence.
 */
class LatelyRecorded {
  /** The oldest first. */
  readonly #parcels = new Map<string, { readonly parcel: Followed; readonly atMs: number }>();
  #timer: NodeJS.Timeout | null = null;

  remember(parcels: readonly Followed[]): void {
    const atMs = performance.now();
    for (const { shipment, history, folded } of parcels) {
      this.#parcels.delete(shipment.id);
      this.#parcels.set(shipment.id, { parcel: { shipment, history, folded }, atMs });
    }
    this.#forget((_, left) => left > PARCELS_MAX);
    if (this.#parcels.size > 0)
      this.#timer ??= setTimeout(() => this.#forgetOld(), KEPT_MS).unref();
  }

  take(ids: readonly string[]): ReadonlyMap<string, Followed> {
    const taken = new Map<string, Followed>();
    for (const id of ids) {
      const known = this.#parcels.get(id);
      if (known === undefined) continue;
      taken.set(id, known.parcel);
      this.#parcels.delete(id);
    }
    return taken;
  }

  #forgetOld(): void {
    this.#timer = null;
    const beforeMs = performance.now() - KEPT_MS;
    this.#forget((atMs) => atMs <= beforeMs);
    if (this.#parcels.size > 0) this.#timer = setTimeout(() => this.#forgetOld(), KEPT_MS).unref();
  }

  #forget(isOver: (atMs: number, left: number) => boolean): void {
    for (const [id, { atMs }] of this.#parcels) {
      if (!isOver(atMs, this.#parcels.size)) return;
      this.#parcels.delete(id);
    }
  }
}

/** Whoever follows the log is there within a quarter of a second; later the memory is worth more. */
const KEPT_MS = 3_000;
/** Some ten kilobytes each. */
const PARCELS_MAX = 3_000;

/** Who has a pool records through it; the pool ends, and so does what was kept. */
const ofPool = new WeakMap<pg.Pool, LatelyRecorded>();

/** After the commit that made them so; none of them is deleted. */
export function rememberRecorded(pool: pg.Pool, parcels: readonly Followed[]): void {
  const known = ofPool.get(pool) ?? new LatelyRecorded();
  ofPool.set(pool, known);
  known.remember(parcels);
}

/** Those of the shipments that were recorded a moment ago, and that nobody has taken since; by id. */
export function takeRecorded(pool: pg.Pool, ids: readonly string[]): ReadonlyMap<string, Followed> {
  return ofPool.get(pool)?.take(ids) ?? new Map();
}
