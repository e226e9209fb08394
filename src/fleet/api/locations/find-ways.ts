import type { Status } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { shipmentsByIds } from '../../../tracking/ports/shipments.ts';
import { type Bringer, bringersOf } from '../../couriers/index.ts';
import type { CourierPlace, Positions } from '../../positions/index.ts';

/** A parcel and its courier, wherever the courier is. */
export interface BroughtParcel {
  readonly shipmentId: string;
  readonly trackingNumber: string;
  readonly status: Status;
  readonly bringer: Bringer;
}

export interface WaysDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
  readonly places: Pick<Positions['places'], 'find'>;
  readonly clock: Clock;
}

/** The given shipments that a courier on shift has, or is to take. */
export async function findBrought(
  { db: { pipeline: db }, keyring, clock }: Omit<WaysDeps, 'places'>,
  shipmentIds: readonly string[],
): Promise<ReadonlyMap<string, BroughtParcel>> {
  const bringers = await bringersOf({ db, keyring }, shipmentIds, clock.nowMs());
  const shipments = await shipmentsByIds(db, [...bringers.keys()]);
  return new Map(
    shipments.flatMap(({ id, trackingNumber, state, merchantId, mode }) => {
      const bringer = bringers.get(id);
      // Only the parcel's own merchant's couriers bring it; nothing else is ever reported.
      if (bringer === undefined || !isOf(bringer.tenant, { merchantId, mode })) return [];
      return [[id, { shipmentId: id, trackingNumber, status: state.status, bringer }] as const];
    }),
  );
}

/** The places of these couriers, by courier. */
export async function placesOfBringers(
  places: WaysDeps['places'],
  bringers: readonly Bringer[],
): Promise<ReadonlyMap<string, CourierPlace>> {
  const byTenant = new Map<string, { tenant: Tenant; ids: Set<string> }>();
  for (const { courierId, tenant } of bringers) {
    const key = `${tenant.merchantId} ${tenant.mode}`;
    const known = byTenant.get(key) ?? { tenant, ids: new Set() };
    known.ids.add(courierId);
    byTenant.set(key, known);
  }
  const found = new Map<string, CourierPlace>();
  for (const { tenant, ids } of byTenant.values()) {
    for (const [id, place] of await places.find(tenant, [...ids])) found.set(id, place);
  }
  return found;
}

function isOf(one: Tenant, other: Tenant): boolean {
  return one.merchantId === other.merchantId && one.mode === other.mode;
}
