import type { LatLng } from '../../../kernel/places/distance.ts';
import { isTerminal } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { type Transaction, together } from '../../../platform/database/database.ts';
import { announceUpdates, type ShipmentUpdate } from '../../../tracking/ports/predictions.ts';
import { iso, openPersonal, type Shipment } from '../../../tracking/ports/shipments.ts';
import { assignParcels, ownerOf, type ParcelFor, releaseParcel } from '../../couriers/index.ts';
import { type OfferTerms, parcelsOf, timesOf } from '../../dispatch/index.ts';
import { type DeliveryDetails, openDetails } from '../addresses.ts';
import type { DeliveriesDeps } from '../deps.ts';
import {
  type AssignedHow,
  type DeliveryRow,
  lockDelivery,
  markAssigned,
  markEnded,
  markOpen,
} from '../store/deliveries.sql.ts';
import { forgetWithdrawn, insertStep, withdrawOffers, writeAnswer } from '../store/offers.sql.ts';
import { wasPickedUp } from '../views.ts';

export type AssignDeliveryOutcome =
  | { readonly kind: 'assigned'; readonly atMs: number; readonly isRepeated: boolean }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'no_such_courier' }
  | { readonly kind: 'already_assigned' }
  /** The delivery no longer needs a courier. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'off_shift' }
  | { readonly kind: 'full'; readonly has: number; readonly capacity: number };

export interface AssignTo {
  readonly courierId: string;
  readonly how: AssignedHow;
  /** Why this courier was chosen, if the hub chose. */
  readonly terms?: OfferTerms | Readonly<Record<string, unknown>>;
}

/**
 * The outcome of assigning a delivery to this courier, if its row and shipment already decide it:
 * it was assigned before, to this or another courier, or it has ended. Null: it can be assigned.
 */
export function earlierOutcome(
  row: DeliveryRow,
  { state }: Shipment,
  { courierId, how }: AssignTo,
): AssignDeliveryOutcome | null {
  // An app that lost the answer may repeat the request hours later, even after the delivery is
  // over.
  const mayRepeat = row.state === 'assigned' || (row.state === 'ended' && how === 'accepted');
  if (row.courierId === courierId && row.assignedAtMs !== null && mayRepeat) {
    return { kind: 'assigned', atMs: row.assignedAtMs, isRepeated: true };
  }
  if (row.state === 'assigned') return { kind: 'already_assigned' };
  if (row.state === 'ended' || isTerminal(state.status)) return { kind: 'ended' };
  return null;
}

interface Assigning {
  readonly row: DeliveryRow;
  readonly shipment: Shipment;
  readonly to: AssignTo;
  readonly place: LatLng | null;
}

/**
 * Puts the parcel on the courier's route and records the assignment, unless something hinders it.
 */
async function assignOne(
  deps: DeliveriesDeps,
  tx: Transaction,
  tenant: Tenant,
  assigning: Assigning,
): Promise<AssignDeliveryOutcome> {
  const { row, to } = assigning;
  const { courierId, how } = to;
  const given = await putOnRoute(deps, tx, tenant, assigning);
  if (given.kind !== 'given') return given;
  const { atMs, times } = given;
  const answer = { shipmentId: row.shipmentId, courierId, state: 'accepted' as const, atMs };
  // Pipelined: sent together, run one after the other.
  await together([
    markAssigned(tx, row.shipmentId, { courierId, how, atMs, ...times }),
    withdrawOffers(tx, row.shipmentId, atMs),
    writeAnswer(tx, tenant, answer),
    insertStep(tx, tenant, {
      shipmentId: row.shipmentId,
      atMs,
      what: how,
      courierId,
      detail: { ...to.terms, waited_s: Math.round((atMs - row.openedAtMs) / 1000) },
    }),
  ]);
  return { kind: 'assigned', atMs, isRepeated: false };
}

interface Given {
  readonly kind: 'given';
  readonly atMs: number;
  readonly times: { readonly pickupAtMs: number | null; readonly arrivalAtMs: number | null };
}

async function putOnRoute(
  deps: DeliveriesDeps,
  tx: Transaction,
  tenant: Tenant,
  { row, shipment, to, place }: Assigning,
): Promise<Given | Exclude<AssignDeliveryOutcome, { kind: 'assigned' }>> {
  const details = openDetails(deps.keyring, row);
  const wanted = parcelFor(deps, { row, shipment, to, details });
  const [put = { kind: 'taken' as const }] = await assignParcels(deps, tx, tenant, [wanted]);
  if (put.kind === 'taken') return { kind: 'already_assigned' };
  if (put.kind !== 'done') return put;
  const atMs = deps.clock.nowMs();
  return { kind: 'given', atMs, times: timesFor(row, details, place, atMs) };
}

/** The parcel to put on the courier's route. */
export function parcelFor(
  deps: DeliveriesDeps,
  of: Omit<Assigning, 'place'> & { readonly details: DeliveryDetails },
): ParcelFor {
  const { row, shipment, to, details } = of;
  return {
    courierId: to.courierId,
    parcel: parcelOf(deps, row, shipment, details),
    force: to.how === 'dispatcher',
    // Automatic assignment keeps to the default capacity, as offers do; a courier may accept more.
    parcelsOf: to.how === 'auto' ? parcelsOf : null,
  };
}

/**
 * Estimates pickup and arrival. It assumes a bicycle, because the courier's means of transport is
 * unknown here. Without a place both are null, and the earlier estimate stays.
 */
export function timesFor(
  row: DeliveryRow,
  { origin, destination }: DeliveryDetails,
  place: LatLng | null,
  leavesMs: number,
): { readonly pickupAtMs: number | null; readonly arrivalAtMs: number | null } {
  if (place === null) return { pickupAtMs: null, arrivalAtMs: null };
  const way = { origin, destination, readyMs: row.readyAtMs };
  const { pickupMs, arrivalMs } = timesOf(way, { from: place, leavesMs, by: 'bike' });
  return { pickupAtMs: pickupMs, arrivalAtMs: arrivalMs };
}

function parcelOf(
  { tracking }: DeliveriesDeps,
  row: DeliveryRow,
  shipment: Shipment,
  { notes }: DeliveryDetails,
) {
  const { destination } = openPersonal(shipment.sealedPersonal, tracking.sealer);
  const text = (name: string): string | null => {
    const value = destination?.[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const fromMs = row.deliveryFromMs;
  const toMs = row.deliveryToMs;
  return {
    shipmentId: shipment.id,
    trackingNumber: shipment.trackingNumber,
    address: {
      lines: ['company', 'line1', 'line2'].flatMap((name) => text(name) ?? []),
      postalCode: text('postal_code'),
      city: text('city'),
      country: text('country'),
    },
    window: toMs === null ? null : { fromMs: fromMs ?? row.readyAtMs, toMs },
    notes,
  };
}

export function assignedUpdate({ courierId, how }: AssignTo, atMs: number): ShipmentUpdate {
  const courier = { id: wireId('courier', courierId), at: iso(atMs), how };
  return { type: 'shipment.assigned', also: { courier } };
}

export type UnassignOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'not_assigned' }
  /** The courier already holds the parcel, so only a handover moves it. */
  | { readonly kind: 'held' };

/** Why a courier lost a delivery before the pickup. */
type UnassignWhy = 'given_back' | 'dispatcher' | 'off_shift' | 'revoked' | 'silent' | 'taken_off';

/**
 * Takes a delivery that is not picked up yet off its courier's route. It then looks for another
 * courier; one who gave it back gets no new offer.
 * @param unassign.from only from this courier; null: from any.
 */
export async function unassignDelivery(
  deps: DeliveriesDeps,
  tenant: Tenant,
  shipmentId: string,
  unassign: { readonly from: string | null; readonly why: UnassignWhy },
): Promise<UnassignOutcome> {
  let outcome: UnassignOutcome = { kind: 'not_found' };
  await announceUpdates(deps.tracking, tenant, shipmentId, async (tx, shipment) => {
    const row = await lockDelivery(tx, shipmentId);
    if (row === null) return null;
    const { from, why } = unassign;
    const courierId = row.courierId;
    if (row.state !== 'assigned' || courierId === null || (from !== null && courierId !== from)) {
      outcome = { kind: 'not_assigned' };
      return null;
    }
    const released = await releaseUnlessHeld(deps, tx, tenant, shipment, why);
    outcome = released ? { kind: 'done' } : { kind: 'held' };
    if (!released) return null;
    await reopenSearch(deps, tx, tenant, { shipmentId, courierId, why });
    return unassignedUpdate(courierId, why, deps.clock.nowMs());
  });
  return outcome;
}

/** Takes the parcel off its courier's route. Returns false if it was picked up, and so stays. */
async function releaseUnlessHeld(
  deps: DeliveriesDeps,
  tx: Transaction,
  tenant: Tenant,
  shipment: Shipment,
  why: UnassignWhy,
): Promise<boolean> {
  // After the pickup its courier holds it, whatever the parcel list says.
  if (await wasPickedUp(tx, shipment)) return false;
  const released = await releaseParcel(deps, tx, tenant, shipment.trackingNumber, {
    from: null,
    notifies: why !== 'given_back',
  });
  return released !== 'held';
}

/** Makes the delivery look for a courier again, and records why the last one lost it. */
async function reopenSearch(
  { clock }: DeliveriesDeps,
  tx: Transaction,
  tenant: Tenant,
  of: { readonly shipmentId: string; readonly courierId: string; readonly why: UnassignWhy },
): Promise<void> {
  const { shipmentId, courierId, why } = of;
  const atMs = clock.nowMs();
  await markOpen(tx, shipmentId, atMs);
  await forgetWithdrawn(tx, shipmentId);
  const state = why === 'given_back' ? 'declined' : 'withdrawn';
  await writeAnswer(tx, tenant, { shipmentId, courierId, state, atMs });
  await insertStep(tx, tenant, { shipmentId, atMs, what: why, courierId });
}

function unassignedUpdate(courierId: string, why: UnassignWhy, atMs: number): ShipmentUpdate {
  const courier = { id: wireId('courier', courierId), at: iso(atMs), why };
  return { type: 'shipment.unassigned', also: { courier } };
}

/**
 * Moves a delivery to another courier on a dispatcher's order, before the pickup. It need not be
 * assigned yet.
 */
export async function reassignDelivery(
  deps: DeliveriesDeps,
  tenant: Tenant,
  shipmentId: string,
  courierId: string,
): Promise<AssignDeliveryOutcome | { readonly kind: 'held' }> {
  await deps.recognition();
  const place = (await deps.placesOf(tenant, [courierId])).get(courierId) ?? null;
  let outcome: AssignDeliveryOutcome | { readonly kind: 'held' } = { kind: 'not_found' };
  const to: AssignTo = { courierId, how: 'dispatcher' };
  await announceUpdates(deps.tracking, tenant, shipmentId, async (tx, shipment) => {
    const row = await lockDelivery(tx, shipmentId);
    if (row === null) return null;
    const before = earlierOutcome(row, shipment, to);
    if (before?.kind === 'assigned' || before?.kind === 'ended') {
      outcome = before;
      return null;
    }
    const had = row.state === 'assigned' ? row.courierId : null;
    if (had !== null && !(await releaseUnlessHeld(deps, tx, tenant, shipment, 'dispatcher'))) {
      outcome = { kind: 'held' };
      return null;
    }
    const assigned = await assignOne(deps, tx, tenant, { row, shipment, to, place });
    if (assigned.kind !== 'assigned') throw new NotReassigned(assigned);
    outcome = assigned;
    const atMs = assigned.atMs;
    const given = assignedUpdate(to, atMs);
    return had === null ? [given] : [unassignedUpdate(had, 'dispatcher', atMs), given];
  }).catch((error: unknown) => {
    if (!(error instanceof NotReassigned)) throw error;
    outcome = error.outcome;
  });
  return outcome;
}

/** Thrown to roll back, so that the previous courier keeps the delivery. */
class NotReassigned extends Error {
  override readonly name = 'NotReassigned';
  readonly outcome: AssignDeliveryOutcome;
  constructor(outcome: AssignDeliveryOutcome) {
    super('the other courier cannot have it');
    this.outcome = outcome;
  }
}

/**
 * Ends the search of a delivery that no longer needs a courier, and withdraws all its offers.
 * Returns false if it had ended.
 */
export async function endDelivery(
  { clock }: Pick<DeliveriesDeps, 'clock'>,
  tx: Transaction,
  tenant: Tenant,
  shipmentId: string,
): Promise<boolean> {
  const atMs = clock.nowMs();
  if (!(await markEnded(tx, shipmentId, atMs))) return false;
  await withdrawOffers(tx, shipmentId, atMs);
  await insertStep(tx, tenant, { shipmentId, atMs, what: 'ended' });
  return true;
}

/**
 * Makes the courier who has the parcel on the route the delivery's courier, however that came
 * about. Returns whether that changed anything.
 */
export async function adoptOwner(
  deps: DeliveriesDeps,
  tenant: Tenant,
  shipmentId: string,
): Promise<boolean> {
  let adopted = false;
  await announceUpdates(deps.tracking, tenant, shipmentId, async (tx, shipment) => {
    const row = await lockDelivery(tx, shipmentId);
    if (row === null || row.state === 'ended') return null;
    const owner = await ownerOf(tx, tenant, shipment.trackingNumber);
    if (owner === null || owner.courierId === row.courierId) return null;
    const atMs = deps.clock.nowMs();
    const how = owner.isHeld ? 'scanned' : 'dispatcher';
    const { courierId } = owner;
    const times = { pickupAtMs: null, arrivalAtMs: null };
    adopted = await markAssigned(tx, shipmentId, { courierId, how, atMs, ...times });
    await withdrawOffers(tx, shipmentId, atMs);
    await insertStep(tx, tenant, { shipmentId, atMs, what: how, courierId });
    return assignedUpdate({ courierId, how }, atMs);
  });
  return adopted;
}
