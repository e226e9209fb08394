import { withTransaction } from '../../platform/database/database.ts';
import { messagesIn } from '../../platform/messages/catalogue.ts';
import { FALLBACK, languageOf } from '../../platform/messages/languages.ts';
import { retryAfterMs } from '../../reactions/merchant-webhooks/index.ts';
import { type Shipment, shipmentsByIds, trackingUrl } from '../../tracking/ports/shipments.ts';
import { reportFailure } from '../connections/report-failure.ts';
import type { OpenedShop } from '../connections/shop.ts';
import { noteSuccess } from '../connections/shops.sql.ts';
import type { ShopWrite, WrittenParcel } from '../contract.ts';
import { openContent } from '../orders/order-content.ts';
import type { ShopWorkDeps } from '../shop-deps.ts';
import { ShopFailure } from '../shop-failure.ts';
import { type Milestone, reasonAgainst } from './plan-write.ts';
import {
  claimWrites,
  firstWrite,
  type HeldWrites,
  sentParcels,
  settleWrite,
  type WaitingWrite,
  type WriteResult,
} from './writes.sql.ts';

/** Orders written at once; each mostly waits for its shop. */
const AT_ONCE = 8;
/** Longer than the calls of a write may take together. */
const LEASE_MS = 180_000;

/** Sends the first waiting write of each order that is due; returns how many orders it found. */
export async function sendDueWrites(deps: ShopWorkDeps, random: () => number): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const claim = { nowMs, untilMs: nowMs + LEASE_MS, limit: AT_ONCE };
  const orders = await claimWrites(deps.db.pipeline, claim);
  await Promise.all(orders.map((order) => sendFirst(deps, order, random())));
  return orders.length;
}

async function sendFirst(deps: ShopWorkDeps, held: HeldWrites, random: number): Promise<void> {
  const { pipeline } = deps.db;
  const opened = await deps.shops.open(held.shopId);
  const waiting = opened === null ? null : await firstWrite(pipeline, held);
  const nowMs = () => deps.clock.nowMs();
  const result: WriteResult =
    opened === null || waiting === null
      ? // A platform that is not installed any more is asked for again later.
        { settled: null, nextAtMs: nowMs() + (opened === null ? WAIT_MS_MAX : 0) }
      : await send(deps, opened, waiting, random);
  await withTransaction(pipeline, (tx) =>
    settleWrite(tx, held, { ...result, nr: waiting?.nr ?? null }, nowMs()),
  );
}

async function send(
  deps: ShopWorkDeps,
  opened: OpenedShop,
  waiting: WaitingWrite,
  random: number,
): Promise<WriteResult> {
  const { api } = opened.platform;
  // The order may have changed since the write was queued.
  const reason = reasonAgainst({ ...waiting, canWrite: api !== undefined });
  const write = reason === null ? await writeOf(deps, waiting) : null;
  if (write === null || api === undefined) {
    return {
      settled: { state: 'not_sent', reason: reason ?? 'shops.parcelDeleted' },
      nextAtMs: deps.clock.nowMs(),
    };
  }
  try {
    await api.write(deps.shops.callable(opened), write);
    await noteSuccess(deps.db.pipeline, opened.shop.id, 'written', deps.clock.nowMs());
    return { settled: { state: 'sent', reason: null }, nextAtMs: deps.clock.nowMs() };
  } catch (error) {
    if (!(error instanceof ShopFailure)) throw error;
    await reportFailure(deps, opened.shop, error);
    return resultOf(error, waiting.tries, deps.clock.nowMs(), random);
  }
}

/**
 * Decides what follows from a failed try. A refused write is given up, so that it does not block
 * the ones after it; otherwise it is tried again, and again once the shop is no longer disabled.
 */
function resultOf(
  { kind, reason, pauseMs }: ShopFailure,
  tries: number,
  nowMs: number,
  random: number,
): WriteResult {
  if (kind === 'refused') return { settled: { state: 'not_sent', reason }, nextAtMs: nowMs };
  const waitMs = Math.min(retryAfterMs(tries, random) ?? WAIT_MS_MAX, WAIT_MS_MAX);
  return { settled: null, nextAtMs: nowMs + (pauseMs ?? waitMs) };
}

/** So that an order is up to date soon after its shop is back. */
const WAIT_MS_MAX = 10 * 60_000;

/** Returns a write with the state of all parcels of its order; null: its parcel was deleted. */
async function writeOf(deps: ShopWorkDeps, waiting: WaitingWrite): Promise<ShopWrite | null> {
  const sent = await sentParcels(deps.db.pipeline, waiting);
  const states = [...sent.filter(({ shipmentId }) => shipmentId !== waiting.shipmentId), waiting];
  const shipments = await shipmentsByIds(
    deps.db.pipeline,
    states.map(({ shipmentId }) => shipmentId),
  );
  const subject = shipments.find(({ id }) => id === waiting.shipmentId);
  if (subject === undefined || subject.deletedAtMs !== null) return null;
  const publicUrl = deps.publicUrl();
  const stateOf = new Map(states.map((state) => [state.shipmentId, state]));
  // In the order of their ids, which is that of their registration.
  const parcels = shipments
    .filter(({ deletedAtMs }) => deletedAtMs === null)
    .sort((one, other) => (one.id < other.id ? -1 : 1))
    .flatMap((shipment): WrittenParcel[] => {
      const state = stateOf.get(shipment.id);
      return state === undefined ? [] : [writtenParcel(shipment, state, publicUrl)];
    });
  const { labels } = messagesIn(
    languageOf(openContent(deps.tracking.sealer, waiting)?.locale) ?? FALLBACK,
  ).status;
  return {
    orderId: waiting.orderId,
    id: waiting.eventId,
    trackingNumber: subject.trackingNumber,
    occurredAtMs: waiting.occurredAtMs,
    parcels,
    isRepeat: waiting.tries > 1,
    statusText: labels[waiting.status],
  };
}

function writtenParcel(
  shipment: Shipment,
  { status, estimatedDelivery }: Milestone,
  publicUrl: string,
): WrittenParcel {
  return {
    tracking_number: shipment.trackingNumber,
    carrier: shipment.carrier,
    status,
    estimated_delivery: estimatedDelivery,
    url: trackingUrl(publicUrl, shipment),
  };
}
