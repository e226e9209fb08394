import type { LatLng } from '../../../kernel/places/distance.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { CouriersAmong } from '../../couriers/index.ts';
import type { OnShift } from '../../dispatch/index.ts';
import { openDetails } from '../addresses.ts';
import { couriersAtWork } from '../couriers-at-work.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { deliveriesUnderWay } from '../store/deliveries.sql.ts';

/** The dependencies for reading couriers. */
export type ReadDeps = Pick<DeliveriesDeps, 'db' | 'clock' | 'keyring' | 'placesOf'>;

/** A leg that a courier still has to drive. */
interface Way {
  readonly origin: LatLng;
  readonly destination: LatLng;
  readonly readyMs: number;
}

/** What dispatch knows about a courier on shift. */
export interface Known {
  readonly courier: OnShift;
  readonly positionAtMs: number;
  /** When the courier is out of contact without further contact, epoch ms; null: never. */
  readonly contactEndsAtMs: number | null;
  /** The courier's remaining deliveries, in the order of the stops. */
  readonly ways: readonly Way[];
}

/** Reads some of a tenant's couriers on shift from the database, in order of id. */
export async function readKnown(
  deps: ReadDeps,
  tenant: Tenant,
  among: CouriersAmong,
): Promise<Map<string, Known>> {
  const { couriers, positionAtMs } = await couriersAtWork(deps, tenant, among);
  const loaded = couriers.filter(({ load }) => load > 0).map(({ courierId }) => courierId);
  const ways = new Map<string, Way[]>();
  const rows = loaded.length === 0 ? [] : await deliveriesUnderWay(deps.db.pipeline, loaded);
  for (const row of rows) {
    const { origin, destination } = openDetails(deps.keyring, row);
    const remaining = ways.get(row.courierId) ?? [];
    remaining.push({ origin, destination, readyMs: row.readyAtMs });
    ways.set(row.courierId, remaining);
  }
  return new Map(
    couriers.map(({ contactEndsAtMs, ...courier }) => [
      courier.courierId,
      {
        courier,
        contactEndsAtMs,
        positionAtMs: positionAtMs.get(courier.courierId) ?? Number.NEGATIVE_INFINITY,
        ways: ways.get(courier.courierId) ?? [],
      },
    ]),
  );
}

/** Reads some of a tenant's couriers on shift, in order of id. */
export type ReadCouriers = (among: CouriersAmong) => Promise<ReadonlyMap<string, Known>>;

/** Batch size: other work gets a turn between two batches. */
export const READ_TOGETHER_MAX = 1_000;
/** A pass that has waited this long goes on with what is known, without the next batch. */
const PATIENCE_MS = 150;
/** How often to read all again, in the background: recent refusals are not announced. */
const READ_EVERY_MS = 30_000;
/** Age after which data is no longer used. */
const STALE_AFTER_MS = 120_000;
/** From this many changed couriers on, all are read again. */
const CHANGED_MAX = 2_000;

/** The couriers known so far. */
export interface AsKnown<Courier> {
  readonly couriers: readonly Courier[];
  /** Whether all couriers have been read; if not, there may be others. */
  readonly isWhole: boolean;
}

interface Entry {
  readonly known: Known;
  /**
   * Number of the full read that last saw this courier, or the newest one when the courier was
   * read alone.
   */
  readonly readNr: number;
}

/**
 * A tenant's couriers on shift, cached between match passes. They are read in batches, and a pass
 * meanwhile gets those known by then. A courier who changes is read again individually.
 */
export class CachedCouriers {
  readonly #read: ReadCouriers;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #entries = new Map<string, Entry>();
  /** Couriers that changed since they were read; may include other tenants'. */
  #changed = new Set<string>();
  /** Couriers that changed since the current read began; null: no read is running. */
  #changedMeanwhile: Set<string> | null = null;
  /**
   * How often notifications may have been missed, including the start; and the same count before
   * the last full read.
   */
  #missed = 1;
  #caughtUp = 0;
  #isWhole = false;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #readings = 0;
  /** Resolves when the next batch has been read, or has failed; null: no full read is running. */
  #next: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;
  #isStopped = false;

  constructor(read: ReadCouriers, clock: Pick<Clock, 'nowMs'>) {
    this.#read = read;
    this.#clock = clock;
  }

  /**
   * Notes that a courier changed, maybe another tenant's; null: notifications may have been missed.
   */
  noteChange(courierId: string | null): void {
    if (courierId === null) this.#missed += 1;
    // One id past the limit means that all are read again; a quiet tenant needs no longer list.
    else if (this.#changed.size <= CHANGED_MAX) this.#changed.add(courierId);
    if (courierId !== null) this.#changedMeanwhile?.add(courierId);
  }

  /** Returns the couriers known so far. Rejects if they cannot be read and none is known. */
  async all(): Promise<AsKnown<Known>> {
    const nowMs = this.#clock.nowMs();
    if (this.#isWhole && nowMs - this.#readAtMs >= STALE_AFTER_MS) this.#markIncomplete();
    if (this.#changed.size > CHANGED_MAX) this.#missed += 1;
    const isBehind = this.#caughtUp < this.#missed;
    if (this.#next === null && (isBehind || nowMs - this.#readAtMs >= READ_EVERY_MS)) {
      void this.#readAll();
    }
    await this.#waitForAll();
    if (this.#failure !== null && !this.#isWhole) throw this.#failure.error;
    await this.#catchUp();
    const couriers = Array.from(this.#entries.values(), ({ known }) => known);
    return { couriers, isWhole: this.#isWhole };
  }

  stop(): void {
    this.#isStopped = true;
    this.#isWhole = false;
    this.#entries.clear();
  }

  /** Marks the list as incomplete until the next full read. Known couriers may still get offers. */
  #markIncomplete(): void {
    this.#isWhole = false;
    this.#missed += 1;
  }

  async #waitForAll(): Promise<void> {
    const isPatient = this.#patience();
    while (this.#next !== null && this.#caughtUp < this.#missed && isPatient()) await this.#next;
  }

  #patience(): () => boolean {
    const untilMs = this.#clock.nowMs() + PATIENCE_MS;
    return () => this.#clock.nowMs() < untilMs;
  }

  /** Reads all couriers. Never rejects: after a failure, the next pass tries again. */
  async #readAll(): Promise<void> {
    const beganMs = this.#clock.nowMs();
    const missed = this.#missed;
    this.#failure = null;
    this.#readings += 1;
    // The full read includes the changed ones.
    if (this.#caughtUp < missed) this.#changed = new Set();
    try {
      let after: string | null = null;
      do {
        const reading: Promise<string | null> = this.#readBehind(after);
        this.#next = reading.then(
          () => {},
          () => {},
        );
        after = await reading;
      } while (after !== null && !this.#isStopped);
      for (const [id, { readNr }] of this.#entries) {
        if (readNr < this.#readings) this.#entries.delete(id);
      }
      this.#caughtUp = missed;
      this.#readAtMs = beganMs;
      this.#isWhole = !this.#isStopped;
    } catch (error) {
      this.#failure = { error };
    }
    this.#next = null;
  }

  /** Reads the batch after this id; returns the id after which more follow, or null. */
  async #readBehind(after: string | null): Promise<string | null> {
    const changed = new Set<string>();
    this.#changedMeanwhile = changed;
    let last: string | null = null;
    try {
      const page = await this.#read({ after, limit: READ_TOGETHER_MAX });
      for (const [id, known] of page) {
        this.#entries.set(id, { known, readNr: this.#readings });
        last = id;
      }
      if (page.size < READ_TOGETHER_MAX) last = null;
    } finally {
      this.#changedMeanwhile = null;
    }
    // They may have been read again meanwhile, so this older data may have replaced newer.
    for (const id of changed) this.noteChange(id);
    return last;
  }

  /** Reads the changed couriers again, as many as a pass can wait for. */
  async #catchUp(): Promise<void> {
    const due = [...this.#changed];
    const isPatient = this.#patience();
    for (
      let from = 0;
      from < due.length && (from === 0 || isPatient());
      from += READ_TOGETHER_MAX
    ) {
      const ids = due.slice(from, from + READ_TOGETHER_MAX);
      // Later changes are read next time.
      for (const id of ids) this.#changed.delete(id);
      try {
        const found = await this.#read({ ids });
        for (const id of ids) {
          const known = found.get(id);
          if (known === undefined) this.#entries.delete(id);
          else this.#entries.set(id, { known, readNr: this.#readings });
        }
      } catch (error) {
        for (const id of ids) this.#changed.add(id);
        throw error;
      }
    }
  }
}
