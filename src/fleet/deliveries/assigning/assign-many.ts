import type { LatLng } from '../../../kernel/places/distance.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { type Transaction, together } from '../../../platform/database/database.ts';
import { blameOf } from '../../../platform/database/database-errors.ts';
import {
  announceUpdatesForMany,
  type ShipmentUpdate,
} from '../../../tracking/ports/predictions.ts';
import type { Shipment } from '../../../tracking/ports/shipments.ts';
import { assignParcels } from '../../couriers/index.ts';
import { type DeliveryDetails, openDetails } from '../addresses.ts';
import { togetherByTenant } from '../couriers-at-work.ts';
import type { DeliveriesDeps } from '../deps.ts';
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
  earlierOutcome,
  parcelFor,
  timesFor,
} from './assign.ts';

interface ToAssign {
  readonly shipmentId: string;
  readonly to: AssignTo;
}

/**
 * Maximum of requests in one batch. Of three couriers who accept an offer, two come too late, and
 * those cost next to nothing.
 */
const GENERATIONS_MAX = 96;
/**
 * Maximum of deliveries assigned in one transaction, so that a request for one of them waits no
 * longer than for a few.
 */
const GIVEN_TOGETHER_MAX = 24;

/**
 * Assigns an open delivery to a courier: the first request wins, and a repeated request gets the
 * same answer. The row, the route, the withdrawn offers and the log entry are written in one
 * transaction, together with the tenant's other assignments at that time.
 */
export function assignDelivery(
  deps: DeliveriesDeps,
  tenant: Tenant,
  shipmentId: string,
  to: AssignTo,
): Promise<AssignDeliveryOutcome> {
  return assignTogether(deps, tenant, { shipmentId, to });
}

/**
 * Handles a batch of requests for assignment. Each is answered as soon as its outcome is known,
 * even if another part of the batch fails.
 */
const assignTogether = togetherByTenant<ToAssign, AssignDeliveryOutcome>(
  async (deps, tenant, wanted, answer) => {
    const rows = new Map<string, DeliveryRow>();
    const ids = [...new Set(wanted.map(({ shipmentId }) => shipmentId))];
    for (const row of await deliveriesByIds(deps.db.pipeline, ids)) rows.set(row.shipmentId, row);
    const outcomes = wanted.map((): AssignDeliveryOutcome | null => null);
    const settle = (place: number, outcome: AssignDeliveryOutcome) => {
      outcomes[place] = outcome;
      answer(place, outcome);
    };
    for (const [place, { shipmentId, to }] of wanted.entries()) {
      if (isAnothers(rows.get(shipmentId), tenant, to)) settle(place, ALREADY_ASSIGNED);
    }
    for (;;) {
      const firsts = firstOfEach(wanted, outcomes);
      if (firsts.length === 0) return outcomes.map((outcome) => outcome ?? NOT_FOUND);
      let failed: { readonly error: unknown } | null = null;
      for (let from = 0; from < firsts.length; from += GIVEN_TOGETHER_MAX) {
        const places = firsts.slice(from, from + GIVEN_TOGETHER_MAX);
        const some = places.flatMap((place) => wanted[place] ?? []);
        try {
          const done = await assignDeliveries(deps, tenant, some);
          for (const [index, place] of places.entries()) settle(place, done[index] ?? NOT_FOUND);
        } catch (error) {
          const blame = blameOf(error);
          // An entry's own error is reported apart from the others', unless nothing works at all.
          if (failed === null || blame === 'unavailable') failed = { error };
          // Retrying the rest would fail, too.
          if (blame === 'unavailable' || blame === 'machine') break;
        }
      }
      for (const place of answersBehind(wanted, outcomes, firsts)) settle(...place);
      // Entries without an answer are retried one by one; a repeated request gets the same answer.
      if (failed !== null) throw failed.error;
    }
  },
  GENERATIONS_MAX,
);

/**
 * Whether another courier already has the delivery. Most requests come too late for this reason,
 * and need not wait for a lock.
 */
function isAnothers(
  row: DeliveryRow | undefined,
  { merchantId, mode }: Tenant,
  { courierId }: AssignTo,
): boolean {
  if (row?.merchantId !== merchantId || row.mode !== mode) return false;
  return row.state === 'assigned' && row.courierId !== courierId;
}

/** The first unanswered request for each delivery, by index. */
function firstOfEach(
  wanted: readonly ToAssign[],
  outcomes: readonly (AssignDeliveryOutcome | null)[],
): number[] {
  const first = new Map<string, number>();
  for (const [place, { shipmentId }] of wanted.entries()) {
    if (outcomes[place] === null && !first.has(shipmentId)) first.set(shipmentId, place);
  }
  return [...first.values()];
}

/**
 * Answers the requests behind the first one for each delivery. If the first has won, the others
 * need no query; if it failed, the next one becomes the first. An assignment from before this batch
 * says nothing about the others, because it may be over by now. A repeat by the winner gets the
 * same answer.
 */
function* answersBehind(
  wanted: readonly ToAssign[],
  outcomes: readonly (AssignDeliveryOutcome | null)[],
  firsts: readonly number[],
): Generator<[place: number, AssignDeliveryOutcome]> {
  const assignedTo = new Map<
    string,
    { readonly first: AssignTo; readonly atMs: number; readonly isOld: boolean }
  >();
  for (const place of firsts) {
    const [each, outcome] = [wanted[place], outcomes[place]];
    if (each === undefined || outcome?.kind !== 'assigned') continue;
    const { atMs, isRepeated } = outcome;
    assignedTo.set(each.shipmentId, { first: each.to, atMs, isOld: isRepeated });
  }
  for (const [place, { shipmentId, to }] of wanted.entries()) {
    const given = assignedTo.get(shipmentId);
    if (outcomes[place] !== null || given === undefined) continue;
    const { first, atMs, isOld } = given;
    const isTheirs = first.courierId === to.courierId;
    if (isOld && !(isTheirs && first.how === to.how)) continue;
    yield [place, isTheirs ? { kind: 'assigned', atMs, isRepeated: true } : ALREADY_ASSIGNED];
  }
}

const ALREADY_ASSIGNED: AssignDeliveryOutcome = { kind: 'already_assigned' };
const NOT_FOUND: AssignDeliveryOutcome = { kind: 'not_found' };

/**
 * Assigns open deliveries to couriers in one transaction, each at most once; returns the outcome
 * of each, in order. Deliveries taken meanwhile, or that a courier cannot have, do not change.
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
  await announceUpdatesForMany(deps.tracking, tenant, ids, async (tx, shipments) => {
    const judged = await separateOpen(deps, tx, wanted, shipments);
    outcomes = judged.outcomes;
    const parcels = judged.open.map((each) => parcelFor(deps, each));
    const put = await assignParcels(deps, tx, tenant, parcels);
    const atMs = deps.clock.nowMs();
    const given = judged.open.filter(({ index }, place) => {
      const result = put[place] ?? { kind: 'taken' as const };
      if (result.kind === 'done') outcomes[index] = { kind: 'assigned', atMs, isRepeated: false };
      else outcomes[index] = result.kind === 'taken' ? { kind: 'already_assigned' } : result;
      return result.kind === 'done';
    });
    if (given.length > 0) await writeAssignments(tx, tenant, given, { places, atMs });
    return new Map(
      given.map(({ row, to }): [string, ShipmentUpdate] => [
        row.shipmentId,
        assignedUpdate(to, atMs),
      ]),
    );
  });
  return outcomes;
}

interface Open {
  /** Its index in the list. */
  readonly index: number;
  readonly row: DeliveryRow;
  readonly shipment: Shipment;
  readonly to: AssignTo;
  readonly details: DeliveryDetails;
}

/**
 * Separates the deliveries that can be assigned from the others, with the obstacle of each. Rows
 * are locked until the transaction ends.
 */
async function separateOpen(
  { keyring }: Pick<DeliveriesDeps, 'keyring'>,
  tx: Transaction,
  wanted: readonly ToAssign[],
  shipments: ReadonlyMap<string, Shipment>,
): Promise<{ readonly open: readonly Open[]; readonly outcomes: AssignDeliveryOutcome[] }> {
  const ids = wanted.map(({ shipmentId }) => shipmentId);
  const auto = wanted.filter(({ to }) => to.how === 'auto').map(({ shipmentId }) => shipmentId);
  const locking = lockDeliveries(tx, ids);
  // Pipelined: sent together, run one after the other.
  const asking = auto.length === 0 ? Promise.resolve(NOBODY) : gaveUpBy(tx, auto);
  await together([locking, asking]);
  const rows = new Map((await locking).map((row) => [row.shipmentId, row]));
  const gaveUp = await asking;
  const open: Open[] = [];
  const outcomes = wanted.map(({ shipmentId, to }, index): AssignDeliveryOutcome => {
    const [row, shipment] = [rows.get(shipmentId), shipments.get(shipmentId)];
    if (row === undefined || shipment === undefined) return NOT_FOUND;
    const before = earlierOutcome(row, shipment, to);
    if (before !== null) return before;
    // The courier gave it up after the plan was made: the delivery keeps looking for another one.
    if (to.how === 'auto' && gaveUp.get(shipmentId)?.has(to.courierId)) return NOT_FOUND;
    open.push({ index, row, shipment, to, details: openDetails(keyring, row) });
    return NOT_FOUND;
  });
  return { open, outcomes };
}

const NOBODY: ReadonlyMap<string, ReadonlySet<string>> = new Map();

async function writeAssignments(
  tx: Transaction,
  tenant: Tenant,
  given: readonly Open[],
  { places, atMs }: { readonly places: ReadonlyMap<string, LatLng>; readonly atMs: number },
): Promise<void> {
  const assigned = given.map(({ row, to, details }) => ({
    shipmentId: row.shipmentId,
    courierId: to.courierId,
    how: to.how,
    atMs,
    ...timesFor(row, details, places.get(to.courierId) ?? null, atMs),
  }));
  const steps = given.map(({ row, to }) => ({
    shipmentId: row.shipmentId,
    atMs,
    what: to.how,
    courierId: to.courierId,
    detail: { ...to.terms, waited_s: Math.round((atMs - row.openedAtMs) / 1000) },
  }));
  // Pipelined: sent together, run one after the other.
  await together([
    markManyAssigned(tx, assigned),
    withdrawOffersOf(tx, assigned),
    writeAnswers(tx, tenant, 'accepted', assigned),
    insertSteps(tx, tenant, steps),
  ]);
}
