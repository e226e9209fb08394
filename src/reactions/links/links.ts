import {
  clearWinner,
  type DetectedCarrier,
  detectCarriers,
  type Registry,
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
    const more = new Map<string, number>();
    let settled = 0;
    for (const link of links) {
      const before = more.get(link.shipmentId) ?? 0;
      const done = await settle({ ...link, linked: link.linked + before });
      if (done !== null) settled += 1;
      if (done === 'followed') more.set(link.shipmentId, before + 1);
    }
    // Failed ones wait for the next check; the rest of a full batch does not.
    if (links.length === BATCH_MAX && settled > 0) loop.wake();
  }

  async function settle(link: WaitingLink): Promise<LinkDecision['kind'] | null> {
    try {
      return await linkShipments(tracking, registry, link);
    } catch (error) {
      const about = { err: error, shipment_id: link.shipmentId, kind: link.kind };
      log.warn(about, 'a linked number could not be tracked and will be retried');
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
  const candidates = detectCarriers(registry, link.trackingNumber);
  const named = link.carrier === null ? undefined : registry.get(link.carrier);
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

/** Why a linked number is not followed. */
type LinkRefusal =
  /** It is the shipment's own number. */
  | 'itself'
  /** It is too many links away from a registered shipment. */
  | 'too_deep'
  /** The shipment already has the maximum of followed links. */
  | 'too_many'
  /** The named carrier is not installed, or the number does not determine its carrier. */
  | 'unknown_carrier'
  | 'no_number';

type LinkPlan =
  | { readonly kind: 'follow'; readonly carrier: string; readonly trackingNumber: string }
  | { readonly kind: 'refuse'; readonly reason: LinkRefusal };

/** Facts about a linked number besides the link. */
export interface LinkFacts {
  /** The spelling of the carrier that the report named; null: none named, or not installed. */
  readonly spelled: string | null;
  /** The carriers that may have the number, best first. */
  readonly candidates: readonly DetectedCarrier[];
  /** The clearly best candidate, if there is one. */
  readonly winner: DetectedCarrier | null;
}

/** A rerouted return that is handed on takes three; more suggests a carrier's circular links. */
export const LINK_DEPTH_MAX = 3;
/** Together with the depth, this limits what one registered parcel can grow to. */
export const LINKED_SHIPMENTS_MAX = 5;
const NUMBER_CHARS_MAX = 64;

/**
 * Whether a linked number is followed, and with which carrier. If the report names an installed
 * carrier, that is used; otherwise the number decides. A return, reroute or replacement is assigned
 * to the same carrier if the number allows it, because that carrier created it. Pure.
 */
export function decideLink(link: WaitingLink, facts: LinkFacts): LinkPlan {
  const found = whoseNumber(link, facts);
  if (found === null) return refuse('unknown_carrier');
  const { carrier, trackingNumber } = found;
  if (trackingNumber === '' || trackingNumber.length > NUMBER_CHARS_MAX) return refuse('no_number');
  if (carrier === link.parentCarrier && trackingNumber === link.parentTrackingNumber) {
    return refuse('itself');
  }
  if (link.depth >= LINK_DEPTH_MAX) return refuse('too_deep');
  if (link.linked >= LINKED_SHIPMENTS_MAX) return refuse('too_many');
  return { kind: 'follow', carrier, trackingNumber };
}

function whoseNumber(
  link: WaitingLink,
  { spelled, candidates, winner }: LinkFacts,
): { readonly carrier: string; readonly trackingNumber: string } | null {
  if (link.carrier !== null) {
    return spelled === null ? null : { carrier: link.carrier, trackingNumber: spelled };
  }
  const ofParent = candidates.find(({ carrier }) => carrier === link.parentCarrier);
  return link.kind === 'partner_leg' ? winner : (ofParent ?? winner);
}

function refuse(reason: LinkRefusal): LinkPlan {
  return { kind: 'refuse', reason };
}
