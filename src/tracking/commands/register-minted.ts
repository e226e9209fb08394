import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { Shipment } from '../shipment.ts';
import { shipmentsByNumber } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import { type NewShipment, nameOf, registerShipments } from './register.ts';

/** Numbers are drawn from 10^12, so a second draw is needed about once in as many parcels. */
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
 * The same for several parcels, all in one transaction; results in the order given. The caller may
 * retry after a failure: nothing was registered.
 * @param alongside written in the same transaction, in the pipeline's role: both are stored, or
 * neither. Gets each shipment with the index of its draw.
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
        alongside: async (tx, them) => {
          if (!them.every(({ created }) => created)) throw new NumberInUse();
          await alongside?.(tx, new Map(them.map(({ shipment }, nr) => [nr, shipment])));
        },
      });
      return registered.map(({ shipment }) => shipment);
    } catch (error) {
      if (!(error instanceof NumberInUse)) throw error;
    }
  }
  throw new Error(NOT_RANDOM);
}

/** Somebody registered a number after it was checked. */
class NumberInUse extends Error {
  override readonly name = 'NumberTaken';
}

const NOT_RANDOM = `${TRIES_MAX} numbers in a row were taken: they are not drawn at random`;

/**
 * One parcel per draw, drawn again while its number is in use or equals an earlier one of the list.
 */
async function drawFree(
  deps: TrackingDeps,
  draws: readonly DrawParcel[],
): Promise<readonly NewShipment[]> {
  const free = new Map<number, NewShipment>();
  const names = new Set<string>();
  for (let tries = 0; tries < TRIES_MAX && free.size < draws.length; tries += 1) {
    const wanted = draws.flatMap((draw, nr) => (free.has(nr) ? [] : [{ nr, is: draw() }]));
    const others = await shipmentsByNumber(
      deps.db.pipeline,
      wanted.map(({ is }) => is),
    );
    const used = new Set(others.map(nameOf));
    for (const { nr, is } of wanted) {
      const name = nameOf(is);
      if (used.has(name) || names.has(name)) continue;
      names.add(name);
      free.set(nr, is);
    }
  }
  if (free.size < draws.length) throw new Error(NOT_RANDOM);
  return draws.flatMap((_, nr) => free.get(nr) ?? []);
}
