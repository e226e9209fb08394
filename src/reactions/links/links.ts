import {
  clearWinner,
  detectCarriers,
  type Registry,
  shipmentCarrier,
} from '../../adapters/index.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { LOG_CHANNEL } from '../../platform/event-log/event-log.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import {
  type LinkDecision,
  registerShipment,
  settleLink,
  type TrackingDeps,
  type WaitingLink,
  waitingLinks,
} from '../../tracking/ports/shipments.ts';
import { decideLink } from './decide.ts';

interface LinksOptions {
  readonly tracking: TrackingDeps;
  readonly registry: Registry;
  readonly listener: Pick<Listener, 'on'>;
  readonly log: Logger;
}

/** Events come in bursts, and a linked parcel travels for days. */
const AFTER_EVENT_MS = 1_000;

/** Finds links that came without any other event. */
const CHECK_EVERY_MS = 60_000;

const BATCH_MAX = 100;

/**
 * Registers a partner's leg, a return, a reroute or a replacement that a carrier names, for the
 * same merchant and mode, with the same orders. Pending links are in tracking's table and decided
 * once, so that several processes, or a restart after a crash, lead to the same shipments:
 * registering a number twice is one registration.
 */
export function startLinks({ tracking, registry, listener, log }: LinksOptions): Loop {
  async function linkWaiting(): Promise<void> {
    const links = await waitingLinks(tracking.db.pipeline, BATCH_MAX);
    /** The number of links followed in this batch, by parent: added to the count in the rows. */
    const followedOf = new Map<string, number>();
    let settled = 0;
    for (const link of links) {
      const before = followedOf.get(link.shipmentId) ?? 0;
      const done = await settleOrLog({ ...link, linked: link.linked + before });
      if (done !== null) settled += 1;
      if (done === 'followed') followedOf.set(link.shipmentId, before + 1);
    }
    // Failed ones wait for the next check; the rest of a full batch does not.
    if (links.length === BATCH_MAX && settled > 0) loop.wake();
  }

  async function settleOrLog(link: WaitingLink): Promise<LinkDecision['kind'] | null> {
    try {
      return await linkShipments(tracking, registry, link);
    } catch (error) {
      const fields = { err: error, shipment_id: link.shipmentId, kind: link.kind };
      log.warn(fields, 'a linked number could not be tracked and will be retried');
      return null;
    }
  }

  const loop = startLoop({
    run: linkWaiting,
    everyMs: CHECK_EVERY_MS,
    wokenBy: { listener, channel: LOG_CHANNEL, afterMs: AFTER_EVENT_MS },
    onFailure: (err) => log.warn({ err }, 'links could not be read and will be retried'),
  });
  loop.wake();
  return loop;
}

async function linkShipments(
  tracking: TrackingDeps,
  registry: Registry,
  link: WaitingLink,
): Promise<LinkDecision['kind']> {
  // Nobody can be asked about a parcel of any other carrier.
  const candidates = detectCarriers(registry, link.trackingNumber).filter(
    ({ reach }) => reach !== 'detected',
  );
  const named = link.carrier === null ? undefined : shipmentCarrier(registry, link.carrier);
  const plan = decideLink(link, {
    spelled: named?.numbers.normalize(link.trackingNumber) ?? null,
    candidates,
    winner: clearWinner(candidates),
  });
  const { pipeline } = tracking.db;
  const nowMs = tracking.clock.nowMs();
  if (plan.kind === 'refuse') {
    await settleLink(pipeline, link, { kind: 'refused', reason: plan.reason }, nowMs);
    return 'refused';
  }
  const tenant = { merchantId: link.merchantId, mode: link.mode };
  const { shipment } = await registerShipment(tracking, tenant, {
    carrier: plan.carrier,
    trackingNumber: plan.trackingNumber,
    orderIds: link.orderIds,
    metadata: { linked_from: link.shipmentId },
    linkedFrom: { shipmentId: link.shipmentId, depth: link.depth + 1 },
  });
  await settleLink(pipeline, link, { kind: 'followed', shipmentId: shipment.id }, nowMs);
  return 'followed';
}
