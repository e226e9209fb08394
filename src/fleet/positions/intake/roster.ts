import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Remembered } from '../places/place-store.ts';
import { CourierTable, idWords, type Row } from './courier-table.ts';
import { beginTimes, timesSpace } from './recent-times.ts';

/** A courier on shift: the tenant, and the end of the shift. */
export interface OnShift {
  readonly courierId: string;
  readonly tenant: Tenant;
  readonly endsAtMs: number | null;
  /** Known breaks between shifts: epoch ms, oldest first. */
  readonly offTimes: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** A courier on shift, with what this process remembers of recent positions. */
export interface Tracked extends OnShift, Remembered {
  /** The courier's wire id. */
  readonly wireId: string;
  readonly hasOffTimes: boolean;
  /** The words of the courier's UUID. */
  readonly words: Int32Array;
  /**
   * The array that has the courier's row of recent times (`recent-times.ts`), and where the row
   * begins.
   */
  readonly times: Row['rows'];
  readonly timesFrom: Row['from'];
}

/** Queries which of these couriers are on shift; the others are not in the answer. */
export type ShiftsOf = (courierIds: readonly string[]) => Promise<readonly OnShift[]>;

export interface Roster {
  /** Returns a courier that is known to be on shift now; undefined: it has to be queried. */
  known(wireId: string): Tracked | undefined;
  /** Like `known`, but by the four words of the UUID, from `at` in `ids`. */
  knownBy(ids: Int32Array, at: number, nowMs: number): Tracked | undefined;
  /** Whether what is remembered of a courier is still valid. */
  isOn(courier: Remembered): boolean;
  /** Queries these couriers; afterwards `known` returns those of them that are on shift. */
  load(wireIds: Iterable<string>): Promise<void>;
  /** Forgets a courier whose shift changed, so that it is queried again. */
  forget(courierId: string): void;
  /** Forgets all couriers, because notifications may have been missed. */
  forgetAll(): void;
  readonly size: number;
}

/** How often a shift is queried again that changes meanwhile; after that it counts as off. */
const LOADS_MAX = 5;
const EVERYBODY = '*';
/** Maximum of couriers in one query. */
const REQUESTED_MAX = 5_000;

/**
 * Creates the list of couriers on shift that sent positions. An entry stays valid until a
 * notification says that it changed. That a courier is off shift is not remembered but queried each
 * time, so that a shift counts from its first moment.
 */
export function createRoster(shiftsOf: ShiftsOf, clock: Clock): Roster {
  const tracked = new TrackedCouriers();
  /** For each query under way, the couriers whose shift has changed since it began. */
  const loads = new Set<Set<string>>();
  /** One object for each tenant, so that tenants can be compared by identity. */
  const tenants = new Map<string, Tenant>();
  const sharedTenant = (tenant: Tenant): Tenant => {
    const key = `${tenant.merchantId} ${tenant.mode}`;
    const known = tenants.get(key) ?? tenant;
    tenants.set(key, known);
    return known;
  };
  const isOn = ({ isOn: goesOn, endsAtMs }: Remembered) =>
    goesOn && (endsAtMs === null || endsAtMs > clock.nowMs());
  /** Queries the shifts of these couriers, and again if they change meanwhile. */
  async function queryShifts(uuids: readonly string[]): Promise<void> {
    let open = new Set(uuids);
    for (let tries = 0; open.size > 0 && tries < LOADS_MAX; tries += 1) {
      const changed = new Set<string>();
      loads.add(changed);
      const found = await shiftsOf([...open]).finally(() => loads.delete(changed));
      // An older answer must not revive a shift that ended meanwhile.
      const isOld = (uuid: string) => changed.has(uuid) || changed.has(EVERYBODY);
      for (const shift of found) {
        if (isOld(shift.courierId)) continue;
        tracked.add({ ...shift, tenant: sharedTenant(shift.tenant) }, clock.nowMs());
      }
      open = new Set([...open].filter(isOld));
    }
  }

  let lastQuery: Promise<void> = Promise.resolve();
  let next: { readonly uuids: Set<string>; readonly answered: Promise<void> } | null = null;

  /**
   * Queries couriers, with one query at a time for all who wait by then: after a start every
   * request is about unknown couriers. The query never starts before the request came, so a shift
   * that has begun counts.
   */
  function queryWithOthers(uuids: readonly string[]): Promise<void> {
    if (next === null) {
      const own = new Set<string>();
      const answered = lastQuery.then(async () => {
        next = null;
        const all = [...own];
        for (let from = 0; from < all.length; from += REQUESTED_MAX) {
          await queryShifts(all.slice(from, from + REQUESTED_MAX));
        }
      });
      lastQuery = answered.catch(() => {});
      next = { uuids: own, answered };
    }
    for (const uuid of uuids) next.uuids.add(uuid);
    return next.answered;
  }

  return {
    known(id) {
      const found = tracked.byWireId.get(id);
      if (found === undefined || isOn(found)) return found;
      tracked.remove(found);
      return undefined;
    },
    knownBy(ids, at, nowMs) {
      const found = tracked.byWords.get(ids, at);
      if (found === undefined || found.endsAtMs === null || found.endsAtMs > nowMs) return found;
      tracked.remove(found);
      return undefined;
    },
    isOn,
    load(wireIds) {
      const uuids: string[] = [];
      for (const wireId of wireIds) {
        const uuid = uuidOfWireId('courier', wireId);
        if (uuid !== null) uuids.push(uuid);
      }
      return uuids.length === 0 ? Promise.resolve() : queryWithOthers(uuids);
    },
    forget(courierId) {
      const id = wireId('courier', courierId);
      const found = tracked.byWireId.get(id);
      if (found !== undefined) tracked.remove(found);
      for (const changed of loads) changed.add(courierId);
    },
    forgetAll() {
      tracked.clear();
      for (const changed of loads) changed.add(EVERYBODY);
    },
    get size() {
      return tracked.byWireId.size;
    },
  };
}

/** Couriers by wire id, and by the words of the UUID for callers that have no string. */
class TrackedCouriers {
  readonly byWireId = new Map<string, Tracked>();
  readonly byWords = new CourierTable<Tracked>();
  readonly #space = timesSpace();

  /** Adds a courier, unless it is known already. */
  add(shift: OnShift, nowMs: number): void {
    if (this.byWireId.has(wireId('courier', shift.courierId))) return;
    const courier = new TrackedCourier(shift, beginTimes(this.#space, nowMs));
    this.byWireId.set(courier.wireId, courier);
    this.byWords.set(courier.words, 0, courier);
  }

  remove(courier: Tracked): void {
    courier.isOn = false;
    this.byWireId.delete(courier.wireId);
    this.byWords.delete(courier.words, 0);
    this.#space.free(rowOf(courier));
  }

  clear(): void {
    for (const courier of this.byWireId.values()) {
      courier.isOn = false;
      this.#space.free(rowOf(courier));
    }
    this.byWireId.clear();
    this.byWords.clear();
  }
}

function rowOf({ times, timesFrom }: Tracked): Row {
  return { rows: times, from: timesFrom };
}

/**
 * A tracked courier. What each position needs first is adjacent in memory: with a hundred thousand
 * couriers, fetching it from elsewhere costs more than the work itself. So no part of it is spread
 * in from another object, either.
 */
class TrackedCourier implements Tracked {
  readonly tenant: Tenant;
  readonly endsAtMs: number | null;
  readonly hasOffTimes: boolean;
  readonly times: Row['rows'];
  readonly timesFrom: Row['from'];
  cached: Tracked['cached'] = null;
  isUnpublished = false;
  isUnstored = false;
  isOn = true;
  readonly courierId: string;
  readonly wireId: string;
  readonly offTimes: Tracked['offTimes'];
  readonly words: Int32Array;

  constructor({ courierId, tenant, endsAtMs, offTimes }: OnShift, row: Row) {
    this.tenant = tenant;
    this.endsAtMs = endsAtMs;
    this.hasOffTimes = offTimes.length > 0;
    this.times = row.rows;
    this.timesFrom = row.from;
    this.courierId = courierId;
    this.wireId = wireId('courier', courierId);
    this.offTimes = offTimes;
    this.words = idWords(Buffer.from(courierId.replaceAll('-', ''), 'hex'));
  }
}
