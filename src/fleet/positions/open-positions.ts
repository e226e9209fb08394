import { Counter, type Registry } from 'prom-client';
import type { Tenant } from '../../kernel/tenant.ts';
import { uuidOfWireId, wireId } from '../../kernel/wire/wire-ids.ts';
import type { Broadcast } from '../../platform/broadcast/broadcast.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { systemTimers, type Timers } from '../../platform/work/timers.ts';
import type { PositionIntake, PositionIntakeDeps } from './intake/position-intake.ts';
import { createRoster, type ShiftsOf } from './intake/roster.ts';
import { createPositionIntake } from './intake/take-positions.ts';
import { createPlaceFeed, type PlaceFeed } from './live/place-feed.ts';
import type { CourierOf } from './live/place-words.ts';
import { currentPlaces, type OldAfterMs } from './places/current-places.ts';
import { keepPlaces, type PlaceKeeper } from './places/keep-places.ts';
import type { PlaceStore } from './places/place-store.ts';
import { type CourierTrail, readTrail } from './trails/stored-positions.ts';
import type { TrailWriter } from './trails/trail-writer.ts';

export interface PositionsDeps {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly places: PlaceStore;
  readonly oldAfterMs: OldAfterMs;
  readonly trails: TrailWriter;
  readonly shiftsOf: ShiftsOf;
  /** Finds those of these ids that are the tenant's couriers, on shift or not. */
  readonly ownCouriers: (
    tenant: Tenant,
    courierIds: readonly string[],
  ) => Promise<ReadonlySet<string>>;
  /** How long trails are retained; older positions are refused. */
  readonly retentionMs: number;
  readonly listener: Pick<Listener, 'on'> | null;
  /** Publishes accepted positions to a topic; absent: they are not published. */
  readonly publish?: PositionIntakeDeps['publish'];
  /** How processes exchange places. */
  readonly broadcast: Broadcast;
  readonly timers?: Timers;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
}

/** Couriers' positions, in a process that accepts and shows them. */
export interface Positions {
  readonly intake: PositionIntake;
  /** The places as readers get them: none of couriers out of contact. */
  readonly places: PlaceStore;
  readonly keeper: PlaceKeeper;
  /** Places as they arrive, including those from other processes. */
  readonly feed: PlaceFeed;
  /** Reads where a courier of the tenant was; the caller has checked the tenant. */
  trail(
    tenant: Tenant,
    courierId: string,
    span: { readonly fromMs: number; readonly toMs: number },
  ): Promise<CourierTrail>;
  /** Resolves when all accepted positions are on disk. */
  flush(): Promise<void>;
  /** Whether this wire id is a courier of the tenant's, on shift or not. */
  isOwn(tenant: Tenant, courierWireId: string): Promise<boolean>;
  /** Call it after changing a shift here; other processes are notified by the database. */
  shiftChanged(
    courier: { readonly tenant: Tenant; readonly courierId: string },
    on: boolean,
  ): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The channel on which the database notifies of changed shifts: `<uuid> on|off|gone <merchant>
 * <mode>`.
 */
const CHANNEL = 'courier_shifts';

/** Opens couriers' positions in this process. */
export async function openPositions(deps: PositionsDeps): Promise<Positions> {
  const { places, listener, oldAfterMs, clock, log } = deps;
  const current = currentPlaces(places, oldAfterMs, clock);
  const roster = createRoster(deps.shiftsOf, clock);
  const count = positionCounter(deps.metrics);
  const { broadcast, timers = systemTimers } = deps;
  const feed = createPlaceFeed({ places, roster, broadcast, timers, log });

  const warn = (err: unknown) => log.warn({ err }, 'the end of a shift could not be followed');

  const ownCouriers: PositionIntakeDeps['ownCouriers'] = async (tenant, wireIds) => {
    const uuids = wireIds.flatMap((id) => uuidOfWireId('courier', id) ?? []);
    const own = uuids.length === 0 ? [] : await deps.ownCouriers(tenant, uuids);
    return new Set([...own].map((uuid) => wireId('courier', uuid)));
  };

  async function shiftChanged(courier: CourierOf, on: boolean): Promise<void> {
    roster.forget(courier.courierId);
    if (!on) feed.gone([courier]);
    // A failed drop is repeated by the next check of all shifts.
    if (!on) await places.drop(courier).catch(warn);
  }

  /**
   * Removes couriers whose shift ended without a notification, or by its time, and those who are out
   * of contact.
   */
  async function dropOffShift(): Promise<void> {
    const all = await places.couriers();
    for (let from = 0; from < all.length; from += REQUESTED_MAX) {
      const some = all.slice(from, from + REQUESTED_MAX);
      const nowMs = clock.nowMs();
      const shifts = await deps.shiftsOf(some.map(({ courierId }) => courierId));
      const on = new Set(
        shifts.flatMap(({ courierId, endsAtMs }) =>
          endsAtMs === null || endsAtMs > nowMs ? [courierId] : [],
        ),
      );
      const inContact = await oldAfterMs([...on]);
      const gone: CourierOf[] = [];
      for (const each of some) {
        const { tenant, courierId } = each;
        if (inContact.has(courierId)) continue;
        // The database may not have the newest position yet.
        if (on.has(courierId) && (await current.find(tenant, [courierId])).size > 0) continue;
        await shiftChanged(each, false);
        gone.push(each);
      }
      // Other processes may not notice a shift that ended by its time, or silence.
      feed.gone(gone, true);
    }
  }

  const end = listener?.on(CHANNEL, (payload) => {
    if (payload === null) {
      roster.forgetAll();
      dropOffShift().catch(warn);
      return;
    }
    const [courierId = '', word = '', merchantId = '', mode] = payload.split(' ');
    const tenant: Tenant = { merchantId, mode: mode === 'live' ? 'live' : 'test' };
    shiftChanged({ courierId, tenant }, word === 'on').catch(warn);
    if (word === 'gone') deps.trails.erase(courierId).catch(warn);
  });
  const keeper = await keepPlaces({ ...deps, dropOffShift });

  return {
    places: current,
    keeper,
    feed,
    shiftChanged,
    trail: (tenant, courierId, span) => readTrail(deps.db, tenant, courierId, span),
    flush: () => deps.trails.flush(),
    intake: createPositionIntake({
      roster,
      places,
      clock,
      ownCouriers,
      trails: deps.trails,
      retentionMs: deps.retentionMs,
      publish: deps.publish,
      count,
    }),
    async isOwn(tenant, id) {
      const known = roster.known(id);
      if (known?.tenant.merchantId === tenant.merchantId && known.tenant.mode === tenant.mode) {
        return true;
      }
      return (await ownCouriers(tenant, [id])).has(id);
    },
    async stop() {
      end?.();
      feed.stop();
      await deps.trails.stop();
      await keeper.stop();
      await places.close();
      await broadcast.close();
    },
  };
}

/** Maximum of couriers in one query. */
const REQUESTED_MAX = 5_000;

/**
 * Returns a function that counts positions, and adds them to the metric only when it is read:
 * finding a series by its labels costs as much as a position.
 */
function positionCounter(registry: Registry): (outcome: string, count: number) => void {
  const since = new Map<string, number>();
  new Counter({
    name: 'waybill_positions_total',
    help: 'Positions of couriers by what became of them.',
    labelNames: ['outcome'] as const,
    registers: [registry],
    collect() {
      for (const [outcome, count] of since) this.inc({ outcome }, count);
      since.clear();
    },
  });
  return (outcome, count) => void since.set(outcome, (since.get(outcome) ?? 0) + count);
}
