import { carrierName, type Registry } from '../../../adapters/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  iso,
  openPersonal,
  type Personal,
  type Shipment,
  shipmentJson,
  type TimelineEvent,
  type TrackingDeps,
  viewShipments,
} from '../../../tracking/ports/shipments.ts';
import { readVocabulary } from '../vocabulary.ts';
import { easypostWords, type Tracker, type TrackerTexts, toTracker } from './tracker.ts';
import type { TrackerId } from './tracker-ids.ts';

/** What the operations on trackers need. */
export interface TrackerDeps {
  readonly tracking: TrackingDeps;
  readonly registry: Registry;
  readonly vocabulary: TrackerTexts['vocabulary'];
}

export function trackerDeps(tracking: TrackingDeps, registry: Registry): TrackerDeps {
  return { tracking, registry, vocabulary: readVocabulary('easypost', easypostWords) };
}

/** A tracker that was found, before it is written out. */
export interface FoundTracker {
  readonly id: TrackerId;
  readonly shipment: Shipment;
}

/** What trackers show of a shipment, if it is not everything. */
interface Shown {
  readonly events?: (
    shipment: Shipment,
    events: readonly TimelineEvent[],
  ) => readonly TimelineEvent[];
  readonly personal?: (shipment: Shipment) => Personal;
}

/**
 * Returns trackers with their events, in the given order.
 *
 * @param shown default: all events, and the places from which and to which a parcel goes.
 */
export async function presentTrackers(
  { tracking, registry, vocabulary }: TrackerDeps,
  tenant: Tenant,
  found: readonly FoundTracker[],
  shown: Shown = {},
): Promise<readonly Tracker[]> {
  const shipments = [...new Map(found.map(({ shipment }) => [shipment.id, shipment])).values()];
  // Nothing was received about the others, which saves a new tracker five queries.
  const known = shipments.filter(
    ({ state }) => state.lastEventAtMs !== null || state.steering !== null,
  );
  const views = await viewShipments(tracking, tenant, known);
  const events = new Map(views.map((view) => [view.shipment.id, view.events]));
  const texts: TrackerTexts = {
    vocabulary,
    displayName: (carrier) => carrierName(registry, carrier),
    describe: tracking.context().describe,
  };
  const publicUrl = tracking.publicUrl();
  const {
    events: eventsOf = (_, all) => all,
    personal = ({ sealedPersonal }) => openPersonal(sealedPersonal, tracking.sealer),
  } = shown;
  return found.map(({ id, shipment }) => {
    const { origin, destination } = personal(shipment);
    return toTracker(
      {
        trackerUuid: id.uuid,
        createdAt: iso(id.createdAtMs),
        shipment: shipmentJson(shipment, publicUrl),
        events: eventsOf(shipment, events.get(shipment.id) ?? []),
        origin,
        destination,
      },
      texts,
    );
  });
}
