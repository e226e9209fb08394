import { COURIERS_CHANNEL } from '../../couriers/index.ts';
import { type FreeOnMap, type OnShift, timesOf, unfitFor } from '../../dispatch/index.ts';
import type { LatLng } from '../../kernel/places/distance.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { couriersAtWork } from '../couriers-at-work.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { openDetails } from '../details.ts';
import { deliveriesUnderWay } from '../store/deliveries.sql.ts';

/** Where a courier was last, as processes tell one another. */
export type MovedTo = (courierId: string) => (LatLng & { readonly atMs: number }) | null;

/**
 * A tenant's couriers on shift, kept between looks: where each will be free, and when. What is stale in it
 * costs an attempt, for whoever assigns compares and sets.
 */
export interface CourierIndex {
  /** Where couriers with room begin their next route. */
  freeOf(tenant: Tenant): Promise<FreeOnMap[]>;
  /** Whom to ask, each where they are now. */
  onShiftOf(tenant: Tenant): Promise<OnShift[]>;
  stop(): void;
}

/** All are read anew so often, which nobody waits for: refusals of late are announced by nothing. */
const READ_EVERY_MS = 30_000;
/** Older than this it is not believed any more. */
const BELIEVED_MS = 120_000;
/** From so many changes on everything is read anew. */
const CHANGED_MAX = 2_000;
const TENANTS_MAX = 200;

interface Way {
  readonly origin: LatLng;
  readonly destination: LatLng;
  readonly readyMs: number;
}

interface Known {
  readonly courier: OnShift;
  readonly placedAtMs: number;
  /** What the courier is still to bring, in this order. */
  readonly ways: readonly Way[];
}

interface Kept {
  couriers: Map<string, Known>;
  /** Couriers of whom something changed since they were read; others' are among them. */
  changed: Set<string>;
  /** The same, since all began to be read anew; null: they are not. */
  changedMeanwhile: Set<string> | null;
  readAtMs: number;
  /** Resolves when it was read for the first time. */
  ready: Promise<void>;
}

/** @param follow absent: everything is read at each look. */
export function createCourierIndex(
  deps: DeliveriesDeps,
  follow: {
    readonly listener: Pick<Listener, 'on'>;
    readonly movedTo: MovedTo;
  } | null,
): CourierIndex {
  const tenants = new Map<string, Kept>();

  const end = follow?.listener.on(COURIERS_CHANNEL, (courierId) => {
    // Null: something may have been missed.
    if (courierId === null) tenants.clear();
    else {
      for (const { changed, changedMeanwhile } of tenants.values()) {
        // One more says that all are read anew, and that is all there is to know of a quiet tenant.
        if (changed.size <= CHANGED_MAX) changed.add(courierId);
        changedMeanwhile?.add(courierId);
      }
    }
  });

  async function keptOf(tenant: Tenant): Promise<Kept> {
    const key = `${tenant.merchantId} ${tenant.mode}`;
    const nowMs = deps.clock.nowMs();
    const kept = tenants.get(key);
    const isBelieved = follow !== null && kept !== undefined && nowMs - kept.readAtMs < BELIEVED_MS;
    if (!isBelieved || kept.changed.size > CHANGED_MAX) {
      // There already while it is read, so that it hears of every change from then on.
      const fresh: Kept = {
        ...{ couriers: new Map(), changed: new Set(), changedMeanwhile: null, readAtMs: nowMs },
        ready: Promise.resolve(),
      };
      tenants.delete(key);
      if (tenants.size >= TENANTS_MAX) {
        // The one that has been there for longest.
        const [oldest] = tenants.keys();
        if (oldest !== undefined) tenants.delete(oldest);
      }
      tenants.set(key, fresh);
      fresh.ready = knownOf(deps, tenant, null).then((couriers) => {
        fresh.couriers = couriers;
      });
      try {
        await fresh.ready;
      } catch (error) {
        if (tenants.get(key) === fresh) tenants.delete(key);
        throw error;
      }
      return fresh;
    }
    await kept.ready;
    if (nowMs - kept.readAtMs >= READ_EVERY_MS && kept.changedMeanwhile === null) {
      void readAnew(deps, tenant, kept);
    }
    await catchUp(deps, tenant, kept);
    return kept;
  }

  function placeOf({ courier, placedAtMs }: Known): LatLng | null {
    const moved = follow?.movedTo(courier.courierId) ?? null;
    return moved !== null && moved.atMs > placedAtMs ? moved : courier.place;
  }

  return {
    async freeOf(tenant) {
      const { couriers } = await keptOf(tenant);
      const nowMs = deps.clock.nowMs();
      const free: FreeOnMap[] = [];
      for (const known of couriers.values()) {
        const at = freeAt(known, placeOf(known), nowMs);
        if (at !== null) free.push(at);
      }
      return free;
    },
    async onShiftOf(tenant) {
      const { couriers } = await keptOf(tenant);
      return Array.from(couriers.values(), (known) => standingAt(known, placeOf(known)));
    },
    stop() {
      end?.();
      tenants.clear();
    },
  };
}

/** Reads those again of whom something changed. */
async function catchUp(deps: DeliveriesDeps, tenant: Tenant, kept: Kept): Promise<void> {
  if (kept.changed.size === 0) return;
  const ids = [...kept.changed];
  // Whatever changes from now on is read the next time.
  kept.changed = new Set();
  try {
    const known = await knownOf(deps, tenant, ids);
    for (const id of ids) {
      const now = known.get(id);
      if (now === undefined) kept.couriers.delete(id);
      else kept.couriers.set(id, now);
    }
  } catch (error) {
    for (const id of ids) kept.changed.add(id);
    throw error;
  }
}

/** Never rejects: one that fails is tried again at the next look. */
async function readAnew(deps: DeliveriesDeps, tenant: Tenant, kept: Kept): Promise<void> {
  const nowMs = deps.clock.nowMs();
  kept.changedMeanwhile = new Set(kept.changed);
  try {
    kept.couriers = await knownOf(deps, tenant, null);
    kept.readAtMs = nowMs;
  } catch {
    // Believed a while longer; then the look itself reads, and says what is wrong.
  }
  // Whoever was read again meanwhile may be older here than there.
  for (const id of kept.changedMeanwhile) kept.changed.add(id);
  kept.changedMeanwhile = null;
}

async function knownOf(
  deps: DeliveriesDeps,
  tenant: Tenant,
  only: readonly string[] | null,
): Promise<Map<string, Known>> {
  const { couriers, placedAtMs } = await couriersAtWork(deps, tenant, only);
  const loaded = couriers.filter(({ load }) => load > 0).map(({ courierId }) => courierId);
  const ways = new Map<string, Way[]>();
  const rows = loaded.length === 0 ? [] : await deliveriesUnderWay(deps.db.pipeline, loaded);
  for (const row of rows) {
    if (row.courier_id === null) continue;
    const { origin, destination } = openDetails(deps.keyring, row);
    const mine = ways.get(row.courier_id) ?? [];
    mine.push({ origin, destination, readyMs: row.ready_at.getTime() });
    ways.set(row.courier_id, mine);
  }
  return new Map(
    couriers.map((courier) => [
      courier.courierId,
      {
        courier,
        placedAtMs: placedAtMs.get(courier.courierId) ?? Number.NEGATIVE_INFINITY,
        ways: ways.get(courier.courierId) ?? [],
      },
    ]),
  );
}

/** Where and when a courier is free for another; null: not in sight. */
function freeAt(known: Known, at: LatLng | null, nowMs: number): FreeOnMap | null {
  if (at === null) return null;
  const { courier, ways } = known;
  let place: LatLng = at;
  let freeMs = nowMs;
  for (const way of ways) {
    freeMs = timesOf(way, { from: place, leavesMs: freeMs, by: courier.by }).arrivalMs;
    place = way.destination;
  }
  const nothing = { origin: place, destination: place, readyMs: nowMs };
  const now = standingAt(known, at);
  const isFull = unfitFor({ ...nothing, size: 'small', weightG: null }, now, nowMs) === 'full';
  return isFull ? null : { courier: now, place, freeMs };
}

function standingAt({ courier }: Known, at: LatLng | null): OnShift {
  return courier.place === at ? courier : { ...courier, place: at };
}
