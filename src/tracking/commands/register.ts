import { NO_ATTRIBUTES, type ShipmentAttributes } from '../../events/shipment-attributes.ts';
import { adoptableInboundMessages } from '../../intake/index.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { type Announced, withShards } from '../../platform/event-log/event-log.ts';
import { loadHistories } from '../facts/history.sql.ts';
import { EMPTY_HISTORY, foldInput, type History } from '../facts/history.ts';
import { fold } from '../fold/fold.ts';
import { decideRegistration, endOfInstance, newest } from '../instances/instances.ts';
import { destinationOf, NO_PERSONAL, type Personal, sealPersonal } from '../personal.ts';
import { withPin } from '../proofs/pin.ts';
import { attributeChange } from '../record/changes.ts';
import type { NumberUpdate } from '../record/plan-update.ts';
import { record } from '../record/record.ts';
import { shardOf } from '../record/shard-batches.ts';
import { INITIAL_STATE, nameOf, type Shipment } from '../shipment.ts';
import { endInstance, shipmentsByNumber, updateAttributes } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import { adopt, type KnownInstance } from './adopt.ts';
import { holderOf, orderOfOther } from './other-customer.ts';

/** A registration request; the number is already in the carrier's own spelling. */
export interface NewShipment extends Partial<ShipmentAttributes> {
  readonly carrier: string;
  readonly trackingNumber: string;
  /** People and places; absent if nothing is known about them. */
  readonly personal?: Personal;
  /** A new instance begins if the last one has ended, also without another order. */
  readonly isReused?: boolean;
  /** Another customer's order may be in the same parcel: somebody said so. */
  readonly isSameParcel?: boolean;
  /** Set when another service tracked the parcel before; its history is recorded afterwards. */
  readonly movedIn?: {
    /** When it was registered there (epoch ms), which counts here too. */
    readonly registeredAtMs: number;
    /** The earliest time (epoch ms) in its history. */
    readonly oldestMs: number;
  };
  /** Set when a report about another shipment named the number. */
  readonly linkedFrom?: { readonly shipmentId: string; readonly depth: number };
  /** The stored form of `personal`; if absent, it is computed before the shards are locked. */
  readonly sealed?: SealedForNew;
}

/** The stored form of people and places of a new shipment. */
interface SealedForNew extends ReturnType<typeof destinationOf> {
  readonly personal: Shipment['sealedPersonal'];
}

/**
 * Adds the stored form of people and places. Callers with many shipments do this before taking any
 * lock.
 */
export function withSealed(
  deps: Pick<TrackingDeps, 'sealer' | 'people' | 'randomBytes'>,
  tenant: Tenant,
  wanted: NewShipment,
): NewShipment & { readonly sealed: SealedForNew } {
  const { personal: ownPersonal = NO_PERSONAL, sealed, requireProof = [] } = wanted;
  if (sealed !== undefined) return { ...wanted, sealed };
  const personal = withPin(ownPersonal, requireProof, deps.randomBytes);
  return {
    ...wanted,
    sealed: {
      personal: sealPersonal(personal, tenant, deps),
      ...destinationOf(personal),
    },
  };
}

/** The result of registering one number. */
export interface Registered {
  /** False if the number was already registered. */
  readonly created: boolean;
  readonly shipment: Shipment;
  /** An order of another customer that has the number, so that this one was not added; else null. */
  readonly usedBy: string | null;
}

/**
 * Registers a number. If it is already registered, that shipment is returned (`created: false`) and
 * gains the new orders, unless one is another customer's (`usedBy`), or its last instance has ended and the order is a different one: then a
 * new instance begins. Reports that arrived before anybody registered the number are adopted at
 * once, as are those that the preceding instance received for the new one.
 */
export async function registerShipment(
  deps: TrackingDeps,
  tenant: Tenant,
  wanted: NewShipment,
): Promise<Registered> {
  const [registered] = await registerShipments(deps, tenant, [wanted]);
  if (registered === undefined) throw new Error('a registration had no outcome');
  return registered;
}

/**
 * Registers several numbers in one transaction, each as if it came alone after those before it.
 * @param shipments at least one.
 * @param more.alongside writes in the same transaction, in the pipeline's role, so that everything
 * is stored or nothing.
 * @param more.announced how soon consumers of the log are woken.
 * @returns the result of each, in the given order.
 */
export function registerShipments(
  deps: TrackingDeps,
  tenant: Tenant,
  shipments: readonly NewShipment[],
  more: {
    readonly alongside?: (tx: Queryable, registered: readonly Registered[]) => Promise<void>;
    readonly announced?: Announced;
  } = {},
): Promise<readonly Registered[]> {
  const wanted = shipments.map((each) => withSealed(deps, tenant, each));
  const shards = wanted.map(({ carrier, trackingNumber }) => shardOf(carrier, trackingNumber));
  const work = async (tx: Queryable) => {
    const registered: Registered[] = [];
    for (const indexes of groupWithoutRepeats(wanted)) {
      const distinct = indexes.flatMap((index) => wanted[index] ?? []);
      const outcomes = await registerDistinct(tx, deps, tenant, distinct);
      for (const [nth, outcome] of outcomes.entries()) registered[indexes[nth] ?? 0] = outcome;
    }
    await more.alongside?.(tx, registered);
    return registered;
  };
  return withShards(deps.db.pipeline, shards, work, more.announced);
}

/**
 * Groups the indexes of the list so that no group has a number twice: a repeated number must find
 * the first one already registered.
 */
function groupWithoutRepeats(wanted: readonly NewShipment[]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  const occurrences = new Map<string, number>();
  for (const [index, each] of wanted.entries()) {
    const earlier = occurrences.get(nameOf(each)) ?? 0;
    occurrences.set(nameOf(each), earlier + 1);
    const group = groups[earlier];
    if (group === undefined) groups[earlier] = [index];
    else group.push(index);
  }
  return groups;
}

type SealedNew = ReturnType<typeof withSealed>;

/** A registration that was planned and is not yet recorded. */
interface Plan {
  readonly wanted: SealedNew;
  /** All shipments of the number, of any merchant. */
  readonly ofNumber: readonly Shipment[];
  readonly instances: readonly KnownInstance[];
  readonly shipment: Shipment;
  readonly isNew: boolean;
  readonly usedBy: string | null;
}

/** Registers numbers, none of which may occur twice. */
async function registerDistinct(
  tx: Queryable,
  deps: TrackingDeps,
  tenant: Tenant,
  wanted: readonly SealedNew[],
): Promise<readonly Registered[]> {
  const plans = await planRegistrations(tx, deps, tenant, wanted);
  for (const { isNew, instances, shipment } of plans) {
    if (isNew) await endInstancesBefore(tx, instances, shipment);
  }
  const fresh = plans.filter(({ isNew }) => isNew);
  const parked = await adoptableInboundMessages(
    tx,
    fresh.map((each) => each.wanted),
    { ...tenant, nowMs: deps.clock.nowMs() },
  );
  const updates: NumberUpdate[] = [];
  for (const each of plans) {
    const inboundMessageIds = parked(each.wanted);
    const update = each.isNew
      ? await planCreation(tx, deps, each, inboundMessageIds)
      : await addOrders(tx, deps, each);
    if (update !== null) updates.push(update);
  }
  const recorded = updates.length === 0 ? [] : await record(tx, deps.context(), updates);
  const now = new Map(recorded.map(({ shipment }) => [shipment.id, shipment]));
  return plans.map(({ isNew, usedBy, shipment }) => ({
    created: isNew,
    usedBy,
    shipment: now.get(shipment.id) ?? shipment,
  }));
}

/** Decides for each registration whether it creates a shipment or belongs to an existing one. */
async function planRegistrations(
  tx: Queryable,
  deps: TrackingDeps,
  tenant: Tenant,
  wanted: readonly SealedNew[],
): Promise<readonly Plan[]> {
  const found = await shipmentsByNumber(tx, wanted);
  const isOwn = (each: Shipment) =>
    each.merchantId === tenant.merchantId && each.mode === tenant.mode;
  const ownIds = found.filter(isOwn).map(({ id }) => id);
  const histories = ownIds.length === 0 ? new Map() : await loadHistories(tx, ownIds);
  const byNumber = new Map<string, Shipment[]>();
  for (const each of found) {
    byNumber.set(nameOf(each), [...(byNumber.get(nameOf(each)) ?? []), each]);
  }
  const clockMs = deps.clock.nowMs();
  return wanted.map((each) => {
    const nowMs = Math.min(each.movedIn?.registeredAtMs ?? clockMs, clockMs);
    const ofNumber = byNumber.get(nameOf(each)) ?? [];
    const instances = knownInstances(deps, ofNumber.filter(isOwn), histories);
    // The number has been given to another parcel since the other service registered this one.
    const newer = each.movedIn
      ? newest(instances.filter(({ shipment }) => shipment.createdAtMs > nowMs))
      : null;
    const decision = newer
      ? ({ kind: 'existing', shipmentId: newer.shipmentId } as const)
      : decideRegistration(instances, {
          orderIds: each.orderIds ?? [],
          isReused: each.isReused ?? false,
          nowMs,
          // Sandbox carriers answer with parcels from years ago, and test shipments are meant for them.
          lookbackMs: tenant.mode === 'test' ? nowMs : deps.lookbackMs,
        });
    const base = { wanted: newer ? { ...each, orderIds: [] } : each, ofNumber, instances };
    if (decision.kind !== 'existing') {
      // The first instance takes over the whole history; a later one begins after the one before it.
      const oldestMs = instances.length === 0 ? each.movedIn?.oldestMs : undefined;
      const fromMs = Math.min(decision.factsFromMs, oldestMs ?? decision.factsFromMs);
      const shipment = newShipment(deps, tenant, each, fromMs, nowMs);
      return { ...base, shipment, isNew: true, usedBy: null };
    }
    const shipment = ofNumber.find(({ id }) => id === decision.shipmentId);
    if (shipment === undefined)
      throw new Error('a registration named a tracking instance that does not exist');
    const usedBy = orderOfOther(holderOf(shipment, deps.sealer), each);
    const own = usedBy === null ? base.wanted : { ...base.wanted, orderIds: [] };
    return { ...base, wanted: own, shipment, isNew: false, usedBy };
  });
}

/** Returns the update that creates a shipment, with the earlier reports that it adopts. */
async function planCreation(
  tx: Queryable,
  deps: TrackingDeps,
  { wanted, ofNumber, instances, shipment }: Plan,
  parked: readonly string[],
): Promise<NumberUpdate> {
  return {
    carrier: wanted.carrier,
    trackingNumber: wanted.trackingNumber,
    shipments: [...ofNumber, shipment],
    kind: 'registered',
    shipmentId: shipment.id,
    reports: await adopt(tx, deps, shipment, instances, parked),
  };
}

/**
 * Adds a registration's orders to the shipment that exists already, because a parcel may contain
 * several; none is ever removed. Returns the update to record; null if there is nothing to add.
 */
async function addOrders(
  tx: Queryable,
  deps: TrackingDeps,
  { wanted: { orderIds = [] }, ofNumber, shipment }: Plan,
): Promise<NumberUpdate | null> {
  const changed: Shipment = {
    ...shipment,
    orderIds: [...new Set([...shipment.orderIds, ...orderIds])],
    updatedAtMs: deps.clock.nowMs(),
  };
  const change = attributeChange(shipment, changed, false);
  if (change === null) return null;
  await updateAttributes(tx, changed);
  return {
    carrier: shipment.carrier,
    trackingNumber: shipment.trackingNumber,
    kind: 'changed',
    shipments: ofNumber.map((each) => (each.id === shipment.id ? changed : each)),
    changes: new Map([[shipment.id, [change]]]),
  };
}

/** Folds the tenant's own shipments of a number, to decide which of them a registration means. */
function knownInstances(
  { context }: TrackingDeps,
  own: readonly Shipment[],
  histories: ReadonlyMap<string, History>,
): KnownInstance[] {
  if (own.length === 0) return [];
  const { policyOf } = context();
  return own.map((shipment) => {
    const history = histories.get(shipment.id) ?? EMPTY_HISTORY;
    const folded = fold(foldInput(history, policyOf(shipment.carrier), shipment.createdAtMs));
    return {
      shipment,
      history,
      folded,
      shipmentId: shipment.id,
      carrierPieceId: shipment.carrierPieceId,
      factsFromMs: shipment.factsFromMs,
      orderIds: shipment.orderIds,
      endedAtMs: endOfInstance(folded),
    };
  });
}

/** Ends the instances that are still open where the facts of `next` begin. */
async function endInstancesBefore(
  tx: Queryable,
  instances: readonly KnownInstance[],
  next: Shipment,
): Promise<void> {
  for (const { shipment } of instances) {
    if (shipment.factsUntilMs === null) await endInstance(tx, shipment.id, next.factsFromMs);
  }
}

/** Creates a shipment in its initial state, which has no facts yet. */
function newShipment(
  deps: TrackingDeps,
  tenant: Tenant,
  wanted: SealedNew,
  factsFromMs: number,
  nowMs: number,
): Shipment {
  const { personal: _personal, isReused: _isReused, movedIn: _movedIn, ...known } = wanted;
  const { sealed, linkedFrom, isSameParcel: _isSameParcel, ...attributes } = known;
  return {
    ...NO_ATTRIBUTES,
    ...attributes,
    ...tenant,
    id: uuidV7(nowMs, deps.randomBytes(10)),
    shard: shardOf(wanted.carrier, wanted.trackingNumber),
    carrierPieceId: null,
    factsFromMs,
    factsUntilMs: null,
    destinationZone: sealed.destinationZone,
    destinationCountry: sealed.destinationCountry,
    predicted: null,
    linkedFrom: linkedFrom?.shipmentId ?? null,
    linkDepth: linkedFrom?.depth ?? 0,
    sealedPersonal: sealed.personal,
    state: INITIAL_STATE,
    sequence: 0,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    deletedAtMs: null,
  };
}
