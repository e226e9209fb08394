import type { Status } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { RoadVehicle } from '../../../prediction/index.ts';
import { announceUpdates } from '../../../tracking/ports/predictions.ts';
import { type TrackingDeps, viewShipment } from '../../../tracking/ports/shipments.ts';
import { arrivingAnnouncedFor, markArriving, type NewArrival } from './arrivals.sql.ts';

/** When a merchant's recipients are notified that the courier is nearly there. */
interface ArrivingTerms {
  /** The number of minutes before the courier's expected arrival. */
  readonly minutes: number;
  /** Alternatively, the distance to the next stop, in a straight line. */
  readonly metres: number;
}

export type ArrivingTermsOf = (tenant: Tenant) => Promise<ArrivingTerms>;

/** Why a courier counts as nearly there: expected soon, or close by; null: neither. Pure. */
export function arrivingBy(
  {
    p50Ms,
    stopsBefore,
    distanceM,
  }: Pick<NewArrival, 'p50Ms' | 'stopsBefore'> & { readonly distanceM: number | null },
  { minutes, metres }: ArrivingTerms,
  nowMs: number,
): 'time' | 'distance' | null {
  if (p50Ms - nowMs <= minutes * MINUTE_MS) return 'time';
  // A van passes many doors on its way to the first one.
  return stopsBefore === 0 && distanceM !== null && distanceM <= metres ? 'distance' : null;
}

const MINUTE_MS = 60_000;
/** Interval of the check whether a new attempt has begun for a parcel already announced. */
const RETRY_MS = MINUTE_MS;

/** Statuses that end an attempt if they are reported after the announcement. */
const ENDS_ATTEMPT: ReadonlySet<Status | 'none'> = new Set<Status>([
  ...(['delivery_attempted', 'at_facility', 'available_for_pickup'] as const),
  ...(['exception', 'returning', 'delivered'] as const),
]);

/**
 * Announces once per attempt that the courier is nearly there, with any number of processes and
 * after restarts: the announcement is recorded in the same transaction as the event.
 */
export function createArriving({
  tracking,
  termsOf,
}: {
  readonly tracking: TrackingDeps;
  readonly termsOf: ArrivingTermsOf;
}): (made: readonly NewArrival[], nowMs: number) => Promise<string[]> {
  /** When each announced parcel was last checked for a new attempt. */
  const checkedAtMs = new Map<string, number>();

  /** When the last delivery attempt of a parcel ended; null: none did. */
  async function lastAttemptEndMs({ tenant, shipmentId }: NewArrival): Promise<number | null> {
    const view = await viewShipment(tracking, tenant, shipmentId);
    const ends = (view?.events ?? []).flatMap(({ status, occurredAt }) =>
      ENDS_ATTEMPT.has(status) && occurredAt !== null ? [Date.parse(occurredAt)] : [],
    );
    return ends.length === 0 ? null : Math.max(...ends);
  }

  async function announce(
    arrival: NewArrival,
    because: 'time' | 'distance',
    announcedMs: number | undefined,
    nowMs: number,
  ): Promise<boolean> {
    const { tenant, shipmentId, p50Ms, stopsBefore } = arrival;
    const ended = announcedMs === undefined ? null : await lastAttemptEndMs(arrival);
    if (announcedMs !== undefined && (ended === null || ended <= announcedMs)) return false;
    const published = await announceUpdates(tracking, tenant, shipmentId, async (tx, { state }) => {
      if (state.status !== 'out_for_delivery') return null;
      if (!(await markArriving(tx, shipmentId, { nowMs, endedMs: ended }))) return null;
      return {
        type: 'shipment.arriving' as const,
        also: {
          arriving: {
            expected_at: new Date(p50Ms).toISOString(),
            because,
            stops_before: stopsBefore,
          },
        },
      };
    });
    return published !== null;
  }

  return async (made, nowMs) => {
    for (const [id, atMs] of checkedAtMs) if (nowMs - atMs > RETRY_MS) checkedAtMs.delete(id);
    const due: { readonly arrival: NewArrival; readonly because: 'time' | 'distance' }[] = [];
    for (const arrival of made) {
      const because = arrivingBy(arrival, await termsOf(arrival.tenant), nowMs);
      if (because !== null && !checkedAtMs.has(arrival.shipmentId)) due.push({ arrival, because });
    }
    const before = await arrivingAnnouncedFor(
      tracking.db.pipeline,
      due.map(({ arrival }) => arrival.shipmentId),
    );
    const published: string[] = [];
    for (const { arrival, because } of due) {
      const { shipmentId } = arrival;
      if (await announce(arrival, because, before.get(shipmentId), nowMs))
        published.push(shipmentId);
      checkedAtMs.set(shipmentId, nowMs);
    }
    return published;
  };
}

/** A courier who is on the road with parcels. Times are epoch ms. */
export interface CourierUnderWay {
  readonly id: string;
  readonly tenant: Tenant;
  readonly vehicle: RoadVehicle;
  readonly held: number;
  readonly lastDoneMs: number | null;
  /** Whether the phone is silent, as far as the database knows: positions may be newer. */
  readonly isOutOfContact: boolean;
}

/** The routes of own couriers, provided by `src/fleet`. */
export interface CourierRoutes {
  onRoute(nowMs: number): Promise<readonly CourierUnderWay[]>;
  ahead(
    courierId: string,
    nowMs: number,
  ): Promise<{
    readonly last: { readonly shipmentId: string; readonly doneMs: number } | null;
    readonly stops: readonly {
      readonly shipmentIds: readonly string[];
      readonly opensMs: number | null;
    }[];
  }>;
  finishedLegs(
    sinceMs: number,
    limit: number,
  ): Promise<
    readonly {
      readonly courierId: string;
      readonly fromShipmentId: string;
      readonly shipmentId: string;
      readonly leftMs: number;
      readonly doneMs: number;
      readonly parcels: number;
    }[]
  >;
}

/** Where a courier was at a moment. */
export interface CourierFix {
  readonly courierId: string;
  readonly lat: number;
  readonly lng: number;
  readonly atMs: number;
}

/** Returns the newest plausible positions of these couriers, as far as they are known. */
export type CourierPlaces = (courierIds: readonly string[]) => Promise<readonly CourierFix[]>;
