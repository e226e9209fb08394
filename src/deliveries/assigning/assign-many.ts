import { assignParcels } from '../../couriers/index.ts';
import type { LatLng } from '../../kernel/places/distance.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Transaction, together } from '../../platform/database/database.ts';
import { readTogether } from '../../platform/work/read-together.ts';
import { announceOfMany, type Shipment, type ShipmentUpdate } from '../../tracking/index.ts';
import { togetherByTenant } from '../by-tenant.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { type DeliveryDetails, openDetails } from '../details.ts';
import {
  type DeliveryRow,
  deliveriesByIds,
  lockDeliveries,
  markManyAssigned,
} from '../store/deliveries.sql.ts';
import { gaveUpBy, insertSteps, withdrawOffersOf, writeAnswers } from '../store/offers.sql.ts';
import {
  type AssignDeliveryOutcome,
  type AssignTo,
  assignedUpdate,
  parcelFor,
  refusalBefore,
  timesFor,
} from './assign.ts';

export interface ToAssign {
  readonly shipmentId: string;
  readonly to: AssignTo;
}

/**
 * Gives an open delivery to a courier: the first who comes gets it, and whoever has it already is told
 * the same again. Row, route, withdrawn offers and the log's entry are one transaction, with whatever else
 * of the tenant's is assigned at that time.
 */
export async function assignDelivery(
  deps: DeliveriesDeps,
  tenant: Tenant,
  shipmentId: string,
  to: AssignTo,
): Promise<AssignDeliveryOutcome> {
  // Most who come too late need wait for nobody: two of three were asked for what the third took.
  if (await isAnothers(deps, tenant, shipmentId, to.courierId)) return { kind: 'already_assigned' };
  return assignTogether(deps, tenant, { shipmentId, to });
}

/** Together with the others that are asked about at that time. */
const deliveryNow = readTogether<DeliveriesDeps['db']['pipeline'], string, DeliveryRow | null>(
  async (pool, ids) => {
    const rows = new Map((await deliveriesByIds(pool, ids)).map((row) => [row.shipment_id, row]));
    return ids.map((id) => rows.get(id) ?? null);
  },
);

async function isAnothers(
  { db }: Pick<DeliveriesDeps, 'db'>,
  { merchantId, mode }: Tenant,
  shipmentId: string,
  courierId: string,
): Promise<boolean> {
  const row = await deliveryNow(db.pipeline, shipmentId);
  if (row === null || row.merchant_id !== merchantId || row.mode !== mode) return false;
  return row.state === 'assigned' && row.courier_id !== courierId;
}

const assignTogether = togetherByTenant<ToAssign, AssignDeliveryOutcome>(
  async (deps, tenant, wanted) => {
    const outcomes: AssignDeliveryOutcome[] = [];
    // Who comes second finds what the first got. Should this fail half way, whoever repeats it is told the same.
    for (const places of withoutRepeats(wanted)) {
      const some = places.flatMap((place) => wanted[place] ?? []);
      const done = await assignDeliveries(deps, tenant, some);
      for (const [nr, place] of places.entries()) outcomes[place] = done[nr] ?? NOT_FOUND;
    }
    return outcomes;
  },
);

/** Places of the list in groups, none of which has a delivery twice. */
function withoutRepeats(wanted: readonly ToAssign[]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  const times = new Map<string, number>();
  for (const [place, { shipmentId }] of wanted.entries()) {
    const nr = times.get(shipmentId) ?? 0;
    times.set(shipmentId, nr + 1);
    const group = groups[nr];
    if (group === undefined) groups[nr] = [place];
    else group.push(place);
  }
  return groups;
}

const NOT_FOUND: AssignDeliveryOutcome = { kind: 'not_found' };

/**
 * Gives open deliveries to couriers in one transaction, none of them twice; answers what became of each, in
 * their order. What somebody else took meanwhile, or a courier cannot have, is left as it is.
 */
export async function assignDeliveries(
  deps: DeliveriesDeps,
  tenant: Tenant,
  wanted: readonly ToAssign[],
): Promise<readonly AssignDeliveryOutcome[]> {
  await deps.recognition();
  const places = await deps.placesOf(tenant, [...new Set(wanted.map(({ to }) => to.courierId))]);
  const ids = wanted.map(({ shipmentId }) => shipmentId);
  let outcomes: AssignDeliveryOutcome[] = wanted.map(() => NOT_FOUND);
  await announceOfMany(deps.tracking, tenant, ids, async (tx, shipments) => {
    const judged = await judge(deps, tx, wanted, shipments);
    outcomes = judged.outcomes;
    const parcels = judged.open.map((each) => parcelFor(deps, each));
    const put = await assignParcels(deps, tx, tenant, parcels);
    const atMs = deps.clock.nowMs();
    const given = judged.open.filter(({ nr }, place) => {
      const is = put[place] ?? { kind: 'taken' as const };
      if (is.kind === 'done') outcomes[nr] = { kind: 'assigned', atMs, isRepeated: false };
      else outcomes[nr] = is.kind === 'taken' ? { kind: 'already_assigned' } : is;
      return is.kind === 'done';
    });
    if (given.length > 0) await writeGiven(tx, tenant, given, { places, atMs });
    return new Map(
      given.map(({ row, to }): [string, ShipmentUpdate] => [
        row.shipment_id,
        assignedUpdate(to, atMs),
      ]),
    );
  });
  return outcomes;
}

interface Open {
  /** Its place in the list. */
  readonly nr: number;
  readonly row: DeliveryRow;
  readonly shipment: Shipment;
  readonly to: AssignTo;
  readonly details: DeliveryDetails;
}

/** Those that may be given, and what stands in the way of the others. Rows are held until the transaction ends. */
async function judge(
  { keyring }: Pick<DeliveriesDeps, 'keyring'>,
  tx: Transaction,
  wanted: readonly ToAssign[],
  shipments: ReadonlyMap<string, Shipment>,
): Promise<{ readonly open: readonly Open[]; readonly outcomes: AssignDeliveryOutcome[] }> {
  const ids = wanted.map(({ shipmentId }) => shipmentId);
  const auto = wanted.filter(({ to }) => to.how === 'auto').map(({ shipmentId }) => shipmentId);
  const locking = lockDeliveries(tx, ids);
  // One after the other, in one message.
  const asking = auto.length === 0 ? Promise.resolve(NOBODY) : gaveUpBy(tx, auto);
  await together([locking, asking]);
  const rows = new Map((await locking).map((row) => [row.shipment_id, row]));
  const gaveUp = await asking;
  const open: Open[] = [];
  const outcomes = wanted.map(({ shipmentId, to }, nr): AssignDeliveryOutcome => {
    const [row, shipment] = [rows.get(shipmentId), shipments.get(shipmentId)];
    if (row === undefined || shipment === undefined) return NOT_FOUND;
    const before = refusalBefore(row, shipment, to);
    if (before.kind !== 'not_found') return before;
    // Since it was planned; it goes on looking for a courier.
    if (to.how === 'auto' && gaveUp.get(shipmentId)?.has(to.courierId)) return NOT_FOUND;
    open.push({ nr, row, shipment, to, details: openDetails(keyring, row) });
    return NOT_FOUND;
  });
  return { open, outcomes };
}

const NOBODY: ReadonlyMap<string, ReadonlySet<string>> = new Map();

async function writeGiven(
  tx: Transaction,
  tenant: Tenant,
  given: readonly Open[],
  { places, atMs }: { readonly places: ReadonlyMap<string, LatLng>; readonly atMs: number },
): Promise<void> {
  const assigned = given.map(({ row, to, details }) => ({
    ...{ shipmentId: row.shipment_id, courierId: to.courierId, how: to.how, atMs },
    ...timesFor(row, details, places.get(to.courierId) ?? null, atMs),
  }));
  const steps = given.map(({ row, to }) => ({
    ...{ shipmentId: row.shipment_id, atMs, what: to.how, courierId: to.courierId },
    detail: { ...to.terms, waited_s: Math.round((atMs - row.opened_at.getTime()) / 1000) },
  }));
  // One after the other, in one message.
  await together([
    markManyAssigned(tx, assigned),
    withdrawOffersOf(tx, assigned),
    writeAnswers(tx, tenant, 'accepted', assigned),
    insertSteps(tx, tenant, steps),
  ]);
}
