import type { Tenant } from '../../kernel/tenant.ts';
import { uuidOfWireId, wireId } from '../../kernel/wire/wire-ids.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Remembered } from '../places/place-store.ts';

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
  /** The UUID's bytes. */
  readonly bytes: Uint8Array;
  /** The newest time that came; -Infinity: none did. */
  newestMs: number;
  /** The last times that came, in a ring once it is full. */
  recentMs: number[];
  recentAt: number;
  /** What may come yet, and the second in which that was counted. */
  allowance: number;
  countedAtS: number;
}

/** Asks whose these couriers are; those who are not on shift are not in the answer. */
export type ShiftsOf = (courierIds: readonly string[]) => Promise<readonly OnShift[]>;

export interface Roster {
  /** Who is known to be on shift now; undefined: ask. Never waits. */
  known(wireId: string): Tracked | undefined;
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

/** Times by which something that is sent again is recognized; a phone's batch of some minutes. */
const RECENT_MAX = 32;
/** A phone that was away for a day sends it at once; then up to fifty a second. */
export const BURST = 10_000;

/** Shifts that change again and again while they are looked up are taken as off. */
const LOADS_MAX = 5;
const EVERYBODY = '*';
/** Couriers in one question. */
const ASKED_MAX = 5_000;

/**
 * Couriers on shift, as far as somebody sent positions of them. What is known stays known until a
 * word comes that it changed; that somebody is off shift is asked each time, so that a shift counts
 * from its first moment on.
 */
export function createRoster(shiftsOf: ShiftsOf, clock: Clock): Roster {
  const tracked = new Map<string, Tracked>();
  /** For each question under way, whose shifts have changed since it was put. */
  const loads = new Set<Set<string>>();
  const add = (courier: Tracked) => {
    if (!tracked.has(courier.wireId)) tracked.set(courier.wireId, courier);
  };
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
        add(track({ ...shift, tenant: oneOf(shift.tenant) }, clock.nowMs()));
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
        for (let from = 0; from < all.length; from += ASKED_MAX) {
          await ask(all.slice(from, from + ASKED_MAX));
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
      const found = tracked.get(id);
      if (found === undefined || isOn(found)) return found;
      found.isOn = false;
      tracked.delete(id);
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
      const found = tracked.get(id);
      if (found !== undefined) found.isOn = false;
      tracked.delete(id);
      for (const changed of loads) changed.add(courierId);
    },
    forgetAll() {
      for (const courier of tracked.values()) courier.isOn = false;
      tracked.clear();
      for (const changed of loads) changed.add(EVERYBODY);
    },
    get size() {
      return tracked.size;
    },
  };
}

function track(shift: OnShift, nowMs: number): Tracked {
  return {
    ...shift,
    wireId: wireId('courier', shift.courierId),
    hasOffTimes: shift.offTimes.length > 0,
    bytes: Buffer.from(shift.courierId.replaceAll('-', ''), 'hex'),
    newestMs: Number.NEGATIVE_INFINITY,
    recentMs: [],
    recentAt: 0,
    allowance: BURST,
    countedAtS: Math.floor(nowMs / 1_000),
    ...{ isOn: true, newest: null, kept: null, isUntold: false, isUnstored: false, said: null },
  };
}

/** Notes a time; false: it came before. What is older than all that is remembered counts as new. */
export function isNew(courier: Tracked, atMs: number): boolean {
  if (atMs <= courier.newestMs && courier.recentMs.includes(atMs)) return false;
  courier.newestMs = Math.max(courier.newestMs, atMs);
  courier.recentMs[courier.recentAt] = atMs;
  courier.recentAt = (courier.recentAt + 1) % RECENT_MAX;
  return true;
}

/** What was noted of a courier was not taken after all. */
export function forgetTimes(courier: Tracked): void {
  courier.newestMs = Number.NEGATIVE_INFINITY;
  courier.recentMs = [];
  courier.recentAt = 0;
}
