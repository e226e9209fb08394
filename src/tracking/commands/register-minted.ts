import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { Shipment } from '../shipment.ts';
import { nameOf } from '../shipment.ts';
import { shipmentsByNumber } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import { type NewShipment, registerShipments } from './register.ts';

/**
 * Attempts to draw a free number. There are 10^12 numbers, so with a million parcels one draw in a
 * million is repeated.
 */
const TRIES_MAX = 5;

/** Draws a parcel with a random number, a new one with each call. */
export type DrawParcel = () => NewShipment;

/**
 * Registers a parcel under a number that no shipment of the installation has, whichever merchant
 * owns it.
 */
export async function registerMinted(
  deps: TrackingDeps,
  tenant: Tenant,
  draw: DrawParcel,
): Promise<Shipment> {
  const [made] = await registerAllMinted(deps, tenant, [draw]);
  if (made === undefined) throw new Error('a registration had no outcome');
  return made;
}

/**
 * Registers several such parcels in one transaction; the results have the given order. The caller
 * may retry after a failure, because nothing was registered.
 * @param alongside writes in the same transaction, in the pipeline's role, so that both are stored
 * or neither is. It gets each shipment by the index of its draw.
 */
export async function registerAllMinted(
  deps: TrackingDeps,
  tenant: Tenant,
  draws: readonly DrawParcel[],
  alongside?: (tx: Queryable, made: ReadonlyMap<number, Shipment>) => Promise<void>,
): Promise<readonly Shipment[]> {
  if (draws.length === 0) return [];
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const parcels = await drawFree(deps, draws);
    try {
      const registered = await registerShipments(deps, tenant, parcels, {
        alongside: async (tx, all) => {
          if (!all.every(({ created }) => created)) throw new NumberInUse();
          await alongside?.(tx, new Map(all.map(({ shipment }, index) => [index, shipment])));
        },
      });
      return registered.map(({ shipment }) => shipment);
    } catch (error) {
      if (!(error instanceof NumberInUse)) throw error;
    }
  }
  throw new Error(NOT_RANDOM);
}

/** Thrown when somebody registered a number after it was checked. */
class NumberInUse extends Error {
  override readonly name = 'NumberInUse';
}

const NOT_RANDOM = `${TRIES_MAX} numbers in a row were taken: they are not drawn at random`;

/**
 * Calls each function until it returns a parcel whose number is neither in use nor drawn by another
 * one. Returns one parcel per function, in order; throws after `TRIES_MAX` tries.
 */
async function drawFree(
  deps: TrackingDeps,
  draws: readonly DrawParcel[],
): Promise<readonly NewShipment[]> {
  const free = new Map<number, NewShipment>();
  const names = new Set<string>();
  for (let tries = 0; tries < TRIES_MAX && free.size < draws.length; tries += 1) {
    const wanted = draws.flatMap((draw, index) =>
      free.has(index) ? [] : [{ index, parcel: draw() }],
    );
    const others = await shipmentsByNumber(
      deps.db.pipeline,
      wanted.map(({ parcel }) => parcel),
    );
    const used = new Set(others.map(nameOf));
    for (const { index, parcel } of wanted) {
      const name = nameOf(parcel);
      if (used.has(name) || names.has(name)) continue;
      names.add(name);
      free.set(index, parcel);
    }
  }
  if (free.size < draws.length) throw new Error(NOT_RANDOM);
  return draws.flatMap((_, index) => free.get(index) ?? []);
}
