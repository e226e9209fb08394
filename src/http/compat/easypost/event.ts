import type { ShipmentEvent } from '../../../events/event.ts';
import type { Status } from '../../../kernel/status.ts';
import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { FormatWriter } from '../../../reactions/merchant-webhooks/index.ts';
import { externalIdsOf, NO_PERSONAL } from '../../../tracking/ports/shipments.ts';
import { type EventWithShipment, eventsAsOf, shipmentsAsOf, WEBHOOK_EVENTS } from '../as-of.ts';
import { presentTrackers, type TrackerDeps } from './present.ts';
import { easypostJson, type Tracker } from './tracker.ts';
import { EASYPOST_SERVICE, trackerIdsOf } from './tracker-ids.ts';

const { created, updated, revised } = WEBHOOK_EVENTS;
const TYPES: ReadonlySet<string> = new Set([...created, ...updated, ...revised]);

/** The webhooks of EasyPost: an Event with the Tracker right after it. */
export function easypostFormat(deps: TrackerDeps): FormatWriter {
  return {
    types: TYPES,
    async write(events) {
      const bodies = new Map<string, Buffer>();
      for (const [tenant, found] of await shipmentsAsOf(deps.tracking, events)) {
        for (const { event, tracker } of await withTrackers(deps, tenant, found)) {
          const previous = previousAttributes(deps, event, tracker);
          const body = { ...eventJson(event), previous_attributes: previous, result: tracker };
          bodies.set(event.id, Buffer.from(easypostJson(body), 'utf8'));
        }
      }
      return bodies;
    },
    test(id, mode, nowMs) {
      const at = new Date(nowMs).toISOString();
      const event = { id, type: 'webhook.test', mode, userId: null, at };
      return Buffer.from(JSON.stringify({ ...members(event), result: null }), 'utf8');
    },
  };
}

/** The trackers of events; a parcel without one, because its client deleted it, has no webhooks. */
async function withTrackers(
  deps: TrackerDeps,
  tenant: Tenant,
  all: readonly EventWithShipment[],
): Promise<readonly { readonly event: ShipmentEvent; readonly tracker: Tracker }[]> {
  const ids = all.map(({ shipment }) => shipment.id);
  const stored = await withTenant(deps.tracking.db.app, tenant, (tx) =>
    externalIdsOf(tx, EASYPOST_SERVICE, ids),
  );
  const found = all.flatMap(({ event, shipment }) => {
    const [id] = trackerIdsOf(shipment, stored);
    return id === undefined ? [] : [{ event, id, shipment }];
  });
  // The hub keeps the bodies of webhooks as they are, also after the parcel is erased.
  const shown = { events: eventsAsOf, personal: () => NO_PERSONAL };
  const trackers = await presentTrackers(deps, tenant, found, shown);
  return found.flatMap(({ event }, i) => {
    const tracker = trackers[i];
    return tracker === undefined ? [] : [{ event, tracker }];
  });
}

/** The previous values of members of the tracker; the words may be the same for two of ours. */
function previousAttributes(
  { vocabulary }: TrackerDeps,
  { previousAttributes: previous, data }: ShipmentEvent,
  tracker: Tracker,
) {
  const { status } = previous;
  if (status === undefined) return {};
  const reason =
    previous.sub_status === undefined ? (data.sub_status ?? null) : previous.sub_status;
  const { status: word } = vocabulary.wordsFor({
    status: status satisfies Status,
    reason,
    milestone: null,
  });
  return word === tracker.status ? {} : { status: word };
}

function eventJson({ id, type, tenant, recordedAtMs }: ShipmentEvent) {
  const at = new Date(recordedAtMs).toISOString();
  return members({ id, type, mode: tenant.mode, userId: tenant.merchantId, at });
}

/** An event of ours as EasyPost's Event names its members. */
function members(event: EventFacts) {
  return {
    description: descriptionOf(event.type),
    mode: modeOf(event.mode),
    previous_attributes: {},
    created_at: event.at,
    pending_urls: [],
    completed_urls: [],
    updated_at: event.at,
    id: wireId('event', event.id),
    user_id: event.userId && userIdOf(event.userId),
    status: 'pending',
    object: 'Event',
  };
}

interface EventFacts {
  readonly id: string;
  readonly type: string;
  readonly mode: Mode;
  /** The merchant; null: nobody's. */
  readonly userId: string | null;
  /** ISO 8601, in UTC. */
  readonly at: string;
}

export function modeOf(mode: Mode): 'production' | 'test' {
  return mode === 'live' ? 'production' : 'test';
}

/** `tracker.created`, else `tracker.updated`; the type of a test is its own. */
export function descriptionOf(type: string): string {
  if (!TYPES.has(type)) return type;
  return created.has(type) ? 'tracker.created' : 'tracker.updated';
}

export function userIdOf(merchantId: string): string {
  return `user_${merchantId.replaceAll('-', '')}`;
}
