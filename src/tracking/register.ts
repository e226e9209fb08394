import { adoptableReceipts, openReceipt, receiptsById } from '../intake/index.ts';
import { uuidV7 } from '../kernel/ids.ts';
import type { Tenant } from '../kernel/tenant.ts';
import type { Queryable } from '../platform/database.ts';
import { withShard } from '../platform/event-log.ts';
import { fold } from './fold.ts';
import { loadHistories } from './history.sql.ts';
import { EMPTY_HISTORY, foldInput } from './history.ts';
import { interpret } from './interpret.ts';
import { decideRegistration, endOfLife, type RegisteredLife } from './lives.ts';
import { type Personal, sealPersonal } from './personal.ts';
import { record } from './record.ts';
import type { AddressedReport } from './route.ts';
import { shardOf } from './shards.ts';
import { INITIAL_STATE, type Shipment } from './shipment.ts';
import { endLife, insertShipment, shipmentsByNumber } from './shipments.sql.ts';
import type { TrackingDeps } from './tracking.ts';

/** What a merchant asks us to follow; the number already in the carrier's own spelling. */
export interface NewShipment {
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly orderIds: readonly string[];
  readonly serviceLevel: string | null;
  readonly senderId: string | null;
  readonly weightG: number | null;
  readonly dimensions: Readonly<Record<string, unknown>> | null;
  readonly promisedDate: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly personal: Personal;
}

/**
 * Registers a number. The same number again is the same shipment (`created: false`), unless its
 * last life has ended and the order is another one: then a new life begins. Reports that came
 * before anybody had registered the number are adopted at once.
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
    const decision = decideRegistration(await livesOf(tx, deps, own), {
      orderIds: wanted.orderIds,
      nowMs,
      // Carriers' sandboxes answer with parcels of years ago, and test shipments are for them.
      lookbackMs: tenant.mode === 'test' ? nowMs : deps.lookbackMs,
    });
    if (decision.kind === 'existing') {
      const shipment = own.find(({ id }) => id === decision.shipmentId);
      if (shipment === undefined) throw new Error('a registration named a life that is not there');
      return { created: false, shipment };
    }
    const shipment = newShipment(deps, tenant, wanted, shard, decision.factsFromMs, nowMs);
    await endLivesBefore(tx, own, shipment);
    await insertShipment(tx, shipment);
    const recorded = await record(tx, deps.context(), shard, [
      {
        carrier: wanted.carrier,
        trackingNumber: wanted.trackingNumber,
        shipments: [...shipments, shipment],
        reports: await parkedReports(tx, deps, tenant, shipment),
        announce: new Map([[shipment.id, { type: 'shipment.created', previousAttributes: {} }]]),
      },
    ]);
    return { created: true, shipment: recorded.find(({ id }) => id === shipment.id) ?? shipment };
  });
}

/** The lives so far, with the latest instant at which each can have ended. */
async function livesOf(
  tx: Queryable,
  deps: TrackingDeps,
  own: readonly Shipment[],
): Promise<RegisteredLife[]> {
  if (own.length === 0) return [];
  const { policyOf } = deps.context();
  const histories = await loadHistories(
    tx,
    own.map(({ id }) => id),
  );
  return own.map((shipment) => {
    const history = histories.get(shipment.id) ?? EMPTY_HISTORY;
    return {
      shipmentId: shipment.id,
      carrierPieceId: shipment.carrierPieceId,
      factsFromMs: shipment.factsFromMs,
      orderIds: shipment.orderIds,
      endedAtMs: endOfLife(fold(foldInput(history, policyOf(shipment.carrier)))),
    };
  });
}

async function endLivesBefore(
  tx: Queryable,
  own: readonly Shipment[],
  next: Shipment,
): Promise<void> {
  for (const life of own) {
    if (life.factsUntilMs === null) await endLife(tx, life.id, next.factsFromMs);
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
  const { personal, ...attributes } = wanted;
  return {
    ...attributes,
    ...tenant,
    id: uuidV7(nowMs, deps.randomBytes(10)),
    shard,
    carrierPieceId: null,
    factsFromMs,
    factsUntilMs: null,
    sealedPersonal: sealPersonal(personal, deps.sealer),
    state: INITIAL_STATE,
    sequence: 0,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    deletedAtMs: null,
  };
}

/** What came for this number before anybody had registered it, read with today's mapping. */
async function parkedReports(
  tx: Queryable,
  deps: TrackingDeps,
  tenant: Tenant,
  shipment: Shipment,
): Promise<AddressedReport[]> {
  const { carrier, trackingNumber } = shipment;
  const ids = await adoptableReceipts(tx, {
    carrier,
    trackingNumber,
    ...tenant,
    nowMs: deps.clock.nowMs(),
  });
  if (ids.length === 0) return [];
  const rows = await receiptsById(tx, ids);
  return rows.flatMap((row) => {
    const receipt = openReceipt(row, deps.sealer);
    if (receipt === null) return [];
    const read = interpret(receipt, deps.adapter(carrier), deps.mapping(carrier));
    if (read.kind !== 'heard') return [];
    return read.reports
      .filter(({ report }) => report.trackingNumber === trackingNumber)
      .map((heard) => ({
        ...heard,
        owner: receipt.owner && { merchantId: receipt.owner.merchantId, mode: receipt.owner.mode },
        onlyShipmentId: shipment.id,
      }));
  });
}
