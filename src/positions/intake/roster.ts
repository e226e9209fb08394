import type { Tenant } from '../../kernel/tenant.ts';
import { uuidOfWireId, wireId } from '../../kernel/wire/wire-ids.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Remembered } from '../places/place-store.ts';
import { CourierTable, idWords } from './courier-table.ts';
import { beginTimes, timesSpace } from './recent-times.ts';
import type { Row } from './row-space.ts';

/** Whose courier it is, and until when it works. */
export interface OnShift {
  readonly courierId: string;
  readonly tenant: Tenant;
  readonly endsAtMs: number | null;
  /** When it was off between its shifts, as far as it is known: epoch ms, oldest first. */
  readonly offTimes: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** A courier on shift, with what this process remembers of what came lately. */
export interface Tracked extends OnShift, Remembered {
  /** The id on the wire. */
  readonly wireId: string;
  readonly hasOffTimes: boolean;
  /** Of the UUID. */
  readonly words: Int32Array;
  /** What came of it lately (`recent-times.ts`): a row from there on. */
  readonly times: Row['rows'];
  readonly timesFrom: Row['from'];
}

/** Asks whose these couriers are; those who are not on shift are not in the answer. */
export type ShiftsOf = (courierIds: readonly string[]) => Promise<readonly OnShift[]>;

export interface Roster {
  /** Who is known to be on shift now; undefined: ask. Never waits. */
  known(wireId: string): Tracked | undefined;
  /** The same by the words of its UUID (`position-columns.ts`). */
  knownBy(ids: Int32Array, at: number, nowMs: number): Tracked | undefined;
  /** Is what was known of a courier still so? */
  isOn(courier: Remembered): boolean;
  /** Looks these up; afterwards `known` knows those of them that are on shift. */
  load(wireIds: Iterable<string>): Promise<void>;
  /** The shift changed: what is known of it is asked anew. */
  forget(courierId: string): void;
  /** Something may have been missed: everything is asked anew. */
  forgetAll(): void;
  readonly size: number;
}

/** Shifts that change again and again while they are looked up are taken as off. */
const LOADS_MAX = 5;
const EVERYBODY = '*';
/** Couriers in one question. */
const REQUESTED_MAX = 5_000;

/**
 * Couriers on shift, as far as somebody sent positions of them. What is known stays known until a
 * word comes that it changed; that somebody is off shift is asked each time, so that a shift counts
 * from its first moment on.
 */
export function createRoster(shiftsOf: ShiftsOf, clock: Clock): Roster {
  const tracked = new TrackedCouriers();
  /** For each question under way, whose shifts have changed since it was put. */
  const loads = new Set<Set<string>>();
  /** One object for each tenant: whether two are the same is then seen at once. */
  const tenants = new Map<string, Tenant>();
  const oneOf = (tenant: Tenant): Tenant => {
    const key = `${tenant.merchantId} ${tenant.mode}`;
    const known = tenants.get(key) ?? tenant;
    tenants.set(key, known);
    return known;
  };
  const isOn = ({ isOn: goesOn, endsAtMs }: Remembered) =>
    goesOn && (endsAtMs === null || endsAtMs > clock.nowMs());
  async function ask(uuids: readonly string[]): Promise<void> {
    let open = new Set(uuids);
    for (let tries = 0; open.size > 0 && tries < LOADS_MAX; tries += 1) {
      const changed = new Set<string>();
      loads.add(changed);
      const found = await shiftsOf([...open]).finally(() => loads.delete(changed));
      // A shift that ended meanwhile must not come back by an answer from before.
      const isOld = (uuid: string) => changed.has(uuid) || changed.has(EVERYBODY);
      for (const shift of found) {
        if (isOld(shift.courierId)) continue;
        tracked.add({ ...shift, tenant: oneOf(shift.tenant) }, clock.nowMs());
      }
      open = new Set([...open].filter(isOld));
    }
  }

  let asking: Promise<void> = Promise.resolve();
  let next: { readonly uuids: Set<string>; readonly answered: Promise<void> } | null = null;

  /**
   * One question at a time, for all who wait by then: after a start every request is about couriers
   * whom nobody knows yet. It is never put before the request came, so a shift that has begun counts.
   */
  function askWithOthers(uuids: readonly string[]): Promise<void> {
    if (next === null) {
      const own = new Set<string>();
      const answered = asking.then(async () => {
        next = null;
        const all = [...own];
        for (let from = 0; from < all.length; from += REQUESTED_MAX) {
          await ask(all.slice(from, from + REQUESTED_MAX));
        }
      });
      asking = answered.catch(() => {});
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
      return uuids.length === 0 ? Promise.resolve() : askWithOthers(uuids);
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

/** Found by the ids of the wire, and by the words of their UUIDs where nobody has made a text of them. */
class TrackedCouriers {
  readonly byWireId = new Map<string, Tracked>();
  readonly byWords = new CourierTable<Tracked>();
  readonly #space = timesSpace();

  /** Unless it is known already. */
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
 * What each position asks for first lies side by side: with a hundred thousand couriers, going for it elsewhere costs
 * more than what is done with it. So no part of it is spread in from another object, either.
 */
class TrackedCourier implements Tracked {
  readonly tenant: Tenant;
  readonly endsAtMs: number | null;
  readonly hasOffTimes: boolean;
  readonly times: Row['rows'];
  readonly timesFrom: Row['from'];
  cached: Tracked['cached'] = null;
  isUnreported = false;
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
