import { adoptableReceipts, openReceipt, receiptsById } from '../../intake/index.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { withShard } from '../../platform/event-log/event-log.ts';
import { loadHistories } from '../facts/history.sql.ts';
import { EMPTY_HISTORY, foldInput } from '../facts/history.ts';
import { releaseHistory } from '../facts/history-release.sql.ts';
import { fold } from '../fold/fold.ts';
import type { FoldState } from '../fold/fold-input.ts';
import {
  decideRegistration,
  endOfInstance,
  newest,
  type RegisteredInstance,
} from '../instances/instances.ts';
import {
  type EndedInstance,
  planRelease,
  successorsFacts,
  successorsReceipts,
} from '../instances/release.ts';
import type { AddressedReport, Candidate } from '../instances/route.ts';
import { destinationZone, NO_PERSONAL, type Personal, sealPersonal } from '../personal.ts';
import { withPin } from '../proofs/pin.ts';
import { attributeChange } from '../record/changes.ts';
import { interpret } from '../record/interpret.ts';
import { record } from '../record/record.ts';
import { shardOf } from '../record/shards.ts';
import {
  INITIAL_STATE,
  NO_ATTRIBUTES,
  type Shipment,
  type ShipmentAttributes,
} from '../shipment.ts';
import {
  endInstance,
  insertShipment,
  shipmentsByNumber,
  updateAttributes,
} from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';

/** What a merchant asks us to follow; the number already in the carrier's own spelling. */
export interface NewShipment extends Partial<ShipmentAttributes> {
  readonly carrier: string;
  readonly trackingNumber: string;
  /** Absent: nothing is known of people and places. */
  readonly personal?: Personal;
  /** Set when a report about another shipment named the number. */
  readonly linkedFrom?: { readonly shipmentId: string; readonly depth: number };
}

/**
 * Registers a number. The same number again is the same shipment (`created: false`), which takes
 * on orders it did not have, unless its last instance has ended and the order is another one: then a
 * new instance begins. Reports that came before anybody had registered the number are adopted at
 * once, and so is what the instance before received of the new one.
 */
export async function registerShipment(
  deps: TrackingDeps,
  tenant: Tenant,
  wanted: NewShipment,
): Promise<{ created: boolean; shipment: Shipment }> {
  const shard = shardOf(wanted.carrier, wanted.trackingNumber);
  return withShard(deps.db.pipeline, shard, async (tx) => {
    const shipments = await shipmentsByNumber(tx, [wanted]);
    const own = shipments.filter(
      (each) => each.merchantId === tenant.merchantId && each.mode === tenant.mode,
    );
    const nowMs = deps.clock.nowMs();
    const instances = await knownInstances(tx, deps, own);
    const decision = decideRegistration(instances, {
      orderIds: wanted.orderIds ?? [],
      nowMs,
      // Carriers' sandboxes answer with parcels of years ago, and test shipments are for them.
      lookbackMs: tenant.mode === 'test' ? nowMs : deps.lookbackMs,
    });
    if (decision.kind === 'existing') {
      const shipment = own.find(({ id }) => id === decision.shipmentId);
      if (shipment === undefined)
        throw new Error('a registration named a tracking instance that does not exist');
      return { created: false, shipment: await addOrders(tx, deps, shipments, shipment, wanted) };
    }
    const shipment = newShipment(deps, tenant, wanted, shard, decision.factsFromMs, nowMs);
    await endInstancesBefore(tx, own, shipment);
    await insertShipment(tx, shipment);
    const recorded = await record(tx, deps.context(), [
      {
        carrier: wanted.carrier,
        trackingNumber: wanted.trackingNumber,
        shipments: [...shipments, shipment],
        reports: await adopt(tx, deps, tenant, shipment, instances),
        announce: new Map([[shipment.id, { type: 'shipment.created', previousAttributes: {} }]]),
      },
    ]);
    return { created: true, shipment: recorded.find(({ id }) => id === shipment.id) ?? shipment };
  });
}

/** A parcel may carry several orders: one that comes later is added, none is ever dropped. */
async function addOrders(
  tx: Queryable,
  deps: TrackingDeps,
  shipments: readonly Shipment[],
  shipment: Shipment,
  { orderIds = [] }: NewShipment,
): Promise<Shipment> {
  const changed: Shipment = {
    ...shipment,
    orderIds: [...new Set([...shipment.orderIds, ...orderIds])],
    updatedAtMs: deps.clock.nowMs(),
  };
  const change = attributeChange(shipment, changed, false);
  if (change === null) return shipment;
  await updateAttributes(tx, changed);
  const recorded = await record(tx, deps.context(), [
    {
      ...shipment,
      shipments: shipments.map((each) => (each.id === shipment.id ? changed : each)),
      reports: [],
      announce: new Map([[shipment.id, change]]),
    },
  ]);
  return recorded.find(({ id }) => id === shipment.id) ?? changed;
}

/** An instance so far, with the latest instant at which it can have ended. */
interface KnownInstance extends RegisteredInstance, Candidate {
  readonly folded: FoldState;
}

async function knownInstances(
  tx: Queryable,
  deps: TrackingDeps,
  own: readonly Shipment[],
): Promise<KnownInstance[]> {
  if (own.length === 0) return [];
  const { policyOf } = deps.context();
  const histories = await loadHistories(
    tx,
    own.map(({ id }) => id),
  );
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

async function endInstancesBefore(
  tx: Queryable,
  own: readonly Shipment[],
  next: Shipment,
): Promise<void> {
  for (const instance of own) {
    if (instance.factsUntilMs === null) await endInstance(tx, instance.id, next.factsFromMs);
  }
}

function newShipment(
  deps: TrackingDeps,
  tenant: Tenant,
  wanted: NewShipment,
  shard: number,
  factsFromMs: number,
  nowMs: number,
): Shipment {
  const { personal: told = NO_PERSONAL, linkedFrom, ...attributes } = wanted;
  const personal = withPin(told, attributes.requireProof ?? [], deps.randomBytes);
  return {
    ...NO_ATTRIBUTES,
    ...attributes,
    ...tenant,
    id: uuidV7(nowMs, deps.randomBytes(10)),
    shard,
    carrierPieceId: null,
    factsFromMs,
    factsUntilMs: null,
    destinationZone: destinationZone(personal),
    predicted: null,
    linkedFrom: linkedFrom?.shipmentId ?? null,
    linkDepth: linkedFrom?.depth ?? 0,
    sealedPersonal: sealPersonal(personal, deps.sealer),
    state: INITIAL_STATE,
    sequence: 0,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    deletedAtMs: null,
  };
}

/**
 * What the new instance is to receive at once: what came before anybody had registered the number, and
 * what the instance before it received and gives up now. Read anew with today's mapping.
 */
async function adopt(
  tx: Queryable,
  deps: TrackingDeps,
  tenant: Tenant,
  shipment: Shipment,
  instances: readonly KnownInstance[],
): Promise<AddressedReport[]> {
  const { carrier, trackingNumber } = shipment;
  const parked = await adoptableReceipts(tx, {
    carrier,
    trackingNumber,
    ...tenant,
    nowMs: deps.clock.nowMs(),
  });
  const ended = endedInstance(instances);
  if (ended === null) return readAgain(tx, deps, shipment, parked);
  const ingested = successorsReceipts(ended, successorsFacts(ended), shipment.factsFromMs);
  const reports = await readAgain(tx, deps, shipment, [...new Set([...parked, ...ingested])]);
  const next = { shipment, history: EMPTY_HISTORY };
  const others = instances.filter(({ shipmentId }) => shipmentId !== ended.shipment.id);
  await releaseHistory(tx, ended.shipment.id, planRelease(ended, next, others, reports));
  return reports;
}

/** The instance right before the new one. A new one begins only after the last has ended. */
function endedInstance(instances: readonly KnownInstance[]): EndedInstance | null {
  const last = newest(instances);
  return last === null || last.endedAtMs === null ? null : { ...last, endedAtMs: last.endedAtMs };
}

async function readAgain(
  tx: Queryable,
  deps: TrackingDeps,
  shipment: Shipment,
  receiptIds: readonly string[],
): Promise<AddressedReport[]> {
  if (receiptIds.length === 0) return [];
  const { carrier, trackingNumber } = shipment;
  const rows = await receiptsById(tx, receiptIds);
  return rows.flatMap((row) => {
    const receipt = openReceipt(row, deps.sealer);
    if (receipt === null) return [];
    const { carrier: teller } = receipt;
    const read = interpret(receipt, deps.adapter(teller), deps.mapping(teller), deps.forMerchant);
    if (read.kind !== 'ingested') return [];
    return read.reports
      .filter(({ report }) => (report.carrier ?? teller) === carrier)
      .filter(({ report }) => report.trackingNumber === trackingNumber)
      .map((ingested) => ({
        ...ingested,
        owner: receipt.owner && { merchantId: receipt.owner.merchantId, mode: receipt.owner.mode },
        onlyShipmentId: shipment.id,
      }));
  });
}
