import type { Registry } from '../../../adapters/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  iso,
  openPersonal,
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

type EventsShown = (
  shipment: Shipment,
  events: readonly TimelineEvent[],
) => readonly TimelineEvent[];

/**
 * Returns trackers with their events, in the given order.
 *
 * @param shown which events of a shipment; default: all.
 */
export async function presentTrackers(
  { tracking, registry, vocabulary }: TrackerDeps,
  tenant: Tenant,
  found: readonly FoundTracker[],
  shown: EventsShown = (_, events) => events,
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
    displayName: (carrier) => registry.get(carrier)?.manifest.displayName ?? carrier,
    describe: tracking.context().describe,
  };
  const publicUrl = tracking.publicUrl();
  return found.map(({ id, shipment }) => {
    const { origin, destination } = openPersonal(shipment.sealedPersonal, tracking.sealer);
    return toTracker(
      {
        trackerUuid: id.uuid,
        createdAt: iso(id.createdAtMs),
        shipment: shipmentJson(shipment, publicUrl),
        events: shown(shipment, events.get(shipment.id) ?? []),
        origin,
        destination,
      },
      texts,
    );
  });
}
