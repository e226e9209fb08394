import type { CouriersAmong } from '../../couriers/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Known } from './known-couriers.ts';

/** Reads some of a tenant's couriers, in the order of their ids. */
export type ReadCouriers = (among: CouriersAmong) => Promise<ReadonlyMap<string, Known>>;

/** Read together: others have their turn between two of these. */
export const READ_TOGETHER_MAX = 1_000;
/** Once a look has waited so long, it waits for no further thousand and goes on with what is known. */
const PATIENCE_MS = 150;
/** All are read anew so often, which nobody waits for: refusals of late are announced by nothing. */
const READ_EVERY_MS = 30_000;
/** Older than this they are not believed any more. */
const BELIEVED_MS = 120_000;
/** From so many changes on all are read anew. */
const CHANGED_MAX = 2_000;

/** Couriers as far as they are known. */
export interface AsKnown<Courier> {
  readonly couriers: readonly Courier[];
  /** False: there may be others, whom nobody has read yet. */
  readonly isWhole: boolean;
}

interface Entry {
  readonly known: Known;
  /** The reading of all that saw the courier last, or was the newest when the courier was read alone. */
  readonly readNr: number;
}

/**
 * A tenant's couriers on shift, kept between looks. All are read some at a time, and whoever looks meanwhile
 * is answered with what is known by then; of whom something is said is read again alone.
 */
export class CachedCouriers {
  readonly #read: ReadCouriers;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #entries = new Map<string, Entry>();
  /** Of whom something changed since they were read; others' are among them. */
  #changed = new Set<string>();
  /** Of whom something was said since those who are just read began to be. */
  #saidMeanwhile: Set<string> | null = null;
  /** How often something was missed, the beginning included; and how often before the last reading of all. */
  #missed = 1;
  #caughtUp = 0;
  #isWhole = false;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #readings = 0;
  /** Resolves, whatever happens, when the next of all are known; null: nobody reads all. */
  #next: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;
  #isStopped = false;

  constructor(read: ReadCouriers, clock: Pick<Clock, 'nowMs'>) {
    this.#read = read;
    this.#clock = clock;
  }

  /** Something was said of a courier, maybe another tenant's; null: something may have been missed. */
  hear(courierId: string | null): void {
    if (courierId === null) this.#missed += 1;
    // One more says that all are read anew, and that is all there is to know of a quiet tenant.
    else if (this.#changed.size <= CHANGED_MAX) this.#changed.add(courierId);
    if (courierId !== null) this.#saidMeanwhile?.add(courierId);
  }

  /** As far as they are known. Rejects where they cannot be read and nothing is known. */
  async all(): Promise<AsKnown<Known>> {
    const nowMs = this.#clock.nowMs();
    if (this.#isWhole && nowMs - this.#readAtMs >= BELIEVED_MS) this.#doubt();
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

  /** Whoever is known may still be asked; that there is nobody else is not known before all are read again. */
  #doubt(): void {
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

  /** Never rejects: where it fails, the next look tries again. */
  async #readAll(): Promise<void> {
    const beganMs = this.#clock.nowMs();
    const missed = this.#missed;
    this.#failure = null;
    this.#readings += 1;
    // It reads them, too.
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

  /** Answers behind whom others are; null: behind nobody. */
  async #readBehind(after: string | null): Promise<string | null> {
    const said = new Set<string>();
    this.#saidMeanwhile = said;
    let last: string | null = null;
    try {
      const page = await this.#read({ after, limit: READ_TOGETHER_MAX });
      for (const [id, known] of page) {
        this.#entries.set(id, { known, readNr: this.#readings });
        last = id;
      }
      if (page.size < READ_TOGETHER_MAX) last = null;
    } finally {
      this.#saidMeanwhile = null;
    }
    // They may have been read again meanwhile, and be older here than they were there.
    for (const id of said) this.hear(id);
    return last;
  }

  /** Reads those again of whom something changed, as many as a look has patience for. */
  async #catchUp(): Promise<void> {
    const due = [...this.#changed];
    const isPatient = this.#patience();
    for (
      let from = 0;
      from < due.length && (from === 0 || isPatient());
      from += READ_TOGETHER_MAX
    ) {
      const ids = due.slice(from, from + READ_TOGETHER_MAX);
      // Whatever is said from now on is read the next time.
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
