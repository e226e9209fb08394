import type { ShipmentEvent } from '../../../events/event.ts';
import type { FormatWriter } from '../../../reactions/merchant-webhooks/index.ts';
import { NO_PERSONAL, viewShipments } from '../../../tracking/ports/shipments.ts';
import { eventsAsOf, shipmentsAsOf, WEBHOOK_EVENTS } from '../as-of.ts';
import { aftershipWords, tagMembers } from './subtags.ts';
import type { Tracking } from './tracking.ts';
import { type TrackingParts, trackingsOf } from './tracking-parts.ts';

const { updated, revised } = WEBHOOK_EVENTS;
const TYPES: ReadonlySet<string> = new Set([...updated, ...revised]);

/** The webhooks of AfterShip: an event with the tracking right after it. */
export function aftershipFormat(parts: TrackingParts): FormatWriter {
  const { tracking } = parts;
  return {
    types: TYPES,
    async write(events) {
      const bodies = new Map<string, Buffer>();
      for (const [tenant, found] of await shipmentsAsOf(tracking, events)) {
        const views = await viewShipments(
          tracking,
          tenant,
          found.map(({ shipment }) => shipment),
        );
        const past = views.map((view) => ({
          ...view,
          // The hub keeps the bodies of webhooks as they are, also after the parcel is erased.
          personal: NO_PERSONAL,
          events: eventsAsOf(view.shipment, view.events),
        }));
        const trackings = await trackingsOf(parts, tenant, past);
        for (const [i, { event }] of found.entries()) {
          const msg = trackings[i];
          if (msg !== undefined) bodies.set(event.id, bodyOf(event, msg));
        }
      }
      return bodies;
    },
    test: (id, _mode, nowMs) =>
      written({ event_id: id, event: 'webhook_test', ts: toSeconds(nowMs), msg: null }),
  };
}

function bodyOf(event: ShipmentEvent, msg: Tracking): Buffer {
  return written({
    event_id: event.id,
    event: revised.has(event.type) ? 'edd_revise' : 'tracking_update',
    ts: toSeconds(event.recordedAtMs),
    is_tracking_first_tag: isFirst(event, msg),
    msg,
  });
}

/** Whether the tracking has its tag for the first time. */
function isFirst({ previousAttributes, data }: ShipmentEvent, { tag, checkpoints }: Tracking) {
  const { status, sub_status: reason = data.sub_status ?? null } = previousAttributes;
  if (status === undefined) return false;
  const before = tagMembers(aftershipWords().wordsFor({ status, reason, milestone: null }));
  const lastOther = checkpoints.findLastIndex((checkpoint) => checkpoint.tag !== tag);
  const earlier = checkpoints.slice(0, Math.max(0, lastOther));
  return before.tag !== tag && earlier.every((checkpoint) => checkpoint.tag !== tag);
}

function toSeconds(ms: number): number {
  return Math.floor(ms / 1_000);
}

function written(body: object): Buffer {
  return Buffer.from(JSON.stringify(body), 'utf8');
}
